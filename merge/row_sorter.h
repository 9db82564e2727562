#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "merge/temporary_file.h"

namespace pidometer {

/// What rows are sorted by, in the order of the members.
struct RowKey {
  Timestamp time;
  std::uint64_t high = 0;  ///< what comes between: a digest of the row's bytes, its place, or 0
  std::uint64_t low = 0;
  std::uint64_t sequence = 0;  ///< grows in the order in which rows were met

  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

/// How much a RowSorter holds in memory.
struct SorterLimits {
  /// Rows that are sorted at once, with 48 bytes each for their keys. A run of 32 MB is long
  /// enough that 128 of them, 4 GB, are merged in one pass.
  std::size_t run_bytes = std::size_t{32} << 20;
  /// Runs that are merged at once, and what is read ahead of each: as much memory again.
  std::size_t fan_in = 128;
  std::size_t read_bytes = std::size_t{256} << 10;
};

/// Sorts any number of rows in bounded memory: sorted runs in temporary files, merged fan_in at a
/// time. One row at most is held besides the limits.
class RowSorter {
 public:
  using Sink = std::function<Result<void>(const RowKey&, std::string_view)>;

  explicit RowSorter(SorterLimits limits = {}) : limits_(limits) {}

  Result<void> add(const RowKey& key, std::string_view row);

  /// Hands all rows to `sink` in order, and is empty then. Stops at the first error of the sink or
  /// of the disk.
  Result<void> drain(const Sink& sink);

  bool empty() const { return entries_.empty() && runs_.empty(); }

 private:
  struct Entry {
    RowKey key;
    std::size_t offset;
    std::size_t length;
  };
  struct Run {
    std::uint64_t begin;
    std::uint64_t end;
  };
  class RunReader;

  void sort_memory();
  Result<void> spill();
  Result<void> merge(const Run* first, std::size_t count, const Sink& sink) const;
  Result<void> merge_pass();

  SorterLimits limits_;
  std::string rows_;
  std::vector<Entry> entries_;
  TemporaryFile file_;
  std::vector<Run> runs_;  ///< in file_, in the order of their rows' arrival
};

}  // namespace pidometer
