#include "tsk_reader/file_system/btrfs/btrfs_block_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace pidometer {

BtrfsBlockReader::Block BtrfsBlockReader::read(const BtrfsTreeRoot& where,
                                               const std::optional<BtrfsKey>& first_key) {
  if (++blocks_read_ > kMostBlocks) {
    warnings_.damaged("a tree has more blocks than any sound one; the rest of it is not read");
    return nullptr;
  }
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const Block& block) {
    return block->logical() == where.logical;
  });
  if (known != kept_.end()) {
    bool usable = false;
    if (fault_of(**known, where, first_key, usable).empty()) {
      kept_.splice(kept_.begin(), kept_, known);
      return kept_.front();
    }
    kept_.erase(known);  // another parent expects something else there
  }
  Block block = load(where, first_key);
  if (block == nullptr) return nullptr;
  kept_.push_front(block);
  if (kept_.size() > kKept) kept_.pop_back();
  return block;
}

std::string BtrfsBlockReader::fault_of(const BtrfsTreeBlock& block, const BtrfsTreeRoot& where,
                                       const std::optional<BtrfsKey>& first_key,
                                       bool& usable) const {
  usable = false;
  if (block.logical() != where.logical) return "another block lies there";
  if (block.level() != where.level) return "it is of another level";
  if (!block.fault().empty()) {
    // Items of a leaf stand for themselves; a child's keys say which part of the tree it is.
    usable = block.level() == 0 && block.count() > 0;
    return block.fault();
  }
  usable = true;
  if (block.fsid() != super_.metadata_fsid) return "it is of another filesystem";
  if (where.generation != 0 && block.generation() != where.generation)
    return fmt::format("it is of generation {} and should be of {}", block.generation(),
                       where.generation);
  if (first_key && (block.count() == 0 || block.key(0) != *first_key)) {
    // Would let one block stand at many places of a tree.
    usable = false;
    return "its first key is another than its parent's";
  }
  return {};
}

BtrfsBlockReader::Block BtrfsBlockReader::load(const BtrfsTreeRoot& where,
                                               const std::optional<BtrfsKey>& first_key) {
  const BtrfsPlace place = chunks_.find(where.logical);
  if (place.copies.empty() || place.length < super_.node_size) {
    warnings_.damaged(
        fmt::format("tree block {} {}; names may be missing", where.logical,
                    place.copies.empty() ? place.why_none : "crosses the end of its chunk"));
    return nullptr;
  }
  struct Bad {
    std::uint64_t offset;
    std::string fault;
  };
  std::vector<Bad> bad;
  Block second_best;
  std::uint64_t second_best_at = 0;
  const auto tell_bad = [&](const std::string& instead) {
    for (const Bad& one : bad)
      if (one.offset != second_best_at || second_best == nullptr)
        warnings_.damaged(
            fmt::format("tree block {}: the copy at byte {} of the volume is damaged "
                        "({}); {}",
                        where.logical, one.offset, one.fault, instead));
  };
  for (const std::uint64_t offset : place.copies) {
    std::vector<std::byte> bytes(super_.node_size);
    if (!volume_.read_at(offset, bytes)) continue;
    const bool matches = btrfs_checksum_matches(
        super_.checksum, std::span(bytes).subspan(kBtrfsChecksumField), bytes);
    const auto block = std::make_shared<BtrfsTreeBlock>(std::move(bytes));
    bool usable = false;
    std::string fault = fault_of(*block, where, first_key, usable);
    if (!matches) {
      const auto damage = volume_.damage({offset, offset + super_.node_size});
      fault = damage.empty() ? "its checksum does not match" : damage.front().reason;
    }
    if (fault.empty()) {
      second_best = nullptr;
      tell_bad("another copy is read");
      return block;
    }
    bad.push_back({offset, std::move(fault)});
    if (usable && second_best == nullptr) {
      block->doubt();
      second_best = block;
      second_best_at = offset;
    }
  }
  for (const Bad& one : bad)
    for (const DamagedRange& met : volume_.damage({one.offset, one.offset + super_.node_size}))
      damage_.add(met.range, met.reason);
  tell_bad(second_best == nullptr ? "names may be missing" : "another copy is read");
  if (second_best != nullptr) {
    const auto why = std::find_if(bad.begin(), bad.end(),
                                  [&](const Bad& one) { return one.offset == second_best_at; });
    warnings_.damaged(
        fmt::format("tree block {} at byte {} of the volume is read although {}; what "
                    "it says may be wrong",
                    where.logical, second_best_at, why->fault));
  }
  return second_best;
}

}  // namespace pidometer
