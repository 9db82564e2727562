#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_set>

#include "base/log_file.h"
#include "base/result.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// The cron lines of live logs, to recognise a recovered line that still stands in one, byte for
/// byte. Kept as 128 bits of SHA-256: lines are hostile input, and a line that only seems to be
/// known would be lost. About 80 bytes a line.
class KnownLines {
 public:
  KnownLines();
  KnownLines(const KnownLines&) = delete;
  KnownLines& operator=(const KnownLines&) = delete;
  ~KnownLines();

  /// All lines of a log that are cron's. False where the monitor said stop. Errors: the log cannot
  /// be opened.
  Result<bool> add_log(const LogFile& log, const ReadMonitor& monitor);

  void add(std::string_view line);
  /// Without line feed and carriage return.
  bool contains(std::string_view line) const;
  /// Whether a line that lost its end begins like a known one, up to its PID.
  bool contains_start(std::string_view line) const;

 private:
  using Digest = std::array<std::uint64_t, 2>;
  struct First {
    std::size_t operator()(const Digest& digest) const { return digest[0]; }
  };
  struct Context;

  Digest digest(std::string_view line) const;

  std::unique_ptr<Context> context_;
  std::unordered_set<Digest, First> lines_;
};

}  // namespace pidometer
