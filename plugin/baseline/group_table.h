#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace pidometer {

/// What intervals that can be compared have in common.
struct GroupKey {
  std::uint32_t items = 0;  ///< ItemSets id
  std::uint16_t next_jobs = 0;
  std::uint16_t half_minutes = 0;
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

/// Interned kinds of intervals: numbers from 0 in order of first sight. Open addressing, because
/// this is asked once an interval.
///
/// The log's author chooses the kinds. Whatever he chooses, one is found in few steps: those that
/// find no place near where their hash says lie in a sorted map (as in ItemSets).
class GroupTable {
 public:
  GroupTable();

  /// The number of the kind.
  std::uint32_t id_of(const GroupKey& key);

  const std::vector<GroupKey>& keys() const { return keys_; }

  /// Where the table begins to look, in its low bits.
  static std::uint64_t hash_of(const GroupKey& key);

 private:
  void place(std::uint32_t id);
  void grow();

  std::vector<GroupKey> keys_;
  std::vector<std::uint32_t> slots_;          ///< number + 1; 0 is free
  std::map<GroupKey, std::uint32_t> beyond_;  ///< numbers of those without a place
};

}  // namespace pidometer
