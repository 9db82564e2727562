#include "plugin/baseline/robust.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

namespace pidometer {
namespace {

// Large samples of small counts are counted instead of sorted: values within this window.
constexpr std::size_t kCountFrom = 256;
constexpr std::int64_t kWindow = 1024;

struct Quartiles {
  std::int32_t first = 0;
  std::int32_t middle = 0;
  std::int32_t upper_middle = 0;  // differs for samples of even size only
  std::int32_t third = 0;
};

// The places of the quartiles in the sorted sample of n.
struct Places {
  explicit Places(std::size_t n)
      : first((n - 1) / 4), middle((n - 1) / 2), upper_middle(n / 2), third(n - 1 - (n - 1) / 4) {}
  std::size_t first, middle, upper_middle, third;
};

Quartiles by_selection(std::span<std::int32_t> values) {
  const Places at(values.size());
  const auto place = [&](std::size_t k) { return values.begin() + static_cast<std::ptrdiff_t>(k); };
  Quartiles q;
  std::nth_element(values.begin(), place(at.middle), values.end());
  q.middle = *place(at.middle);
  q.upper_middle = q.middle;
  if (at.upper_middle != at.middle)
    q.upper_middle = *std::min_element(place(at.middle) + 1, values.end());
  std::nth_element(values.begin(), place(at.first), place(at.middle) + 1);
  q.first = *place(at.first);
  std::nth_element(place(at.middle), place(at.third), values.end());
  q.third = *place(at.third);
  return q;
}

// False if the quartiles lie outside the window around the first value.
bool by_counting(std::span<const std::int32_t> values, Quartiles& q) {
  std::array<std::uint32_t, kWindow> count{};
  const std::int64_t from = std::int64_t{values.front()} - kWindow / 2;
  std::size_t below = 0;
  for (const std::int32_t value : values) {
    const std::int64_t slot = value - from;
    if (slot < 0) {
      ++below;
    } else if (slot < kWindow) {
      ++count[static_cast<std::size_t>(slot)];
    }
  }
  const Places at(values.size());
  if (at.first < below) return false;
  std::size_t seen = below;
  bool found = false;
  for (std::size_t slot = 0; slot < count.size() && !found; ++slot) {
    const std::size_t next = seen + count[slot];
    const auto value = static_cast<std::int32_t>(from + static_cast<std::int64_t>(slot));
    const auto here = [&](std::size_t place) { return place >= seen && place < next; };
    if (here(at.first)) q.first = value;
    if (here(at.middle)) q.middle = value;
    if (here(at.upper_middle)) q.upper_middle = value;
    if (here(at.third)) {
      q.third = value;
      found = true;
    }
    seen = next;
  }
  return found;
}

// Moves a fence out to where no more values lie beyond it than may be what we look for; says
// whether it had to.
bool widen(std::span<const std::int32_t> values, std::vector<std::int32_t>& beyond, double& fence,
           bool upper) {
  beyond.clear();
  for (const std::int32_t value : values)
    if (upper ? value > fence : value < fence) beyond.push_back(value);
  const std::size_t most = std::max(
      kMostOutside, static_cast<std::size_t>(kOutsideShare * static_cast<double>(values.size())));
  if (beyond.size() <= most) return false;
  const auto at = beyond.begin() + static_cast<std::ptrdiff_t>(most);
  if (upper)
    std::ranges::nth_element(beyond, at, std::ranges::greater());
  else
    std::ranges::nth_element(beyond, at);
  fence = *at;
  return true;
}

}  // namespace

Core core_of(std::span<std::int32_t> values, double bursts) {
  Core core;
  core.n = values.size();
  if (values.empty()) return core;
  Quartiles q;
  if (values.size() < kCountFrom || !by_counting(values, q)) q = by_selection(values);
  const double lower_median = q.middle;
  core.median = (lower_median + q.upper_middle) / 2;
  const double range = static_cast<double>(q.third) - q.first;
  core.robust_spread = range / kIqrOfNormal;
  core.fence_low = q.first - kFenceRanges * range - kFenceSlack;
  core.fence_high = q.third + kFenceRanges * range + kFenceSlack;

  std::vector<std::int32_t> beyond;
  const bool low_moved = widen(values, beyond, core.fence_low, false);
  const bool burst = core.median + bursts > core.fence_high;
  if (burst) core.fence_high = core.median + bursts;
  const bool high_moved = widen(values, beyond, core.fence_high, true) || burst;

  double sum = 0;
  double squares = 0;
  core.low = q.middle;
  core.high = q.middle;
  for (const std::int32_t value : values) {
    double v = value;
    if (value == q.middle) ++core.at_median;
    // what goes on beyond a fence that had to be moved counts as the fence (Winsor), not as nothing
    if (low_moved) v = std::max(v, core.fence_low);
    if (high_moved) v = std::min(v, core.fence_high);
    if (v < core.fence_low || v > core.fence_high) continue;
    const double d = v - lower_median;  // centred, so that the squares lose no digits
    sum += d;
    squares += d * d;
    ++core.core_n;
    core.low = std::min(core.low, static_cast<std::int64_t>(v));
    core.high = std::max(core.high, static_cast<std::int64_t>(v));
  }
  const auto m = static_cast<double>(core.core_n);
  core.mean = lower_median + sum / m;
  core.square_sum = std::max(0.0, squares - sum * sum / m);
  return core;
}

double median_of(std::span<double> values) {
  if (values.empty()) return 0;
  const auto n = static_cast<std::ptrdiff_t>(values.size());
  const auto middle = values.begin() + n / 2;
  std::nth_element(values.begin(), middle, values.end());
  if (n % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace pidometer
