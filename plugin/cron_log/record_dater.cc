#include "plugin/cron_log/record_dater.h"

#include <algorithm>
#include <utility>

#include "plugin/cron_log/records_by_line.h"
#include "plugin/cron_log/undated_time.h"
#include "plugin/cron_log/zone_clock.h"

namespace pidometer {
namespace {

void doubt(FileLog& log, std::string message, std::uint32_t line = 0) {
  Warning warning;
  if (line > 0) warning.line = line;
  warning.kind = WarningKind::year_uncertain;
  warning.path = log.report.entry.path;
  warning.message = std::move(message);
  log.warnings.push_back(std::move(warning));
}

/// A clock that steps back more often than this in a hundred lines is no clock: daylight saving and
/// corrections are few.
constexpr std::uint64_t kMostStepsIn100 = 1;
constexpr std::uint64_t kFewSteps = 10;
constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;

/// Steps of the time in file order.
struct StepCounts {
  std::uint64_t forward = 0;
  std::uint64_t back = 0;
  std::uint64_t far_back = 0;  ///< by more than an hour

  void add(std::int64_t step) {
    // Lines of one second come in any order, and some framings have no fractions.
    forward += step > kMicrosPerSecond ? 1 : 0;
    back += step < -kMicrosPerSecond ? 1 : 0;
    far_back += step < -kHour ? 1 : 0;
  }
  bool disorder(std::uint64_t lines) const {
    return (far_back >= kFewSteps && far_back * 100 > kMostStepsIn100 * lines) ||
           (back >= kFewSteps && back > forward);
  }
};

std::string line_words(std::uint64_t first, std::uint64_t last, std::uint64_t records) {
  if (first == last) return "line " + std::to_string(first);
  return "lines " + std::to_string(first) + " to " + std::to_string(last) + " (" +
         std::to_string(records) + " records)";
}

void doubt_strays(FileLog& log, const std::vector<StoredRecord>& records) {
  WarningBudget budget;
  const auto add = [&](const char* reason, std::string message, std::uint32_t line) {
    FileLog one;
    one.report.entry.path = log.report.entry.path;
    doubt(one, std::move(message), line);
    budget.add(reason, std::move(one.warnings.front()));
  };
  for (const YearlessRun& run : log.runs) {
    for (const StrayLines& strays : run.strays) {
      if (strays.unset_clock) continue;
      const StoredRecord& first = records[strays.begin];
      add("a date out of the sequence",
          line_words(first.line, records[strays.end - 1].line, strays.end - strays.begin) +
              " out of the sequence of the lines around: dated in the year nearest to these; the "
              "date as written does not count for the years of the log",
          first.line);
    }
    for (const YearHole& hole : run.holes) {
      const std::uint32_t line = records[hole.record].line;
      add("a silence or a clock set back",
          "line " + std::to_string(line) +
              " is earlier in the year than the one before it: a "
              "silence of " +
              std::to_string(hole.days) +
              " days, or a clock set back and no year less before it; give --year and compare",
          line);
    }
  }
  for (Warning& warning : budget.take()) log.warnings.push_back(std::move(warning));
}

/// Walks along the strays of a file's runs with its records.
class StrayWalk {
 public:
  explicit StrayWalk(const FileLog& log) {
    for (const YearlessRun& run : log.runs)
      for (const StrayLines& strays : run.strays) strays_.push_back(strays);
  }
  bool is_stray(std::size_t record) {
    while (at_ < strays_.size() && record >= strays_[at_].end) ++at_;
    return at_ < strays_.size() && record >= strays_[at_].begin;
  }

 private:
  std::vector<StrayLines> strays_;
  std::size_t at_ = 0;
};

/// local_micros() with a memory: neighbouring records share their day.
class LocalDays {
 public:
  std::int64_t micros(std::int64_t counted, std::int32_t base_year) {
    if (counted < begin_ || counted >= begin_ + kMicrosPerDay || base_year != base_year_) {
      std::int64_t within = counted % kMicrosPerDay;
      if (within < 0) within += kMicrosPerDay;
      begin_ = counted - within;
      base_year_ = base_year;
      local_ = local_micros(begin_, base_year);
    }
    return local_ + (counted - begin_);
  }

 private:
  std::int64_t begin_ = INT64_MAX - kMicrosPerDay;
  std::int32_t base_year_ = 0;
  std::int64_t local_ = 0;
};

void date_unread(FileLog& log, std::uint16_t file, const std::vector<StoredRecord>& records) {
  if (log.unread.empty()) return;
  const RecordsByLine by_line(log, records);
  for (UnreadSpan& span : log.unread) {
    span.file = file;
    const RecordsByLine::Around around = by_line.around(span.first_line);
    if (around.before) span.after = records[*around.before].time;
    if (around.behind) span.before = records[*around.behind].time;
    // of a log that stands newest first
    if (log.report.reordered && span.after && span.before && *span.before < *span.after)
      std::swap(span.after, span.before);
  }
}

}  // namespace

void date_records(FileLog& log, std::uint16_t file, const YearDecision& years, const TimeZone& zone,
                  std::vector<StoredRecord>& records) {
  ZoneClock clock(zone);
  LocalDays days;
  std::size_t run = 0;
  std::int64_t earliest = INT64_MAX;
  std::int64_t latest = INT64_MIN;
  std::int64_t before = INT64_MAX;
  StepCounts steps;
  StrayWalk strays(log);
  for (std::size_t i = log.begin; i < log.end; ++i) {
    StoredRecord& record = records[i];
    record.file = file;
    std::int64_t micros = record.time.time_since_epoch().count();
    if (record.utc_offset_minutes <= kZoneless) {
      if (record.utc_offset_minutes == kYearless) {
        while (run + 1 < log.runs.size() && i >= log.runs[run].end) ++run;
        micros = days.micros(micros, years.base_years[run]);
      }
      const ZoneClock::Dated dated = clock.date(micros, record);
      micros = dated.micros;
      record.time = Timestamp(std::chrono::microseconds(micros));
      record.utc_offset_minutes = dated.utc_offset_minutes;
    } else {
      clock.see(micros);
      // A journal's UTC is no one's clock: the host's day and night go by its zone.
      // So does that of Plaso's rows, which name no zone where Plaso knew of none.
      if ((log.is_journal || log.form == LogForm::plaso_rows) && record.utc_offset_minutes == 0)
        record.utc_offset_minutes = zone.offset_minutes_at(record.time);
    }
    // A host without a clock of its own goes back with every start: that is no disorder.
    if (before != INT64_MAX && record.pid_role != PidRole::boot) steps.add(micros - before);
    before = micros;
    // Strays would make the file overlap its rotations, and merge them line by line.
    if (strays.is_stray(i)) continue;
    earliest = std::min(earliest, micros);
    latest = std::max(latest, micros);
  }
  if (log.begin < log.end) {
    log.earliest = Timestamp(std::chrono::microseconds(earliest));
    log.latest = Timestamp(std::chrono::microseconds(latest));
    log.report.first_record = log.earliest;
    log.report.last_record = log.latest;
  }
  date_unread(log, file, records);
  for (const std::string& words : years.doubts) doubt(log, words);
  doubt_strays(log, records);
  // Rows are put in order (plaso_order.h).
  if (log.form != LogForm::plaso_rows && steps.disorder(log.end - log.begin))
    doubt(log, std::to_string(steps.back) + " of " + std::to_string(log.end - log.begin) +
                   " lines stand before their predecessor: not in order of time");
  if (clock.skipped_times() > 0)
    doubt(log, std::to_string(clock.skipped_times()) +
                   " lines have a time that does not exist in zone " + zone.name() +
                   ": the hour that daylight saving leaves out");
}

}  // namespace pidometer
