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

}  // namespace

std::vector<Anomaly> journal_findings(const LogSeries& log, const PidClock& clock) {
  std::vector<Anomaly> found;
  for (std::size_t i = 0; i < log.lost_copies.size(); ++i) {
    const LostCopies& lost = log.lost_copies[i];
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
