#include "plugin/cron_log/record_dater.h"

#include <algorithm>

#include "plugin/cron_log/undated_time.h"
#include "plugin/cron_log/zone_clock.h"

namespace pidometer {
namespace {

void doubt(FileLog& log, std::string message) {
  Warning warning;
  warning.kind = WarningKind::year_uncertain;
  warning.path = log.report.entry.path;
  warning.message = std::move(message);
  log.warnings.push_back(std::move(warning));
}

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
  const auto first = records.begin() + static_cast<std::ptrdiff_t>(log.begin);
  const auto last = records.begin() + static_cast<std::ptrdiff_t>(log.end);
  for (UnreadSpan& span : log.unread) {
    span.file = file;
    const auto behind = std::lower_bound(
        first, last, span.range.begin,
        [](const StoredRecord& record, std::uint64_t offset) { return record.offset < offset; });
    if (behind != first) span.after = std::prev(behind)->time;
    if (behind != last) span.before = behind->time;
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
    }
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
  if (clock.skipped_times() > 0)
    doubt(log, std::to_string(clock.skipped_times()) +
                   " lines have a time that does not exist in zone " + zone.name() +
                   ": the hour that daylight saving leaves out");
}

}  // namespace pidometer
