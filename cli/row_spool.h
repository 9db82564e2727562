#pragma once

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

/// Where a row stands among the others: by time, then file, then line. `source` is a number that
/// grows with the file name's place in the run. A finding stands before all else that its line
/// gives, however late it was written.
struct RowOrder {
  Timestamp time;
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  bool behind_findings = false;
};

/// Takes finished rows in any order and gives them back sorted. Rows beyond kMemoryLimit bytes wait
/// in an unlinked temporary file ($TMPDIR or /tmp), so that a million records cost 32 bytes of
/// memory each and not a row each.
class RowSpool {
 public:
  /// Findings of any real case stay below it; only `--records` of large logs goes over.
  static constexpr std::size_t kMemoryLimit = std::size_t{32} << 20;

  explicit RowSpool(std::size_t memory_limit = kMemoryLimit);
  RowSpool(const RowSpool&) = delete;
  RowSpool& operator=(const RowSpool&) = delete;

  Result<void> add(RowOrder order, std::string_view row);
  std::size_t size() const { return index_.size(); }

  /// Hands all rows to `take` in order (equal orders: as added). Stops at the first error of `take`
  /// or of the disk.
  Result<void> drain(const std::function<Result<void>(std::string_view)>& take);

 private:
  struct Entry {
    Timestamp time;
    std::uint32_t source;
    std::uint32_t line;
    std::uint32_t length;
    std::uint64_t behind_findings : 1;
    std::uint64_t offset : 63;
  };

  std::size_t memory_limit_;
  std::vector<Entry> index_;
  TemporaryFile spilled_;
  std::string memory_;  ///< rows behind those in spilled_
};

}  // namespace pidometer
