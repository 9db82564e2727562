#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "tsk_reader/file_system/btrfs/btrfs_block_reader.h"

namespace pidometer {

/// Keys from `first` to before `end`.
struct BtrfsKeyRange {
  BtrfsKey first;
  BtrfsKey end = kBtrfsLastKey;
};

/// All items of one type that belong to one object.
inline BtrfsKeyRange btrfs_items_of(std::uint64_t objectid, std::uint8_t type) {
  return {{objectid, type, 0}, {objectid, static_cast<std::uint8_t>(type + 1), 0}};
}

/// An item while it is visited; the bytes are gone afterwards.
struct BtrfsItem {
  BtrfsKey key;
  std::span<const std::byte> data;
  bool doubtful = false;  ///< its block is damaged and was used all the same
};

/// What a walk could not see, because blocks of the tree are lost: sorted by key.
using BtrfsLostKeys = std::vector<BtrfsKeyRange>;

/// Searches in trees. Depth is bound by the level, which falls from block to block.
class BtrfsTrees {
 public:
  explicit BtrfsTrees(BtrfsBlockReader& blocks) : blocks_(blocks) {}

  /// Whether to go on.
  using Take = std::function<bool(const BtrfsItem&)>;

  /// Visits the items of `range` in the order of their keys.
  BtrfsLostKeys walk(const BtrfsTreeRoot& tree, const BtrfsKeyRange& range, const Take& take);

  /// As walk(), but begins with the last item at or before range.first.
  BtrfsLostKeys walk_from_floor(const BtrfsTreeRoot& tree, const BtrfsKeyRange& range,
                                const Take& take);

  struct Found {
    std::optional<std::vector<std::byte>> data;
    bool lost = false;  ///< nothing was found, and the block that may have it is lost
  };
  Found find(const BtrfsTreeRoot& tree, const BtrfsKey& key);

 private:
  struct Walk {
    BtrfsKeyRange range;
    bool floor;
    const Take& take;
    BtrfsLostKeys lost;
  };
  bool visit(const BtrfsTreeRoot& where, const std::optional<BtrfsKey>& first_key,
             const BtrfsKey& end, Walk& walk);
  static bool visit_leaf(const BtrfsTreeBlock& leaf, Walk& walk);
  static std::size_t first_index(const BtrfsTreeBlock& block, const BtrfsKey& key);

  BtrfsBlockReader& blocks_;
};

}  // namespace pidometer
