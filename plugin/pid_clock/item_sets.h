#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace pidometer {

/// Interned sets of labels: what a tick consists of. Ids count from 0 in order of first sight, so
/// that the same log gives the same ids. A label that stands twice in a tick stands twice in its
/// set.
///
/// The log's author chooses the sets. Whatever he chooses, one is found in few steps: those that
/// find no place near where their hash says lie in a sorted map.
class ItemSets {
 public:
  ItemSets();

  /// The id of the set; `labels` is sorted in place.
  std::uint32_t intern(std::vector<std::uint32_t>& labels);

  /// The labels of a set, sorted.
  std::span<const std::uint32_t> labels(std::uint32_t id) const {
    return {labels_.data() + starts_[id], labels_.data() + starts_[id + 1]};
  }

  std::size_t size() const { return starts_.size() - 1; }

  /// Where the table begins to look, in its low bits.
  static std::uint64_t hash_of(std::span<const std::uint32_t> labels);

 private:
  void place(std::uint32_t id);
  void grow();

  std::vector<std::uint32_t> labels_;
  std::vector<std::size_t> starts_;
  std::vector<std::uint32_t> slots_;  ///< open addressing, id + 1; 0 is free
  std::map<std::vector<std::uint32_t>, std::uint32_t> beyond_;  ///< ids of those without a place
};

}  // namespace pidometer
