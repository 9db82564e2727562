#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "merge/row_sorter.h"

namespace pidometer {

/// Where a row stands among the others: by time, then file, then line. `source` is a number that
/// grows with the file name's place in the run. A finding stands before all else that its line
/// gives, however late it was written.
struct RowOrder {
  Timestamp time;
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  bool behind_findings = false;
};

/// Takes finished rows in any order and gives them back sorted (equal orders: as added): a
/// RowSorter whose keys are the places of rows. Findings of any real case stay in memory; only
/// `--records` of large logs goes over its limit.
class RowSpool {
 public:
  explicit RowSpool(SorterLimits limits = {}) : sorter_(limits) {}
  RowSpool(const RowSpool&) = delete;
  RowSpool& operator=(const RowSpool&) = delete;

  Result<void> add(const RowOrder& order, std::string_view row) {
    const RowKey key{order.time, (std::uint64_t{order.source} << 32) | order.line,
                     order.behind_findings ? 1U : 0U, size_++};
    return sorter_.add(key, row);
  }

  /// Of all rows that were added.
  std::size_t size() const { return size_; }

  /// Hands all rows to `take` in order, and is empty then. Stops at the first error of `take` or of
  /// the disk.
  Result<void> drain(const std::function<Result<void>(std::string_view)>& take) {
    return sorter_.drain([&take](const RowKey&, std::string_view row) { return take(row); });
  }

 private:
  RowSorter sorter_;
  std::size_t size_ = 0;
};

}  // namespace pidometer
