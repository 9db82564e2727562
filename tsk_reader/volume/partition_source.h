#pragma once

#include <optional>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// A range of another source (a partition, or all of it). The parent must outlive it. The range may
/// run past the parent's end, as in a truncated image: the parent says what became of those bytes.
class PartitionSource final : public BlockSource {
 public:
  /// `layer` is put in front of the parent's path spec; without one the source is the parent under
  /// another name. begin <= end.
  PartitionSource(BlockSource& parent, ByteRange range, std::optional<PathSpecLayer> layer);

  std::uint64_t size() const override { return range_.end - range_.begin; }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override;
  std::vector<DamagedRange> damage(ByteRange range) const override;
  PathSpec path_spec() const override;
  std::optional<ImagePlace> image_place(std::uint64_t offset) const override;

 private:
  BlockSource& parent_;
  ByteRange range_;
  std::optional<PathSpecLayer> layer_;
  DamageList past_end_;  ///< reads past the partition's own end
};

}  // namespace pidometer
