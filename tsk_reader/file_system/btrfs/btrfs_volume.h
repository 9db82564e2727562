#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/btrfs/btrfs_block_reader.h"
#include "tsk_reader/file_system/btrfs/btrfs_chunk_map.h"
#include "tsk_reader/file_system/btrfs/btrfs_superblock.h"
#include "tsk_reader/file_system/btrfs/btrfs_tree.h"
#include "tsk_reader/file_system/btrfs/btrfs_warnings.h"

namespace pidometer {

/// One device of a btrfs filesystem with its address space mapped and its trees at hand.
class BtrfsVolume {
 public:
  /// Errors: unreadable, unsupported. The source must outlive it.
  static Result<std::unique_ptr<BtrfsVolume>> open(BlockSource& source);

  BtrfsVolume(const BtrfsVolume&) = delete;
  BtrfsVolume& operator=(const BtrfsVolume&) = delete;

  BlockSource& source() { return source_; }
  const BtrfsSuper& super() const { return super_; }
  const BtrfsChunkMap& chunks() const { return chunks_; }
  BtrfsWarnings& warnings() { return warnings_; }
  BtrfsBlockReader& blocks() { return blocks_; }
  BtrfsTrees& trees() { return trees_; }

  /// A tree that the root tree names, by its number.
  std::optional<BtrfsTreeRoot> tree(std::uint64_t objectid);

 private:
  BtrfsVolume(BlockSource& source, BtrfsSuper super, BtrfsWarnings warnings)
      : source_(source), super_(std::move(super)), warnings_(std::move(warnings)) {}
  void read_chunks();
  void tell_devices();

  BlockSource& source_;
  BtrfsSuper super_;
  BtrfsWarnings warnings_;
  BtrfsChunkMap chunks_{super_};
  BtrfsBlockReader blocks_{source_, super_, chunks_, warnings_};
  BtrfsTrees trees_{blocks_};
};

/// The tree that a ROOT_ITEM describes; nothing where the item is too short or its level is none.
std::optional<BtrfsTreeRoot> parse_btrfs_tree_root(std::span<const std::byte> bytes);

}  // namespace pidometer
