#pragma once

#include <cstdint>
#include <optional>

#include "base/log_file.h"
#include "plugin/cron_log/line_reader.h"

namespace pidometer {

/// Follows what of a log is text, to tell at its end whether what stands behind the last line is
/// none: a crash leaves the length of a file and not its bytes, and whoever cuts a log and fills it
/// up hides lines.
class LogEnd {
 public:
  /// A line of the log, in order. `is_record`: it was read, and is text.
  void note(const LogLine& line, bool is_record);

  /// A line that damage of the evidence hit: that is told elsewhere.
  void pass(const LogLine& line);

  /// What stands at the end of the log's `size` bytes and is no text.
  std::optional<DamagedRange> lost(std::uint64_t size) const;

  /// The number of the last line.
  std::uint32_t line() const { return line_; }

 private:
  std::uint64_t text_end_ = 0;  ///< one beyond the last line that is text
  std::uint64_t strange_ = 0;   ///< bytes behind that which are no text
  std::uint64_t nuls_ = 0;      ///< those of them that are NUL
  std::uint32_t line_ = 0;
};

}  // namespace pidometer
