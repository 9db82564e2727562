#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/log_file.h"

namespace pidometer {

/// Damage as ByteStream and BlockSource owe it: sorted, disjoint, touching ranges of one reason
/// joined. What was known first keeps its reason.
class DamageList {
 public:
  /// Adds [begin, end); an empty range is no damage.
  void add(ByteRange range, std::string_view reason);

  const std::vector<DamagedRange>& all() const { return ranges_; }

  /// What meets `range`, clipped to it, moved by `shift` down (range.begin - shift >= 0).
  std::vector<DamagedRange> clipped(ByteRange range, std::uint64_t shift = 0) const;

  bool empty() const { return ranges_.empty(); }

 private:
  void insert(ByteRange range, std::string_view reason);

  std::vector<DamagedRange> ranges_;
};

}  // namespace pidometer
