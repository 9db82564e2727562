#include "plugin/file_findings.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "plugin/cron_log/rotation.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kDatesAtLeast = 3;  // that say how far apart rotations are

/// Days since 1970 of a date YYYYMMDD.
std::int64_t day_of(std::uint32_t date) {
  const std::chrono::year_month_day ymd{std::chrono::year(static_cast<int>(date / 10000)),
                                        std::chrono::month(date / 100 % 100),
                                        std::chrono::day(date % 100)};
  return std::chrono::sys_days(ymd).time_since_epoch().count();
}

/// The usual distance of dated rotations of a family; nothing where too few are there.
std::optional<std::int64_t> usual_days(const LogSeries& log, const std::string& family) {
  std::vector<std::int64_t> days;
  for (const LogReport& report : log.reports) {
    const Rotation rotation = parse_rotation(report.entry.path);
    if (rotation.date != 0 && rotation.family == family) days.push_back(day_of(rotation.date));
  }
  std::ranges::sort(days);
  days.erase(std::unique(days.begin(), days.end()), days.end());
  if (days.size() < kDatesAtLeast) return std::nullopt;
  std::vector<std::int64_t> apart;
  for (std::size_t i = 1; i < days.size(); ++i) apart.push_back(days[i] - days[i - 1]);
  std::ranges::nth_element(apart, apart.begin() + std::ssize(apart) / 2);
  return apart[apart.size() / 2];
}

bool lacks_one_between(const LogSeries& log, const Rotation& older, const Rotation& newer) {
  if (older.family != newer.family) return false;
  if (older.date != 0 && newer.date != 0) {
    const auto usual = usual_days(log, older.family);
    return usual && day_of(newer.date) - day_of(older.date) > *usual * 3 / 2;
  }
  if (older.date != 0 || newer.date != 0) return false;
  // behind the live log comes .1, or .0 where the family has one (newsyslog)
  const bool from_zero = std::ranges::any_of(log.reports, [&](const LogReport& report) {
    const Rotation rotation = parse_rotation(report.entry.path);
    return rotation.family == older.family && rotation.number == 1;
  });
  const std::uint32_t next = newer.number + (newer.number == 0 && !from_zero ? 2 : 1);
  return older.number > next;
}

/// Ticks that the schedule has between the last tick and `until`, by the hours and days before.
std::size_t due_until(const PidClock& clock, Timestamp until) {
  // what the gap finder would say, were there a tick at that time
  std::vector<Tick> ticks = clock.ticks;
  Tick end = ticks.back();
  const auto minutes = std::chrono::floor<std::chrono::minutes>(until - end.time);
  end.time += minutes;
  end.minute = static_cast<std::uint16_t>((end.minute + minutes.count()) % 1440);
  ticks.push_back(end);
  const std::vector<TickGap> gaps = find_tick_gaps(ticks, MinuteCalendar(clock.ticks));
  return !gaps.empty() && gaps.back().tick + 2 == ticks.size() ? gaps.back().missing : 0;
}

/// The times of a loose file are often those of whoever copied it.
bool has_file_times(const FileEntry& entry) {
  if (!entry.modified || entry.recovery) return false;
  for (const PathSpecLayer& layer : entry.path_spec) {
    if (layer.type_indicator == "GZIP" || layer.type_indicator == "COMPRESSED_STREAM") continue;
    return layer.type_indicator != "OS";
  }
  return false;
}

}  // namespace

void explain_by_rotations(const LogSeries& log, std::vector<Anomaly>& anomalies) {
  for (Anomaly& a : anomalies) {
    if (a.kind != AnomalyKind::record_gap || a.one_job || a.cause == GapCause::system_down ||
        a.cause == GapCause::evidence_damaged)
      continue;
    const StoredRecord& first = log.records[a.first_record];
    const StoredRecord& last = log.records[a.last_record];
    if (first.file == last.file) continue;
    const Rotation older = parse_rotation(log.reports[first.file].entry.path);
    const Rotation newer = parse_rotation(log.reports[last.file].entry.path);
    if (!lacks_one_between(log, older, newer)) continue;
    a.cause = GapCause::rotation_missing;
    a.level = Level::low;
  }
}

std::vector<Anomaly> late_written_logs(const LogSeries& log, const PidClock& clock) {
  std::vector<Anomaly> found;
  if (clock.ticks.empty() || clock.order.kind == PidOrderKind::random) return found;
  // lines of an older log that are missing at its end are missing before the next one's first
  const std::size_t newest = log.records.back().file;
  const LogReport& report = log.reports[newest];
  const Tick& last = clock.ticks.back();
  if (log.records[last.record].file != newest || !has_file_times(report.entry) ||
      !report.complete || !report.damage.empty() || report.other_lines > 0 ||
      report.unparsed_lines > 0 || report.time_basis.certainty.find("zone") != std::string::npos)
    return found;
  const Timestamp last_line = std::max(last.time, log.records.back().time);
  const Timestamp modified = *report.entry.modified;
  if (modified <= last_line) return found;
  constexpr std::size_t kDueAtLeast = 2;  // one may be the tick that was running
  const std::size_t due = due_until(clock, modified);
  if (due < kDueAtLeast) return found;
  Anomaly a;
  a.kind = AnomalyKind::record_gap;
  a.cause = GapCause::unknown;
  a.level = Level::low;
  a.window_start = last.time;
  a.window_end = modified;
  a.first_record = a.last_record = last.record;
  a.first_pid = a.last_pid = last.pid;
  a.boot_session = clock.sessions.back().number;
  a.missing_records = due;
  a.until_file_time = true;
  found.push_back(std::move(a));
  return found;
}

}  // namespace pidometer
