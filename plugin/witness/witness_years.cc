#include "plugin/witness/witness_years.h"

#include "plugin/cron_log/stamp_bound.h"
#include "plugin/cron_log/year_resolver.h"

namespace pidometer {

void WitnessYears::begin_file(const LogFile& file) {
  FileLog log;
  log.file = &file;
  log.report.entry = file.entry();
  log.begin = log.end = records_.size();
  logs_.push_back(std::move(log));
  tracker_.emplace(records_);
  day_.reset();
  last_.reset();
  given_up_ = false;
}

bool WitnessYears::add(std::uint32_t line, const UndatedTime& time) {
  if (records_.size() - logs_.back().begin >= kMostDays || records_.size() >= kMostDaysInAll) {
    given_up_ = true;
    return false;
  }
  const std::int64_t day = floor_divide(time.micros, kMicrosPerDay);
  const bool yearless = time.utc_offset_minutes == kYearless;
  if (!yearless) logs_.back().has_offsets = true;
  if (day_ && *day_ == day) {
    last_ = time;
    last_line_ = line;
    return true;
  }
  // The last line of a day stands for its end.
  if (last_) put(last_line_, *last_);
  put(line, time);
  day_ = day;
  last_.reset();
  return true;
}

void WitnessYears::put(std::uint32_t line, const UndatedTime& time) {
  if (time.utc_offset_minutes == kYearless)
    tracker_->place();
  else
    tracker_->break_run();
  StoredRecord record;
  record.time = Timestamp(std::chrono::microseconds(time.micros));
  record.utc_offset_minutes = time.utc_offset_minutes;
  record.line = line;
  records_.push_back(record);
}

void WitnessYears::end_file() {
  FileLog& log = logs_.back();
  if (given_up_) {
    records_.resize(log.begin);
    return;
  }
  if (last_) put(last_line_, *last_);
  log.end = records_.size();
  log.runs = tracker_->take_runs();
}

std::vector<std::vector<WitnessYears::From>> WitnessYears::resolve(std::optional<int> year) {
  const std::vector<YearDecision> decisions = resolve_years(logs_, records_, year);
  std::vector<std::vector<From>> years(logs_.size());
  for (std::size_t file = 0; file < logs_.size(); ++file) {
    const FileLog& log = logs_[file];
    for (std::size_t r = 0; r < log.runs.size(); ++r)
      for (std::size_t i = log.runs[r].begin; i < log.runs[r].end; ++i) {
        const std::int64_t counted =
            floor_divide(records_[i].time.time_since_epoch().count(), kMicrosPerCountedYear);
        const auto of = static_cast<std::int32_t>(counted + decisions[file].base_years[r]);
        if (years[file].empty() || years[file].back().year != of)
          years[file].push_back({records_[i].line, of});
      }
  }
  records_.clear();
  logs_.clear();
  return years;
}

}  // namespace pidometer
