#include "plugin/cron_log/year_tracker.h"

#include <utility>

#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

// A line earlier in the year than the one before it is either of the next year or written after the
// clock was set back. Clocks are set back by seconds, by an hour at the end of daylight saving, by
// days when someone plays; a log that runs on is silent for less than eleven months. A month parts
// the two. The mirror of it: a leap forward by more than eleven months is a clock set back over New
// Year.
constexpr std::int64_t kMonth = 31 * kMicrosPerDay;

// A host without a battery clock boots into 1 January (1970) and is set right by the network within
// minutes; its first line is that of the daemon's start: no year has passed if the log then goes on
// where it was.
constexpr std::int64_t kUnsetClockSpan = 2 * kMicrosPerDay;

/// A log with more New Years than this is no log, and its times must not overflow.
constexpr std::int64_t kMostYears = 1000;

constexpr std::int64_t kFebruary29 = 59 * kMicrosPerDay;
constexpr std::int64_t kMarch1 = 60 * kMicrosPerDay;

}  // namespace

std::int64_t YearTracker::place(std::int64_t micros, bool starts_daemon) {
  if (!in_run_) {
    in_run_ = true;
    runs_.push_back({records_.size(), records_.size(), {}});
    year_ = 0;
    last_ = micros;
    unset_clock_ = false;
    last_leap_year_ = -1;
  }
  const std::int64_t step = micros - last_;
  if (step < -kMonth) {
    unset_clock_ = starts_daemon && micros < kUnsetClockSpan;
    unset_begin_ = records_.size();
    before_unset_ = last_;
    if (year_ < kMostYears) ++year_;
  } else if (unset_clock_ && step > kMicrosPerDay && micros >= before_unset_ - kMicrosPerDay) {
    for (std::size_t i = unset_begin_; i < records_.size(); ++i)
      records_[i].time -= std::chrono::microseconds(kMicrosPerCountedYear);
    unset_clock_ = false;
    --year_;
  } else if (step > kMicrosPerCountedYear - kMonth) {
    if (year_ > -kMostYears) --year_;
  }
  if (unset_clock_ && micros >= kUnsetClockSpan) unset_clock_ = false;
  last_ = micros;
  if (micros >= kFebruary29 && micros < kMarch1 && last_leap_year_ != year_) {
    last_leap_year_ = year_;
    runs_.back().leap_years.push_back(year_);
  }
  runs_.back().end = records_.size() + 1;
  return year_ * kMicrosPerCountedYear + micros;
}

void YearTracker::break_run() {
  in_run_ = false;
}

std::vector<YearlessRun> YearTracker::take_runs() {
  return std::exchange(runs_, {});
}

}  // namespace pidometer
