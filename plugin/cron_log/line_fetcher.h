#pragma once

#include <cstdint>
#include <string>

#include "base/log_file.h"
#include "base/result.h"

namespace pidometer {

/// Reads single lines forward from one stream, which must outlive it.
class LineFetcher {
 public:
  explicit LineFetcher(ByteStream& stream) : stream_(stream) {}

  /// The line at `offset`, without its line end. It must not lie before the last one asked for; an
  /// Error where it cannot be read.
  Result<std::string> line_at(std::uint64_t offset);

 private:
  ByteStream& stream_;
  std::string buffer_;    ///< what was read and not yet passed
  std::uint64_t at_ = 0;  ///< offset of its first byte
};

}  // namespace pidometer
