#include "plugin/pid_clock/usual_steps.h"

#include <algorithm>
#include <utility>

namespace pidometer {
namespace {

constexpr std::int64_t kHalfMinute = 30;  // lines are late under load
constexpr std::size_t kMostOfAKind = 64;
constexpr std::size_t kLeastOfAKind = 3;  // of two a median is their mean

}  // namespace

std::uint64_t interval_key(const Tick& a, const Tick& b) {
  const std::int64_t length = (whole_seconds(a, b) + kHalfMinute / 2) / kHalfMinute;
  return (std::uint64_t{a.items} << 32U) | static_cast<std::uint32_t>(length);
}

std::optional<std::int64_t> UsualSteps::of(const Tick& a, const Tick& b) {
  if (!std::exchange(learnt_, true))
    for (std::size_t i = 0; i + 1 < ticks_.size(); ++i) {
      const Tick& next = ticks_[i + 1];
      if (next.pid <= ticks_[i].pid || next.after_startup || next.lost_before == Loss::damaged)
        continue;
      auto& rises = rises_[interval_key(ticks_[i], next)];
      if (rises.size() < kMostOfAKind)
        rises.push_back(static_cast<std::int64_t>(next.pid) - ticks_[i].pid);
    }
  const auto place = rises_.find(interval_key(a, b));
  if (place == rises_.end() || place->second.size() < kLeastOfAKind) return std::nullopt;
  auto& rises = place->second;
  const auto middle = rises.begin() + static_cast<std::ptrdiff_t>(rises.size() / 2);
  std::ranges::nth_element(rises, middle);
  return *middle;
}

}  // namespace pidometer
