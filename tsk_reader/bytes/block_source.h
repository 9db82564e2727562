#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/log_file.h"
#include "base/path_spec.h"
#include "base/result.h"

namespace pidometer {

/// Random access to the bytes of an image, a partition, a logical volume. Small classes over one
/// another. Not thread-safe. Offsets are bytes from the start of this source.
class BlockSource {
 public:
  BlockSource() = default;
  BlockSource(const BlockSource&) = delete;
  BlockSource& operator=(const BlockSource&) = delete;
  virtual ~BlockSource() = default;

  virtual std::uint64_t size() const = 0;

  /// Fills all of `out`. What is not evidence (a missing segment, a failed checksum, bytes past the
  /// end) becomes zeros and is from then on in damage(). An Error means that the source as a whole
  /// no longer answers.
  virtual Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) = 0;

  /// Damage known so far that meets `range`, clipped to it, sorted and merged. Bytes never read may
  /// hold more.
  virtual std::vector<DamagedRange> damage(ByteRange range) const = 0;

  /// Where the byte at `offset` lies in the image, and for how many bytes from there the image goes
  /// on as this source does; nothing where it lies in no one place. The default is that of an image
  /// itself: a source that is a part of another, or made of several, says its own.
  struct ImagePlace {
    std::uint64_t offset = 0;
    std::uint64_t length = kUnknownEnd;
  };
  virtual std::optional<ImagePlace> image_place(std::uint64_t offset) const {
    return ImagePlace{offset, kUnknownEnd - offset};
  }

  /// The layers below this source, outermost first: RAW or EWF, OS.
  virtual PathSpec path_spec() const = 0;
};

}  // namespace pidometer
