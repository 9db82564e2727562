#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/timestamp.h"

namespace pidometer {

/// What became of one log, for the summary. Counts of lines add up: records + other_lines +
/// unparsed_lines + duplicate_lines == lines.
struct LogReport {
  FileEntry entry;
  std::string sha256;
  std::uint64_t lines = 0;
  std::uint64_t records = 0;
  std::uint64_t other_lines = 0;  ///< of other programs, or blank
  std::uint64_t unparsed_lines =
      0;  ///< cron's, by the look of them, and still no dialect takes them
  std::uint64_t duplicate_lines = 0;  ///< stand in another log of the series too; counted there
  std::optional<Timestamp> first_record;
  std::optional<Timestamp> last_record;
  std::vector<std::string> dialects;  ///< most used first
  std::string hostname;  ///< of the records, most frequent; empty where the framing has none
  TimeBasis time_basis;
  std::string year_basis;            ///< how the year was found, in words
  std::vector<DamagedRange> damage;  ///< in bytes of the decoded log
  bool complete = true;  ///< false: the stream broke off; what is counted is what came before
};

}  // namespace pidometer
