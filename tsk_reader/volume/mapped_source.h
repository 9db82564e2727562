#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// A run of bytes of another source; without one they are lost, for `reason`.
struct MappedArea {
  BlockSource* source = nullptr;
  std::uint64_t offset = 0;  ///< bytes into the source
  std::string reason = {};
};

/// A run of a mapped source's bytes. No area: zeros by right. One: as they follow one another.
/// More: in turns of `stripe_size` bytes (a power of two need not be).
struct MappedSegment {
  std::uint64_t begin = 0;   ///< bytes into the mapped source
  std::uint64_t length = 0;  ///< bytes; of a striped one a multiple of its areas' stripes
  std::uint64_t stripe_size = 0;
  std::vector<MappedArea> areas = {};
};

/// Bytes put together from runs of other sources, which must outlive it: a logical volume. What no
/// segment covers is lost.
class MappedSource final : public BlockSource {
 public:
  /// `segments` sorted and disjoint, within `size` bytes.
  MappedSource(std::vector<MappedSegment> segments, std::uint64_t size, PathSpec path_spec);

  std::uint64_t size() const override { return size_; }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override;
  std::vector<DamagedRange> damage(ByteRange range) const override;
  PathSpec path_spec() const override { return path_spec_; }
  std::optional<ImagePlace> image_place(std::uint64_t offset) const override;

  /// Bytes that are lost whatever is read: a source is missing.
  std::uint64_t missing_bytes() const;

 private:
  std::size_t find(std::uint64_t offset) const;

  std::vector<MappedSegment> segments_;
  std::uint64_t size_;
  PathSpec path_spec_;
  DamageList past_end_;  ///< reads past the end
};

}  // namespace pidometer
