#include "plugin/baseline/group_table.h"

#include "plugin/pid_clock/mixed_bits.h"

namespace pidometer {
namespace {

constexpr std::size_t kFirstSlots = 256;  // power of two

// So far from where its hash says a kind may lie. The table is never more than half full: of kinds
// that nobody chose by their hashes one in some hundreds lies further (item_sets.cc).
constexpr std::size_t kMostProbes = 32;

}  // namespace

std::uint64_t GroupTable::hash_of(const GroupKey& key) {
  return mixed_bits((std::uint64_t{key.items} << 32) | (std::uint64_t{key.next_jobs} << 16) |
                    key.half_minutes);
}

GroupTable::GroupTable() : slots_(kFirstSlots, 0) {}

std::uint32_t GroupTable::id_of(const GroupKey& key) {
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = hash_of(key);
  std::size_t probes = 0;
  for (; probes < kMostProbes; ++probes) {
    const std::uint32_t held = slots_[(hash + probes) & mask];
    if (held == 0) break;
    if (keys_[held - 1] == key) return held - 1;
  }
  if (probes == kMostProbes)
    if (const auto found = beyond_.find(key); found != beyond_.end()) return found->second;
  const auto id = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back(key);
  place(id);
  if (keys_.size() * 2 > slots_.size()) grow();
  return id;
}

// Into the first free slot near its hash's. None is ever freed: what lies beyond is looked for
// there only where all of these are taken.
void GroupTable::place(std::uint32_t id) {
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = hash_of(keys_[id]);
  for (std::size_t probes = 0; probes < kMostProbes; ++probes) {
    std::uint32_t& slot = slots_[(hash + probes) & mask];
    if (slot != 0) continue;
    slot = id + 1;
    return;
  }
  beyond_.emplace(keys_[id], id);
}

void GroupTable::grow() {
  slots_.assign(slots_.size() * 2, 0);
  beyond_.clear();
  for (std::uint32_t id = 0; id < keys_.size(); ++id) place(id);
}

}  // namespace pidometer
