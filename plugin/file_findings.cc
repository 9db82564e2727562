#include "plugin/file_findings.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
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

/// The times of a loose file are often those of whoever copied it.
bool has_own_times(const FileEntry& entry) {
  if (entry.recovery) return false;
  for (const PathSpecLayer& layer : entry.path_spec) {
    if (layer.type_indicator == "GZIP" || layer.type_indicator == "COMPRESSED_STREAM") continue;
    return layer.type_indicator != "OS";
  }
  return false;
}

/// Whether the times of the log's records and those of files are of one clock.
bool has_known_times(const LogReport& report) {
  return report.time_basis.certainty.find("assumed") == std::string::npos;
}

/// Nothing but cron's lines, and all of them.
bool is_whole(const LogReport& report) {
  return report.complete && report.damage.empty() && report.other_lines == 0 &&
         report.unparsed_lines == 0;
}

/// A log's own file, in which its lines were written one after another.
bool is_written_to(const FileEntry& entry) {
  if (!has_own_times(entry) || !entry.created) return false;
  return entry.path_spec.front().type_indicator != "GZIP" &&
         entry.path_spec.front().type_indicator != "COMPRESSED_STREAM" &&
         entry.path.find(".journal") == std::string::npos;
}

/// Ticks in as long a time behind the first one as lies between `from` and it; of a longer time
/// than the log or a week has, as many in proportion.
std::size_t due_since(const PidClock& clock, Timestamp from) {
  constexpr std::chrono::hours kWeek{7 * 24};
  const Timestamp first = clock.ticks.front().time;
  const auto wanted = std::chrono::duration<double>(first - from);
  const auto there = std::chrono::duration<double>(clock.ticks.back().time - first);
  const auto looked = std::min<std::chrono::duration<double>>({wanted, there, kWeek});
  if (looked.count() <= 0) return 0;
  const auto end = std::ranges::find_if(clock.ticks, [&](const Tick& tick) {
    return std::chrono::duration<double>(tick.time - first) > looked;
  });
  const auto ticks = static_cast<double>(end - clock.ticks.begin() - 1);
  return static_cast<std::size_t>(ticks * (wanted / looked));
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
    a.level = std::max(Level::low, a.surplus_level);
  }
}

std::vector<Anomaly> late_written_logs(const LogSeries& log, const PidClock& clock) {
  std::vector<Anomaly> found;
  if (clock.ticks.empty() || !clock.order.is_clock()) return found;
  // lines of an older log that are missing at its end are missing before the next one's first
  const std::size_t newest = log.records.back().file;
  const LogReport& report = log.reports[newest];
  const Tick& last = clock.ticks.back();
  // Then it needs no other sign, nor a time: of a loose file's end no more is known than that lines
  // may have stood there.
  const bool lost_end = report.unreadable_end > 0 && !report.entry.recovery;
  if (log.records[last.record].file != newest || (!lost_end && !is_whole(report))) return found;
  const Timestamp last_line = std::max(last.time, log.records.back().time);
  const bool told = report.entry.modified && has_own_times(report.entry) &&
                    has_known_times(report) && *report.entry.modified > last_line;
  constexpr std::size_t kDueAtLeast = 2;  // one may be the tick that was running
  const std::size_t due = told ? ticks_due(clock.ticks, *report.entry.modified) : 0;
  if (due < kDueAtLeast && !lost_end) return found;
  Anomaly a;
  a.kind = AnomalyKind::record_gap;
  a.cause = lost_end ? GapCause::evidence_damaged : GapCause::unknown;
  a.unreadable_end = report.unreadable_end;
  a.level = Level::low;
  a.window_start = last.time;
  a.window_end = told ? *report.entry.modified : last.time;
  a.first_record = a.last_record = last.record;
  a.first_pid = a.last_pid = last.pid;
  a.boot_session = clock.sessions.back().number;
  a.missing_records = due;
  a.until_file_time = told;
  found.push_back(std::move(a));
  return found;
}

std::vector<Anomaly> early_made_logs(const LogSeries& log, const PidClock& clock) {
  if (clock.ticks.empty() || !clock.order.is_clock()) return {};
  const Tick& first = clock.ticks.front();
  const std::size_t oldest = log.records.front().file;
  const LogReport& report = log.reports[oldest];
  if (log.records[first.record].file != oldest || !is_written_to(report.entry) ||
      !is_whole(report) || !has_known_times(report))
    return {};
  const Timestamp begin = std::min(first.time, log.records.front().time);
  // A rotation within the log's first minutes is where it begins.
  constexpr std::chrono::minutes kSoon{30};
  const bool starts = std::ranges::any_of(log.records, [&](const StoredRecord& record) {
    return (record.event == CronEvent::startup || record.pid_role == PidRole::boot) &&
           record.time < begin + kSoon;
  });
  // A host without a clock of its own makes its first files in 1970.
  constexpr std::chrono::hours kYear{366 * 24};
  const Timestamp created = *report.entry.created;
  if (starts || created >= begin || created + kYear < begin) return {};
  constexpr std::size_t kDueAtLeast = 3;  // the first tick behind a rotation may be late
  const std::size_t due = due_since(clock, created);
  if (due < kDueAtLeast) return {};
  Anomaly a;
  a.kind = AnomalyKind::record_gap;
  a.cause = GapCause::unknown;
  a.level = Level::low;
  a.window_start = created;
  a.window_end = first.time;
  a.first_record = a.last_record = first.record;
  a.first_pid = a.last_pid = first.pid;
  a.boot_session = clock.sessions.front().number;
  a.missing_records = due;
  a.from_file_time = true;
  return {a};
}

std::vector<Anomaly> rewritten_logs(std::span<const LogFile* const> beside, const LogSeries& log,
                                    const PidClock& clock) {
  // syslogd opens the new file within seconds of a rotation; a queue may hold lines for a while.
  constexpr std::chrono::minutes kRotation{10};
  constexpr std::uint64_t kOlderAtLeast = 3;  // lines
  constexpr std::ptrdiff_t kOlderFiles = 2;   // one may be a leftover of what was put back
  struct FileRecords {
    std::optional<std::uint32_t> first;
    std::uint32_t last_older = 0;
    std::optional<std::uint32_t> first_younger;
    std::uint64_t older = 0;
  };
  std::vector<FileRecords> files(log.reports.size());
  for (std::uint32_t i = 0; i < log.records.size(); ++i) {
    const StoredRecord& record = log.records[i];
    const std::optional<Timestamp>& created = log.reports[record.file].entry.created;
    FileRecords& file = files[record.file];
    if (!file.first) file.first = i;
    if (!created || file.first_younger) continue;
    if (record.time >= *created) {
      file.first_younger = i;
    } else {
      file.last_older = i;
      file.older += record.time + kRotation < *created ? 1U : 0U;
    }
  }
  std::vector<Anomaly> found;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const FileRecords& file = files[f];
    const LogReport& report = log.reports[f];
    if (file.older < kOlderAtLeast || !is_written_to(report.entry) || !has_known_times(report))
      continue;
    const Rotation rotation = parse_rotation(report.entry.path);
    const bool is_live = rotation.number == 0 && rotation.date == 0;
    if (!file.first_younger && !is_live) continue;  // a copy that a rotation made
    // syslogd goes on to write into the file that was there before, until it is told: nothing may
    // be younger. Of a long silence, or a wrong year, that is no sign.
    constexpr std::chrono::hours kDay{24};
    if (!file.first_younger && log.records[file.last_older].time + kDay < *report.entry.created)
      continue;
    const Timestamp first = log.records[*file.first].time;
    const auto older_files = std::ranges::count_if(beside, [&](const LogFile* other) {
      return other->entry().created && *other->entry().created <= first;
    });
    if (older_files < kOlderFiles) continue;
    Anomaly a;
    a.kind = AnomalyKind::log_rewritten;
    a.level = Level::low;
    a.file_created = *report.entry.created;
    a.records_before = file.older;
    a.first_record = file.last_older;
    a.last_record = file.first_younger.value_or(file.last_older);
    a.window_start = log.records[a.first_record].time;
    a.window_end = file.first_younger ? log.records[a.last_record].time : a.file_created;
    a.first_pid = log.records[a.first_record].pid;
    a.last_pid = log.records[a.last_record].pid;
    a.boot_session = boot_session_at(clock, a.first_record);
    found.push_back(std::move(a));
  }
  return found;
}

void add_file_findings(std::span<const LogFile* const> beside, const LogSeries& log,
                       const PidClock& clock, std::vector<Anomaly>& anomalies) {
  explain_by_rotations(log, anomalies);
  std::ranges::move(late_written_logs(log, clock), std::back_inserter(anomalies));
  std::ranges::move(early_made_logs(log, clock), std::back_inserter(anomalies));
  std::ranges::move(rewritten_logs(beside, log, clock), std::back_inserter(anomalies));
}

}  // namespace pidometer
