#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "tsk_reader/bytes/decompress.h"

namespace pidometer {

/// What one call of a codec did.
struct CodecStep {
  enum class State {
    more,             ///< goes on with more input or more room
    member_end,       ///< a member (gzip), stream (xz, bzip2) or frame (zstd) ended well
    checksum_failed,  ///< it ended, and its checksum says that its bytes are wrong
    failed,           ///< nothing more can be unpacked
  };
  std::size_t consumed = 0;
  std::size_t produced = 0;
  State state = State::more;
  std::string reason;  ///< of a failure
};

/// One packed format, in pieces. Needs reset() after each member.
class Codec {
 public:
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;

  virtual CodecStep run(std::span<const std::byte> in, std::span<std::byte> out) = 0;
  virtual void reset() = 0;
};

/// `compression` must not be none.
std::unique_ptr<Codec> make_codec(Compression compression);

}  // namespace pidometer
