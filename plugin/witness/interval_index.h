#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pidometer {

/// Half-open intervals on a line, made once and asked often which of them hold a point.
class IntervalIndex {
 public:
  /// Of intervals that lie on one another so many are told at a point, those that begin last:
  /// windows of one host nest by a handful.
  static constexpr std::size_t kMostNested = 64;

  struct Interval {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::uint32_t id = 0;
  };

  IntervalIndex() = default;
  explicit IntervalIndex(std::vector<Interval> intervals);

  /// Ids in the order in which their intervals begin.
  std::span<const std::uint32_t> at(std::int64_t point) const;

 private:
  std::vector<std::int64_t> borders_;  ///< ascending; cell i is [i, i + 1)
  std::vector<std::size_t> starts_;    ///< of each cell in ids_, and one more
  std::vector<std::uint32_t> ids_;
};

}  // namespace pidometer
