#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// How the years of one file were found.
enum class YearState {
  none_needed,  ///< every line has its year
  given,        ///< --year
  inferred,     ///< from the file's times
  assumed,      ///< nothing says it
};

struct YearDecision {
  YearState state = YearState::none_needed;
  std::vector<std::int32_t> base_years;  ///< year 0 of each of FileLog::runs
  std::string words;                     ///< for LogReport::year_basis
  std::vector<std::string> doubts;       ///< each becomes a year_uncertain warning
  /// From the last line to the modification time, where that alone says the year; else 0.
  std::int64_t only_modified = 0;
};

/// Finds the years of all files of a series, backwards from each family's newest file: a file's
/// last line lies not more than 26 hours after its time stamp (gzip header, mtime, date in its
/// name), and not after the first line of the next newer rotation. `year` is that of the series'
/// last line and wins over all of them. A February 29 moves the years back to one that has it.
/// A run's doubtful end is settled too: its lines become strays, or the log's.
std::vector<YearDecision> resolve_years(std::span<FileLog> logs, std::vector<StoredRecord>& records,
                                        std::optional<int> year);

/// Micros since 1970-01-01 00:00 of the wall clock, of a time in counted years.
std::int64_t local_micros(std::int64_t counted, std::int32_t base_year);

}  // namespace pidometer
