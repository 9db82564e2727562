#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// A line longer than this is none that is carved: syslog daemons cut at 8 KiB as they come.
inline constexpr std::size_t kLongestCarvedLine = std::size_t{8} << 10;

/// The next `length` bytes of a stream, seen through a window that only moves forward and always
/// reaches some lines ahead of the place that is looked at, and a line back. Bounded memory.
class CarveWindow {
 public:
  /// `monitor` is told of every block read. The stream must outlive the window.
  CarveWindow(ByteStream& stream, std::uint64_t length, const ReadMonitor& monitor)
      : stream_(stream), length_(length), monitor_(monitor) {}

  std::uint64_t length() const { return length_; }

  /// The bytes from `at` on: kAhead of them, or all up to the end where it is nearer. `at` must not
  /// lie more than kBehind before the furthest place asked for. Fewer where the stream ended,
  /// failed, or the monitor said stop.
  std::string_view from(std::uint64_t at);

  /// The bytes before `at`: kBehind at most.
  std::string_view before(std::uint64_t at) const;

  const std::optional<Error>& error() const { return error_; }
  bool stopped() const { return stopped_; }

  static constexpr std::size_t kAhead = std::size_t{256} << 10;
  static constexpr std::size_t kBehind = kLongestCarvedLine;

 private:
  void fill(std::uint64_t at);

  ByteStream& stream_;
  std::uint64_t length_;
  const ReadMonitor& monitor_;
  std::vector<char> buffer_;
  std::uint64_t base_ = 0;  ///< of the buffer's first byte
  std::size_t size_ = 0;    ///< filled
  std::optional<Error> error_;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace pidometer
