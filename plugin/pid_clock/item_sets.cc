#include "plugin/pid_clock/item_sets.h"

#include <algorithm>

namespace pidometer {
namespace {

constexpr std::size_t kFirstSlots = 64;  // power of two

std::uint64_t hash_of(std::span<const std::uint32_t> labels) {
  // FNV-1a over whole words, mixed once more because the table takes the low bits
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const std::uint32_t label : labels) h = (h ^ label) * 0x100000001b3ULL;
  return h ^ (h >> 29);
}

}  // namespace

ItemSets::ItemSets() : starts_{0}, slots_(kFirstSlots, 0) {}

std::uint32_t ItemSets::intern(std::vector<std::uint32_t>& labels) {
  if (labels.size() > 1) std::sort(labels.begin(), labels.end());
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(labels) & mask;
  while (slots_[slot] != 0) {
    const std::uint32_t id = slots_[slot] - 1;
    if (std::ranges::equal(this->labels(id), labels)) return id;
    slot = (slot + 1) & mask;
  }
  const auto id = static_cast<std::uint32_t>(size());
  labels_.insert(labels_.end(), labels.begin(), labels.end());
  starts_.push_back(labels_.size());
  slots_[slot] = id + 1;
  if (size() * 2 > slots_.size()) grow();
  return id;
}

void ItemSets::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t id = 0; id < size(); ++id) {
    std::size_t slot = hash_of(labels(id)) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = id + 1;
  }
}

}  // namespace pidometer
