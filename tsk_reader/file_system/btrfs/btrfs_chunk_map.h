#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tsk_reader/file_system/btrfs/btrfs_format.h"
#include "tsk_reader/file_system/btrfs/btrfs_superblock.h"

namespace pidometer {

/// A chunk: a stretch of the logical address space and where its copies or stripes lie.
struct BtrfsChunk {
  struct Stripe {
    std::uint64_t device_id = 0;
    std::uint64_t offset = 0;  ///< bytes into the device
    BtrfsUuid device_uuid{};
  };
  std::uint64_t logical = 0;
  std::uint64_t length = 0;
  std::uint64_t type = 0;  ///< profile and use, BTRFS_BLOCK_GROUP_*
  std::vector<Stripe> stripes;
};

/// The bytes of a chunk item (struct btrfs_chunk) under `key`; nothing where they make no sense.
/// `size`, where given, becomes the item's length in bytes.
std::optional<BtrfsChunk> parse_btrfs_chunk(const BtrfsKey& key, std::span<const std::byte> bytes,
                                            std::size_t* size = nullptr);

/// Where a logical address lies on the one device that is at hand.
struct BtrfsPlace {
  std::uint64_t length = 0;           ///< bytes from the address on that lie together
  std::vector<std::uint64_t> copies;  ///< offsets in the volume
  std::string why_none;               ///< where there is no copy: the reason
};

/// Logical addresses to bytes of this device. SINGLE, DUP and what a device holds of RAID1, RAID1C3
/// and RAID1C4; RAID0 of one device is SINGLE. Chunks of other profiles are known and not read.
class BtrfsChunkMap {
 public:
  explicit BtrfsChunkMap(const BtrfsSuper& super) : device_id_(super.device_id) {}

  /// False where the chunk overlaps another one, unless it is the same again.
  bool add(BtrfsChunk chunk);

  BtrfsPlace find(std::uint64_t logical) const;

  const std::map<std::uint64_t, BtrfsChunk>& chunks() const { return chunks_; }

 private:
  std::uint64_t device_id_;
  std::map<std::uint64_t, BtrfsChunk> chunks_;  ///< by their logical address
};

/// The chunks of the superblock's sys_chunk_array: those that the chunk tree itself lies in. False
/// where a part of it makes no sense.
bool add_system_chunks(std::span<const std::byte> array, BtrfsChunkMap& map);

}  // namespace pidometer
