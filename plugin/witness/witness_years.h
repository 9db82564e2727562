#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/year_tracker.h"

namespace pidometer {

/// Finds the years of yearless witness files with the rules of cron logs (year_resolver.h), from
/// one line a day: a witness file may have millions.
class WitnessYears {
 public:
  /// A file that changes its date more often than a log of a hundred years has no order of time.
  static constexpr std::size_t kMostDays = 40000;
  /// Of all files together: 32 MB.
  static constexpr std::size_t kMostDaysInAll = 1'000'000;

  /// The year that lines from `line` on are of.
  struct From {
    std::uint32_t line = 0;
    std::int32_t year = 0;
  };

  /// Files are looked through one after the other, from begin_file() to end_file().
  void begin_file(const LogFile& file);
  /// A dated line. False: more days than a log has, or all files; the file is of no use.
  bool add(std::uint32_t line, const UndatedTime& time);
  void end_file();

  /// By file in the order they were looked through; empty where no line lacks its year. `year`:
  /// --year. Ends its work.
  std::vector<std::vector<From>> resolve(std::optional<int> year);

 private:
  void put(std::uint32_t line, const UndatedTime& time);

  std::vector<StoredRecord> records_;
  std::vector<FileLog> logs_;
  std::optional<YearTracker> tracker_;
  std::optional<std::int64_t> day_;  ///< of the last line kept
  std::uint32_t last_line_ = 0;
  bool given_up_ = false;            ///< the file at hand is of no use
  std::optional<UndatedTime> last_;  ///< the last line met, where it was not kept
};

}  // namespace pidometer
