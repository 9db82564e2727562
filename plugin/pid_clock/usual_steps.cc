#include "plugin/pid_clock/usual_steps.h"

#include <algorithm>
#include <utility>

#include "plugin/pid_clock/interval_rises.h"

namespace pidometer {
namespace {

constexpr std::size_t kMostOfAKind = 64;
constexpr std::size_t kLeastOfAKind = 3;  // of two a median is their mean

}  // namespace

std::optional<std::int64_t> UsualSteps::of(const Tick& a, const Tick& b) {
  if (!std::exchange(learnt_, true))
    for_each_rise(ticks_, [this](std::uint64_t key, std::int64_t pids) {
      auto& rises = rises_[key];
      if (rises.size() < kMostOfAKind) rises.push_back(pids);
    });
  const auto place = rises_.find(interval_key(a, b));
  if (place == rises_.end() || place->second.size() < kLeastOfAKind) return std::nullopt;
  auto& rises = place->second;
  const auto middle = rises.begin() + static_cast<std::ptrdiff_t>(rises.size() / 2);
  std::ranges::nth_element(rises, middle);
  return *middle;
}

}  // namespace pidometer
