#include "tsk_reader/process/messages.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace pidometer {

DamageChange damage_change(const std::vector<DamagedRange>& old,
                           const std::vector<DamagedRange>& now) {
  const auto differ = std::mismatch(old.begin(), old.end(), now.begin(), now.end());
  return {static_cast<std::uint32_t>(differ.first - old.begin()),
          std::vector<DamagedRange>(differ.second, now.end())};
}

bool apply(DamageChange change, std::vector<DamagedRange>& damage) {
  if (change.keep > damage.size()) return false;
  damage.resize(change.keep);
  std::uint64_t end = damage.empty() ? 0 : damage.back().range.end;
  for (DamagedRange& one : change.tail) {
    if (one.range.begin < end || one.range.end < one.range.begin) return false;
    end = one.range.end;
    damage.push_back(std::move(one));
  }
  return true;
}

}  // namespace pidometer
