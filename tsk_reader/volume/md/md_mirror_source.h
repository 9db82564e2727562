#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// One member of a mirror. Its source must outlive the mirror.
struct MirrorLeg {
  BlockSource* source = nullptr;
  std::uint64_t data_offset = 0;  ///< bytes into the source
  std::string place;              ///< `p1`, `p1 of b.raw`
  DamageList bad;  ///< bytes of the array that this member never had: bad blocks, not yet rebuilt
};

/// An md RAID1 array. All is read from the first leg; where that has damage, and only there, from
/// the next that is whole. Damage is what is damaged in every leg.
class MdMirrorSource final : public BlockSource {
 public:
  /// At least one leg; `size` in bytes.
  MdMirrorSource(std::vector<MirrorLeg> legs, std::uint64_t size);

  std::uint64_t size() const override { return size_; }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override;
  std::vector<DamagedRange> damage(ByteRange range) const override;
  PathSpec path_spec() const override;
  /// In the first member, which is the one that is read.
  std::optional<ImagePlace> image_place(std::uint64_t offset) const override {
    return legs_.front().source->image_place(legs_.front().data_offset + offset);
  }

  /// What was read from another leg than the first so far, bytes of the array; the reason names
  /// what was wrong and the leg that had it.
  const DamageList& substituted() const { return substituted_; }

 private:
  Result<void> read_leg(const MirrorLeg& leg, std::uint64_t offset, std::span<std::byte> out);
  std::vector<DamagedRange> leg_damage(const MirrorLeg& leg, ByteRange range) const;
  void mend(ByteRange range, const std::string& reason, std::span<std::byte> out, std::size_t leg);

  std::vector<MirrorLeg> legs_;
  std::uint64_t size_;
  DamageList substituted_;
  DamageList past_end_;
};

}  // namespace pidometer
