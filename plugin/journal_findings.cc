#include "plugin/journal_findings.h"

#include <algorithm>

namespace pidometer {
namespace {

GapCause cause_of(AgainstJournal verdict) {
  switch (verdict) {
    case AgainstJournal::lines_removed:
      return GapCause::records_removed;
    case AgainstJournal::journal_file_missing:
      return GapCause::rotation_missing;
    case AgainstJournal::job_left_out:
    case AgainstJournal::daemon_restarted:
    case AgainstJournal::host_booted:
    case AgainstJournal::log_silent:
    case AgainstJournal::scattered:
    case AgainstJournal::line_edited:
    case AgainstJournal::line_inserted:
      return GapCause::unknown;
  }
  return GapCause::unknown;
}

/// One line may be one datagram that nobody missed; of one job a rule of the daemon may be that its
/// configuration hides from us. What is not known to be an edit is no alarm.
Level level_of(const LostCopies& lost) {
  if (lost.verdict != AgainstJournal::lines_removed) return Level::low;
  return lost.missing > 1 && !lost.one_job ? Level::high : Level::medium;
}

/// The same process at the same second, by another name: only an edit does that. A line that the
/// journal lacks may be one that it lost.
Level level_of_line(const LostCopies& line) {
  if (line.doubtful) return Level::low;
  return line.verdict == AgainstJournal::line_edited && line.same_time ? Level::high
                                                                       : Level::medium;
}

Anomaly line_finding(const LostCopies& line, const PidClock& clock) {
  Anomaly a;
  a.kind = AnomalyKind::record_out_of_sequence;
  a.fault =
      line.verdict == AgainstJournal::line_edited ? SequenceFault::edited : SequenceFault::inserted;
  a.level = level_of_line(line);
  a.window_start = line.first.time;
  a.window_end = line.first.time;
  a.first_record = line.first_kept;
  a.last_record = line.first_kept;
  a.first_pid = line.first.pid;
  a.last_pid = line.first.pid;
  a.boot_session = boot_session_at(clock, a.first_record);
  // At an end of the log there is none on one side.
  a.previous_pid = line.previous.file == nullptr ? line.first.pid : line.previous.pid;
  a.next_pid = line.next.file == nullptr ? line.first.pid : line.next.pid;
  a.previous_time = line.previous.file == nullptr ? line.first.time : line.previous.time;
  a.next_time = line.next.file == nullptr ? line.first.time : line.next.time;
  return a;
}

}  // namespace

std::vector<Anomaly> journal_findings(const LogSeries& log, const PidClock& clock) {
  std::vector<Anomaly> found;
  for (std::size_t i = 0; i < log.lost_copies.size(); ++i) {
    const LostCopies& lost = log.lost_copies[i];
    if (is_single_line(lost.verdict)) {
      found.push_back(line_finding(lost, clock));
      found.back().lost_copies = static_cast<std::uint32_t>(i + 1);
      continue;
    }
    Anomaly a;
    a.kind = AnomalyKind::record_gap;
    a.cause = cause_of(lost.verdict);
    a.level = level_of(lost);
    a.window_start = std::min(lost.first.time, lost.last.time);
    a.window_end = std::max(lost.first.time, lost.last.time);
    a.first_record = std::min(lost.first_kept, lost.last_kept);
    a.last_record = std::max(lost.first_kept, lost.last_kept);
    a.first_pid = lost.first.pid;
    a.last_pid = lost.last.pid;
    a.boot_session = boot_session_at(clock, a.first_record);
    a.missing_records = lost.missing;
    a.one_job = lost.one_job;
    a.lost_copies = static_cast<std::uint32_t>(i + 1);
    found.push_back(std::move(a));
  }
  return found;
}

}  // namespace pidometer
