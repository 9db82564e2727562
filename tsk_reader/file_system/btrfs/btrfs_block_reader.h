#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/file_system/btrfs/btrfs_chunk_map.h"
#include "tsk_reader/file_system/btrfs/btrfs_superblock.h"
#include "tsk_reader/file_system/btrfs/btrfs_tree_block.h"
#include "tsk_reader/file_system/btrfs/btrfs_warnings.h"

namespace pidometer {

/// Reads tree blocks and holds them against all that is known of them: checksum, own address,
/// filesystem, level, generation, first key. Of several copies the first that fits is taken, and
/// each that does not is told. Where none fits, one that is at its place and of the right level is
/// used all the same, which is told too: a wrong checksum alone must not hide a log. What it is
/// given must outlive it.
class BtrfsBlockReader {
 public:
  using Block = std::shared_ptr<const BtrfsTreeBlock>;

  BtrfsBlockReader(BlockSource& volume, const BtrfsSuper& super, const BtrfsChunkMap& chunks,
                   BtrfsWarnings& warnings)
      : volume_(volume), super_(super), chunks_(chunks), warnings_(warnings) {}

  /// Null where no copy is of use, or where the operation has read too much.
  Block read(const BtrfsTreeRoot& where, const std::optional<BtrfsKey>& first_key);

  /// One look-up or listing begins: it may read kMostBlocks blocks.
  void start_operation() { blocks_read_ = 0; }

  /// Damage of the volume where no copy of a block was whole.
  const DamageList& damage() const { return damage_; }

 private:
  /// A directory of four million names in blocks of 4 KiB has some 100,000.
  static constexpr std::size_t kMostBlocks = 250'000;
  /// Two walks down two trees, and neighbours: up to 4 MiB in blocks of 64 KiB.
  static constexpr std::size_t kKept = 64;

  Block load(const BtrfsTreeRoot& where, const std::optional<BtrfsKey>& first_key);
  std::string fault_of(const BtrfsTreeBlock& block, const BtrfsTreeRoot& where,
                       const std::optional<BtrfsKey>& first_key, bool& usable) const;

  BlockSource& volume_;
  const BtrfsSuper& super_;
  const BtrfsChunkMap& chunks_;
  BtrfsWarnings& warnings_;
  std::list<Block> kept_;  ///< last used first
  std::size_t blocks_read_ = 0;
  DamageList damage_;
};

}  // namespace pidometer
