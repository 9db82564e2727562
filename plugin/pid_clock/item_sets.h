#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pidometer {

/// Interned sets of labels: what a tick consists of. Ids count from 0 in order of first sight, so
/// that the same log gives the same ids. A label that stands twice in a tick stands twice in its
/// set.
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

 private:
  void grow();

  std::vector<std::uint32_t> labels_;
  std::vector<std::size_t> starts_;
  std::vector<std::uint32_t> slots_;  ///< open addressing, id + 1; 0 is free
};

}  // namespace pidometer
