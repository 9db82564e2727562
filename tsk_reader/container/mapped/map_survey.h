#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/container/mapped/guest_map.h"

namespace pidometer {

/// What a container's tables say when all of them are read once: which ranges of the disk cannot be
/// located, lie past the end of a file that was cut off, or claim a place that another range claims
/// too. No container gives one place to two ranges of one state of the disk: one of the two entries
/// is damaged, and nothing says which.
class MapSurvey {
 public:
  MapSurvey() = default;

  /// Walks the whole map. `unit` is a power of two that the places of all stored runs are multiples
  /// of. `below_missing`: why what lies below is lost; empty where it is not.
  static MapSurvey of(GuestMap& map, std::uint64_t unit, const std::string& below_missing);

  /// Whether the stored bytes at `placement` are claimed twice.
  bool claimed_twice(const Placement& placement) const;

  /// In guest offsets. Compressed data is not unpacked for it.
  const DamageList& damage() const { return damage_; }
  /// False where the tables were too large to be walked to their end.
  bool complete() const { return complete_; }

 private:
  struct Bits {
    std::vector<bool> used;
    std::vector<bool> twice;
  };
  void mark(const FileRange& range);
  void add_damage(std::uint64_t at, std::uint64_t length, const Placement& placement,
                  const std::string& below_missing);

  std::uint64_t unit_ = 512;
  bool any_twice_ = false;
  bool complete_ = true;
  std::map<const ContainerFile*, Bits> bits_;
  DamageList damage_;
};

/// The reason for a place that two entries claim.
std::string claimed_twice_reason(const ContainerFile& file);
/// The reason for bytes of a file that was cut off.
std::string truncated_reason(const ContainerFile& file);

}  // namespace pidometer
