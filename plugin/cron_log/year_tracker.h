#pragma once

#include <cstdint>
#include <vector>

#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Neighbouring yearless records of one file: their years are known up to one common number.
struct YearlessRun {
  std::size_t begin = 0;  ///< indices of records
  std::size_t end = 0;
  std::vector<std::int64_t> leap_years;  ///< counted years that hold a February 29
};

/// Counts years along yearless records in file order: StoredRecord::time is in counted years (see
/// undated_time.h) from the run's first record's, which is year 0.
class YearTracker {
 public:
  explicit YearTracker(std::vector<StoredRecord>& records) : records_(records) {}

  /// The place of a record that is about to be appended, whose time has the year 0.
  /// `starts_daemon`: it is of a cron that was just started.
  std::int64_t place(std::int64_t micros, bool starts_daemon);
  /// A record that knows its year stands between: the run ends.
  void break_run();
  std::vector<YearlessRun> take_runs();

 private:
  std::vector<StoredRecord>& records_;
  std::vector<YearlessRun> runs_;
  bool in_run_ = false;
  std::int64_t year_ = 0;
  std::int64_t last_ = 0;  ///< place within its year of the last record
  std::int64_t last_leap_year_ = -1;
  /// A clock that starts in January because it was never set: where it began, and where the log
  /// stood before.
  bool unset_clock_ = false;
  std::size_t unset_begin_ = 0;
  std::int64_t before_unset_ = 0;
};

}  // namespace pidometer
