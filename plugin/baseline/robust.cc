#include "plugin/baseline/robust.h"

#include <algorithm>
#include <cmath>

namespace pidometer {
namespace {

constexpr double kFenceRanges = 3;      // Tukey (1977): beyond it a value is far out
constexpr double kFenceSlack = 1.5;     // PIDs
constexpr double kIqrOfNormal = 1.349;  // interquartile range of a standard normal

}  // namespace

Core core_of(std::span<std::int32_t> values) {
  Core core;
  core.n = values.size();
  if (values.empty()) return core;
  const auto begin = values.begin();
  const auto n = static_cast<std::ptrdiff_t>(values.size());
  const auto middle = begin + (n - 1) / 2;
  std::nth_element(begin, middle, values.end());
  const double lower_median = *middle;
  double upper_median = lower_median;
  if (n % 2 == 0) upper_median = *std::min_element(middle + 1, values.end());
  core.median = (lower_median + upper_median) / 2;
  const auto first = begin + (n - 1) / 4;
  std::nth_element(begin, first, middle + 1);
  const auto third = begin + n - 1 - (n - 1) / 4;
  std::nth_element(middle, third, values.end());
  const double range = static_cast<double>(*third) - *first;
  core.robust_spread = range / kIqrOfNormal;
  core.fence_low = *first - kFenceRanges * range - kFenceSlack;
  core.fence_high = *third + kFenceRanges * range + kFenceSlack;

  double sum = 0;
  double squares = 0;
  core.low = *middle;
  core.high = *middle;
  for (const std::int32_t value : values) {
    const double v = value;
    if (value == *middle) ++core.at_median;
    if (v < core.fence_low || v > core.fence_high) continue;
    const double d = v - lower_median;  // centred, so that the squares lose no digits
    sum += d;
    squares += d * d;
    ++core.core_n;
    core.low = std::min<std::int64_t>(core.low, value);
    core.high = std::max<std::int64_t>(core.high, value);
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
