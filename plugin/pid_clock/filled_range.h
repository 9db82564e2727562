#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/pid.h"
#include "plugin/pid_clock/pid_range.h"

namespace pidometer {

/// A few forged PIDs must not make the range: one in a hundred, and one at least, lies above what
/// is taken for it.
inline constexpr std::size_t kForgedOneIn = 100;

/// Where PIDs end that fill their range, as those of a counter that goes round often do, and random
/// ones: the k-th largest of n falls short of its end by k n-ths. 32768 at least.
inline std::int64_t filled_range(std::vector<Pid> pids) {
  if (pids.size() < 2) return kSmallPidMax;
  const std::size_t above = 1 + pids.size() / kForgedOneIn;
  const auto high = pids.end() - 1 - static_cast<std::ptrdiff_t>(above);
  std::ranges::nth_element(pids, high);
  const auto below = static_cast<std::int64_t>(pids.size() - above);
  const auto missing = static_cast<std::int64_t>(above) * *high / below;
  return std::max<std::int64_t>(kSmallPidMax, std::int64_t{*high} + missing + 1);
}

}  // namespace pidometer
