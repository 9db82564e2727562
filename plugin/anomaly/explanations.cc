#include "plugin/anomaly/explanations.h"

#include <algorithm>

namespace pidometer {
namespace {

// What is less surprising than this in one interval needs no explanation.
constexpr double kSurprising = 3;

}  // namespace

// The score that jobs leave of a surprising interval; kNot where they do not make it less so.
float Explanations::by_jobs(std::uint32_t interval) {
  float& known = by_jobs_[interval];
  if (known != kUnknown) return known;
  known = kNot;
  Window single = scan_.measure(interval, interval + 1);
  if (single.excess <= 0) return known;
  single.score = scan_.score(single);
  if (single.score < kSurprising) return known;
  const double left = std::min(spill_.explained(single), habit_.explained(single));
  if (left < kSurprising) known = static_cast<float>(left);
  return known;
}

double Explanations::explained(const Window& window) {
  Window rest = window;
  rest.score = std::min(spill_.explained(window), habit_.explained(window));
  if (window.width() > 1) {
    double chance = 0;
    bool any = false;
    for (std::uint32_t i = window.begin; i < window.end; ++i) {
      const float left = by_jobs(i);
      if (left == kNot) continue;
      any = true;
      rest.excess -= scan_.measure(i, i + 1).excess;
      chance = std::max(chance, static_cast<double>(left));
    }
    if (any)
      rest.score = std::min(rest.score, std::max(chance, rest.excess > 0 ? scan_.score(rest) : 0));
  }
  return bursts_.explained(rest);
}

}  // namespace pidometer
