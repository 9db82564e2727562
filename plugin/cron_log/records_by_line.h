#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// The records of a log around one of its lines, in whatever order they are kept.
class RecordsByLine {
 public:
  /// Both must outlive it.
  RecordsByLine(const FileLog& log, const std::vector<StoredRecord>& records);

  struct Around {
    std::optional<std::size_t> before;  ///< the last record that stands above the line
    std::optional<std::size_t> behind;  ///< the first one that does not
  };
  Around around(std::uint32_t line) const;

 private:
  std::size_t record_at(std::size_t place) const;

  const FileLog& log_;
  const std::vector<StoredRecord>& records_;
  std::vector<std::uint32_t> by_line_;  ///< of a log that was put in order; else it is
};

}  // namespace pidometer
