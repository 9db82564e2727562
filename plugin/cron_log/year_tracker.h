#pragma once

#include <cstdint>
#include <vector>

#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Neighbouring records that do not fit the sequence around them: indices of records.
struct StrayLines {
  std::size_t begin = 0;
  std::size_t end = 0;
  /// The log goes on where it was, after a daemon's start on January 1: an unset clock, no doubt.
  bool unset_clock = false;
};

/// A short end of a run that lies more than a month from the lines before it: either the log was
/// silent, or these lines are misdated. Only the file's time stamp can tell.
struct DoubtfulEnd {
  struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::int64_t years_back = 0;  ///< from what month order says to the year nearest to the rest
  };
  std::vector<Part> parts;  ///< empty: there is none
  bool few = false;         ///< one line against a hundred, or less
  bool steps_back = false;  ///< earlier in the year than what is before it
};

/// Month order counts a year more where the clock may as well have been set back.
struct YearHole {
  std::size_t record = 0;  ///< the first one behind it
  std::int64_t days = 0;   ///< of silence, if a year went by
};

/// Neighbouring yearless records of one file: their years are known up to one common number.
struct YearlessRun {
  std::size_t begin = 0;  ///< indices of records
  std::size_t end = 0;
  std::vector<std::int64_t> leap_years;  ///< counted years that hold a February 29
  std::size_t first = 0;                 ///< records that tell the run's ends: no strays
  std::size_t last = 0;
  std::vector<StrayLines> strays;  ///< in the order of the file
  std::vector<YearHole> holes;     ///< in the order of the file
  DoubtfulEnd doubtful_end;
  std::int64_t usual_step = 0;  ///< micros; twice the median of the steps forward; 0: unknown
};

/// Counts years along yearless records in file order: StoredRecord::time becomes counted years (see
/// undated_time.h) from the run's first record that is no stray, which is year 0. A line that
/// stands out of the sequence (a clock not yet set, a line written by hand) is told by the lines
/// around it: these agree with one another, and a New Year is where the log stays behind it.
class YearTracker {
 public:
  explicit YearTracker(std::vector<StoredRecord>& records) : records_(records) {}

  /// A yearless record is about to be appended, whose time has the year 0.
  void place();
  /// A record that knows its year stands between: the run ends.
  void break_run();
  /// The records, all of them yearless or none, were put in another order, or some taken out.
  void changed();
  /// Gives all records of the runs their counted years.
  std::vector<YearlessRun> take_runs();

 private:
  std::vector<StoredRecord>& records_;
  std::vector<YearlessRun> runs_;
  bool in_run_ = false;
};

}  // namespace pidometer
