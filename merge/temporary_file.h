#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace pidometer {

/// Bytes that do not fit into memory: a file without a name in $TMPDIR, else /tmp, which is gone
/// with the process however that ends. Where the filesystem has no such files (open(2), O_TMPFILE)
/// it has a name for a moment. Made with the first byte. Errors: ErrorKind::output, with
/// the help to free room or to set TMPDIR.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  ~TemporaryFile();

  /// Behind what is there.
  Result<void> append(std::string_view bytes);
  /// Fills `out`; all of it must have been appended.
  Result<void> read(std::uint64_t offset, std::span<char> out) const;

  std::uint64_t size() const { return size_; }

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace pidometer
