#include "plugin/pid_clock/item_sets.h"

#include <algorithm>

#include "plugin/pid_clock/mixed_bits.h"

namespace pidometer {
namespace {

constexpr std::size_t kFirstSlots = 64;  // power of two

// So far from where its hash says a set may lie. The table is never more than half full: of sets
// that nobody chose by their hashes one in some hundreds lies further.
constexpr std::size_t kMostProbes = 32;

}  // namespace

std::uint64_t ItemSets::hash_of(std::span<const std::uint32_t> labels) {
  // FNV-1a over whole words, mixed once more because the table takes the low bits
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const std::uint32_t label : labels) h = (h ^ label) * 0x100000001b3ULL;
  return mixed_bits(h);
}

ItemSets::ItemSets() : starts_{0}, slots_(kFirstSlots, 0) {}

std::uint32_t ItemSets::intern(std::vector<std::uint32_t>& labels) {
  if (labels.size() > 1) std::sort(labels.begin(), labels.end());
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = hash_of(labels);
  std::size_t probes = 0;
  for (; probes < kMostProbes; ++probes) {
    const std::uint32_t held = slots_[(hash + probes) & mask];
    if (held == 0) break;
    if (std::ranges::equal(this->labels(held - 1), labels)) return held - 1;
  }
  if (probes == kMostProbes)
    if (const auto found = beyond_.find(labels); found != beyond_.end()) return found->second;
  const auto id = static_cast<std::uint32_t>(size());
  labels_.insert(labels_.end(), labels.begin(), labels.end());
  starts_.push_back(labels_.size());
  place(id);
  if (size() * 2 > slots_.size()) grow();
  return id;
}

// Into the first free slot near its hash's. None is ever freed: what lies beyond is looked for
// there only where all of these are taken.
void ItemSets::place(std::uint32_t id) {
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = hash_of(labels(id));
  for (std::size_t probes = 0; probes < kMostProbes; ++probes) {
    std::uint32_t& slot = slots_[(hash + probes) & mask];
    if (slot != 0) continue;
    slot = id + 1;
    return;
  }
  const auto own = labels(id);
  beyond_.emplace(std::vector(own.begin(), own.end()), id);
}

void ItemSets::grow() {
  slots_.assign(slots_.size() * 2, 0);
  beyond_.clear();
  for (std::uint32_t id = 0; id < size(); ++id) place(id);
}

}  // namespace pidometer
