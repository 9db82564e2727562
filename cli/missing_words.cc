#include "cli/missing_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "plugin/timeline/host_words.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/summary_words.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

void say_which_copy(const std::string& input, const std::string& volume, const std::string& folder,
                    const LogPlace& place, Diagnostics& diagnostics) {
  if (place.copy == LogCopy::hidden || place.copy == LogCopy::snapshot)
    diagnostics.note(fmt::format("note: {}: {} of {} is an older copy of the host's logs ({}); {}",
                                 input, folder, volume, log_copy_name(place.copy), place.words));
  else if (place.copy == LogCopy::unknown && !place.words.empty())
    diagnostics.note(fmt::format("note: {}: whether the host wrote to {} of {} is not known; {}",
                                 input, folder, volume, place.words));
}

std::string lost_log_words(const std::string& volume, const FileEntry& entry,
                           const std::vector<DamagedRange>& damage) {
  const bool all = sound_bytes(entry.size, damage) == 0 && !is_compressed(entry);
  return fmt::format(
      "the log {}{}{} was found, and {} ({})", volume, volume.empty() ? "" : ":", entry.path,
      all ? fmt::format("all of its {} bytes are damaged", with_thousands(entry.size))
          : fmt::format("no line of its {} bytes can be trusted", with_thousands(entry.size)),
      damage.front().reason);
}

std::vector<std::string> lost_logs(const RunSummary& summary) {
  std::vector<std::string> lost;
  for (const SummaryLog& log : summary.logs)
    if (log.report.records == 0 && log.report.other_lines == 0 && !log.report.damage.empty() &&
        !log.report.entry.recovery)
      lost.push_back(lost_log_words(log.volume, log.report.entry, log.report.damage));
  return lost;
}

void say_what_was_not_judged(const RunSummary& summary, Diagnostics& diagnostics) {
  constexpr std::size_t kMostNamed = 3;  // of a log server's hosts many may have a line or two
  std::size_t unjudged = 0;
  for (const SummarySeries& series : summary.series) {
    const std::string why = why_unjudged(series.report);
    if (why.empty() || series.report.records == 0 || series.recovered) continue;
    if (unjudged++ < kMostNamed)
      diagnostics.note(fmt::format("note: {}: nothing was judged: {}",
                                   host_words(series.input, series.volume, series.folder,
                                              series.report.hostname, series.recovered),
                                   why));
  }
  if (unjudged > kMostNamed)
    diagnostics.note(
        fmt::format("note: nor of {}", counted_words(unjudged - kMostNamed, "more host")));
}

void say_what_is_missing(const RunSummary& summary, const RunOutcome& outcome,
                         const std::vector<std::string>& lost, Diagnostics& diagnostics) {
  if (outcome.interrupted || outcome.inputs_opened == 0) return;
  if (outcome.cron_logs == 0) {
    std::string looked = "nothing that a cron daemon wrote is in them";
    std::string help = "where the logs lie elsewhere, copy them out and give the folder";
    std::uint64_t unparsed = 0;
    const SummaryLog* first_unparsed = nullptr;
    for (const SummaryLog& log : summary.logs) {
      unparsed += log.report.unparsed_lines;
      if (log.report.unparsed_lines > 0 && first_unparsed == nullptr) first_unparsed = &log;
    }
    if (!lost.empty()) {
      std::string words;
      for (const std::string& one : lost) words += (words.empty() ? "" : "; ") + one;
      diagnostics.error(Error{ErrorKind::unreadable, "no line of a cron log can be read", words,
                              "another copy of the image or of the log may hold them"});
    } else if (!summary.volumes.empty()) {
      looked = "looked into /var/log, /log and /var/cron of";
      for (const SummaryVolume& volume : summary.volumes)
        looked += fmt::format(" {} ({})", volume.name,
                              !volume.unsupported.empty()  ? "not read"
                              : volume.file_system.empty() ? "no file system"
                                                           : volume.file_system);
    }
    if (first_unparsed != nullptr) {
      looked =
          fmt::format("{} of {}{} {} like cron's and could not be read: the warnings say why",
                      counted_words(unparsed, "line"), first_unparsed->report.entry.path,
                      unparsed > first_unparsed->report.unparsed_lines ? " and other logs" : "",
                      unparsed == 1 ? "looks" : "look");
      help =
          "where another program wrote something in front of each line's time, give a copy without "
          "it, such as sed 's/^PREFIX//' LOG > COPY makes; docs/dialects.md has the forms that are "
          "read";
    }
    if (lost.empty())
      diagnostics.error(Error{ErrorKind::not_found, "no cron log was found", looked, help});
  }
  for (const SummaryInput& input : summary.inputs)
    if (input.isolation != kFullIsolation) {
      diagnostics.note("note: the evidence was read with " + input.isolation +
                       " around the reader, not with " + std::string(kFullIsolation) +
                       ": this system gives no more");
      break;
    }
  for (const SummarySeries& series : summary.series)
    say_which_copy(series.input, series.volume, series.folder, series.place, diagnostics);
  const bool assumed =
      std::any_of(summary.logs.begin(), summary.logs.end(), [](const SummaryLog& log) {
        return log.report.records > 0 &&
               log.report.time_basis.certainty.find("zone_assumed_utc") != std::string::npos;
      });
  if (assumed)
    diagnostics.note(
        "note: the zone of the logs is not known and UTC was assumed; name it with --timezone");
}

}  // namespace pidometer
