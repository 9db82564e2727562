#include "plugin/timeline/gap_message.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

/// What the PIDs say of the missing records.
std::string_view cause_words(GapCause cause, bool one) {
  switch (cause) {
    case GapCause::records_removed:
      return one ? "the PIDs went on as if its job had run: lines were removed"
                 : "the PIDs went on as if their jobs had run: lines were removed";
    case GapCause::system_down:
      return "the PID counter restarted: the host was down";
    case GapCause::cron_stopped:
      return "PIDs went on without the jobs' share: cron did not run";
    case GapCause::suspended_or_clock_set:
      return one ? "no PIDs were handed out for it: the host was suspended, or its clock set "
                   "forward"
                 : "no PIDs were handed out for them: the host was suspended, or its clock set "
                   "forward";
    case GapCause::rotation_missing:
      return "a log of the series is missing";
    case GapCause::evidence_damaged:
      return one ? "the log is damaged or unreadable there, which explains the missing line"
                 : "the log is damaged or unreadable there, which explains the missing lines";
    case GapCause::unknown:
      return "the PIDs do not say why";
  }
  assert(false);
  return {};
}

/// What is concluded from lines that one of two logs lacks, and why no more.
std::string_view verdict_words(const FindingBody& finding) {
  switch (finding.missing->verdict) {
    case AgainstJournal::lines_removed:
      return "the lines around stand in both, and no damage, no boot and no word of the syslog "
             "daemon explains it: lines were removed";
    case AgainstJournal::job_left_out:
      return "other jobs' lines between stand in both: lines were removed, or a rule of the syslog "
             "daemon leaves the job out";
    case AgainstJournal::daemon_restarted:
      return "the syslog daemon stopped, started or told of a loss in that time, not close to them";
    case AgainstJournal::host_booted:
      return "the host was booted in that time, not close to them";
    case AgainstJournal::log_silent:
      if (finding.anomaly.cause == GapCause::records_removed)
        return "no text log has a line there, its own PIDs show that records are missing, and no "
               "word of the syslog daemon explains it: lines were removed";
      return "no text log has a line there: lines were removed, or the syslog daemon did not write";
    case AgainstJournal::scattered:
      return "in so many places that the way into the log must lose lines";
    case AgainstJournal::journal_file_missing:
      return "a file of the journal is missing there";
    case AgainstJournal::line_edited:
    case AgainstJournal::line_inserted:
      break;  // no gap: sequence_message()
  }
  assert(false);
  return {};
}

/// Which of the two logs lacks what the other one holds.
std::string against_journal_message(const TimelineEvent& event, const FindingBody& finding) {
  const std::uint64_t count = finding.anomaly.missing_records;
  const bool in_text = finding.missing->verdict != AgainstJournal::journal_file_missing;
  const std::string log = event.source == nullptr ? "" : escape_bytes(event.source->entry.path);
  std::string records = fmt::format("{} record{}", count, count == 1 ? "" : "s");
  if (finding.anomaly.one_job)
    records += fmt::format(" of one job of {}", escape_bytes(finding.missing_username));
  if (!in_text)
    return fmt::format("the text logs hold {} that the journal lacks {}; {}", records,
                       when(finding), verdict_words(finding));
  return fmt::format("the journal holds {} that {} lacks {}; {}", records, log, when(finding),
                     verdict_words(finding));
}

/// Why the interval cannot be compared with others.
std::string interval_words(const Anomaly& anomaly) {
  if (anomaly.assumed_seconds <= 0) return ", an interval longer than the schedule leaves";
  return fmt::format(
      "{}, which is taken to have lasted {}",
      anomaly.time_edited ? ", around a line whose time was edited" : ", where the clock was set",
      duration_words(anomaly.assumed_seconds));
}

/// Why the records are missing, and what was handed out beyond all that they explain.
std::string cause_and_surplus(const Anomaly& anomaly) {
  const bool one = anomaly.missing_records == 1;
  const std::string more =
      anomaly.excess_pids > 0 ? fmt::format("{} more", anomaly.excess_pids) : std::string("more");
  if (anomaly.restarted && anomaly.cause == GapCause::unknown)
    return "the cron daemon was started there, and " + more +
           " PIDs were handed out than that and all of their jobs explain";
  if (anomaly.cause == GapCause::unknown && anomaly.excess_if_wrapped > 0)
    return fmt::format(
        "the PIDs fall: the host was down and its counter restarted, or it went round and {} more "
        "PIDs were handed out",
        anomaly.excess_if_wrapped);
  const bool fell =
      anomaly.cause == GapCause::unknown && anomaly.may_be_boot && anomaly.wraps_assumed > 0;
  std::string words(fell ? "the PIDs fall: the counter went round there, or the host was down and "
                           "its counter restarted"
                    : anomaly.may_be_burst
                        ? "lines were removed, or work followed a sleep or a step of the clock"
                        : cause_words(anomaly.cause, one));
  if (anomaly.excess_pids > 0)
    words += fmt::format("; {} PIDs were handed out than {} and the rest explain", more,
                         one ? "its job" : "their jobs");
  return words;
}

}  // namespace

std::string when(const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  if (anomaly.window_start == anomaly.window_end) {
    return instant_words(anomaly.window_start, finding.utc_offset_minutes, finding.time_basis);
  }
  return window_words({anomaly.window_start, anomaly.window_end}, finding.utc_offset_minutes,
                      finding.end_utc_offset_minutes, finding.time_basis);
}

std::string duration_words(double seconds) {
  const auto total = std::llround(std::abs(seconds));
  if (total < 120) return fmt::format("{} s", total);
  const auto minutes = (total + 30) / 60;
  if (minutes % 60 == 0 && total < 2 * 86400) return fmt::format("{} h", minutes / 60);
  if (minutes < 120) return fmt::format("{} min", minutes);
  if (total < 2 * 86400) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{:.1f} days", static_cast<double>(total) / 86400);
}

std::string pids_handed_out(std::int64_t count, std::string_view comparison) {
  if (count == 1) return fmt::format("1 {} PID was handed out (process or thread)", comparison);
  return fmt::format("{} {} PIDs were handed out (processes or threads)", count, comparison);
}

std::string bound_words(LevelBound bound) {
  if (bound == LevelBound::none) return {};
  return fmt::format("; no more than low: {}", level_bound_words(bound));
}

std::string gap_message(const TimelineEvent& event, const FindingBody& finding) {
  const Anomaly& anomaly = finding.anomaly;
  if (finding.missing) return against_journal_message(event, finding);
  if (anomaly.unreadable_end > 0 && !anomaly.until_file_time)
    return fmt::format(
        "the log ends in {} bytes that are no text, behind its record {}, and no time tells how "
        "long it went on: a crash left them, or lines were overwritten",
        anomaly.unreadable_end, when(finding));
  if (anomaly.unreadable_end > 0)
    return fmt::format(
        "the log ends in {} bytes that are no text, and {} scheduled runs have no record in it {}: "
        "a crash left them, or lines were overwritten",
        anomaly.unreadable_end, anomaly.missing_records, when(finding));
  if (anomaly.until_file_time)
    return fmt::format(
        "the log's file was written to after its last record, and {} scheduled runs have no record "
        "in it {}: lines were removed at its end, or cron did not run",
        anomaly.missing_records, when(finding));
  if (anomaly.from_file_time)
    return fmt::format(
        "the log's file was made long before its first record, and {} scheduled runs have no "
        "record in it {}: lines were removed at its start, or it was rotated in place",
        anomaly.missing_records, when(finding));
  if (lacks_no_record(anomaly))
    return pids_handed_out(anomaly.excess_pids, "more") +
           " than its jobs and their background explain " + when(finding) +
           (anomaly.cause == GapCause::evidence_damaged
                ? std::string(", where the log is damaged or unreadable: lines may be lost there")
                : interval_words(anomaly)) +
           (anomaly.may_be_boot ? "; unless the host was booted" : "") +
           bound_words(anomaly.level_bound);
  const std::string whose =
      anomaly.one_job ? fmt::format(" of one job of {}", escape_bytes(finding.missing_username))
                      : std::string();
  const bool one = anomaly.missing_records == 1;
  return fmt::format("{} scheduled record{}{} missing {}; {}", anomaly.missing_records,
                     one ? "" : "s", whose + (one ? " is" : " are"), when(finding),
                     cause_and_surplus(anomaly) + bound_words(anomaly.level_bound));
}

}  // namespace pidometer
