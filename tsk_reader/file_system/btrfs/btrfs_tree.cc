#include "tsk_reader/file_system/btrfs/btrfs_tree.h"

#include <algorithm>
#include <utility>

namespace pidometer {
namespace {

BtrfsKey key_after(BtrfsKey key) {
  if (++key.offset != 0) return key;
  if (++key.type != 0) return key;
  ++key.objectid;
  return key;
}

}  // namespace

BtrfsLostKeys BtrfsTrees::walk(const BtrfsTreeRoot& tree, const BtrfsKeyRange& range,
                               const Take& take) {
  Walk walk{range, false, take, {}};
  visit(tree, std::nullopt, kBtrfsLastKey, walk);
  return std::move(walk.lost);
}

BtrfsLostKeys BtrfsTrees::walk_from_floor(const BtrfsTreeRoot& tree, const BtrfsKeyRange& range,
                                          const Take& take) {
  Walk walk{range, true, take, {}};
  visit(tree, std::nullopt, kBtrfsLastKey, walk);
  return std::move(walk.lost);
}

BtrfsTrees::Found BtrfsTrees::find(const BtrfsTreeRoot& tree, const BtrfsKey& key) {
  Found found;
  const BtrfsLostKeys lost = walk(tree, {key, key_after(key)}, [&](const BtrfsItem& item) {
    found.data.emplace(item.data.begin(), item.data.end());
    return false;
  });
  found.lost = !found.data && !lost.empty();
  return found;
}

/// The last index whose key is at or before `key`; 0 where there is none.
std::size_t BtrfsTrees::first_index(const BtrfsTreeBlock& block, const BtrfsKey& key) {
  std::size_t low = 0;
  std::size_t high = block.count();
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (block.key(middle) <= key ? low : high) = middle;
  }
  return low;
}

bool BtrfsTrees::visit(const BtrfsTreeRoot& where, const std::optional<BtrfsKey>& first_key,
                       const BtrfsKey& end, Walk& walk) {
  const auto block = blocks_.read(where, first_key);
  if (block == nullptr) {
    const BtrfsKey from = std::max(first_key.value_or(BtrfsKey{}), walk.range.first);
    walk.lost.push_back({from, std::min(end, walk.range.end)});
    return true;
  }
  if (block->level() == 0) return visit_leaf(*block, walk);
  for (std::size_t i = first_index(*block, walk.range.first); i < block->count(); ++i) {
    const BtrfsKey key = block->key(i);
    if (key >= walk.range.end) break;
    const BtrfsKey child_end = i + 1 < block->count() ? block->key(i + 1) : end;
    const BtrfsTreeRoot child{block->child(i), block->child_generation(i),
                              static_cast<std::uint8_t>(block->level() - 1)};
    if (!visit(child, key, child_end, walk)) return false;
  }
  return true;
}

bool BtrfsTrees::visit_leaf(const BtrfsTreeBlock& leaf, Walk& walk) {
  // Only a leaf whose checksum is wrong can be out of order: then each item is looked at.
  std::size_t i = leaf.sorted() ? first_index(leaf, walk.range.first) : 0;
  for (bool first = leaf.sorted(); i < leaf.count(); ++i, first = false) {
    const BtrfsKey key = leaf.key(i);
    if (key < walk.range.first && !(walk.floor && first)) continue;
    if (key >= walk.range.end) {
      if (leaf.sorted()) break;
      continue;
    }
    if (!leaf.has_data(i))
      walk.lost.push_back({key, key_after(key)});
    else if (!walk.take({key, leaf.data(i), leaf.doubtful()}))
      return false;
  }
  return true;
}

}  // namespace pidometer
