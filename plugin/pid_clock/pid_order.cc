#include "plugin/pid_clock/pid_order.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>

#include "base/pid.h"

namespace pidometer {
namespace {

// Jobs that cron starts in one go; what a tick is, see tick.cc.
constexpr std::chrono::seconds kTickSpan{3};

// Fewer steps look like anything.
constexpr std::uint32_t kLeastSteps = 40;

// The same of the share of falls: 1 is 3.5 standard deviations.
constexpr double kFallSlack = 1.0;

// Jobs of one tick are neighbours if they lie within a sixteenth of the range: of random ones an
// eighth do. Fewer than eight such pairs prove nothing.
constexpr std::int64_t kNeighbours = 16;
constexpr std::uint32_t kLeastPairs = 8;

// So many steps are looked at first: nearly all logs are done with then.
constexpr std::size_t kSample = 4096;
constexpr double kLeastFallShare = 0.3;

constexpr std::int64_t kSmallRange = 32768;  // PID_MAX_DEFAULT, include/linux/threads.h

/// Counts values of [0, range) in equal parts.
class Evenness {
 public:
  explicit Evenness(std::int64_t range) : range_(range) {}

  void add(std::int64_t value) {
    const std::int64_t part = value * static_cast<std::int64_t>(kParts) / range_;
    ++parts_[static_cast<std::size_t>(std::clamp<std::int64_t>(part, 0, kParts - 1))];
    ++count_;
  }

  /// Largest difference between the two distributions.
  double unevenness() const {
    double sum = 0;
    double most = 0;
    for (std::size_t k = 0; k < kParts; ++k) {
      sum += parts_[k];
      most = std::max(most, std::abs(sum / count_ - static_cast<double>(k + 1) / kParts));
    }
    return most;
  }

  double count() const { return count_; }

 private:
  static constexpr std::size_t kParts = 64;
  std::int64_t range_;
  std::array<double, kParts> parts_{};
  double count_ = 0;
};

// Calls use(a, b) for neighbouring jobs with no STARTUP line in between; of each `every` blocks of
// readings one is looked at (single readings would fall in with the schedule).
template <typename Use>
void for_each_step(const std::vector<Reading>& readings, std::size_t every, Use use) {
  constexpr std::size_t kBlock = 64;
  for (std::size_t block = 0; block < readings.size(); block += kBlock * every) {
    const Reading* before = nullptr;
    const std::size_t end =
        every == 1 ? readings.size() : std::min(block + kBlock, readings.size());
    for (std::size_t i = block; i < end; ++i) {
      const Reading& r = readings[i];
      if (r.kind == ReadingKind::boot) before = nullptr;
      if (r.kind != ReadingKind::job) continue;
      if (before != nullptr) use(*before, r);
      before = &r;
    }
    if (every == 1) return;
  }
}

bool same_tick(const Reading& a, const Reading& b) {
  return std::chrono::abs(b.time - a.time) <= kTickSpan;
}

}  // namespace

PidOrder judge_pid_order(const std::vector<Reading>& readings) {
  PidOrder order;
  const std::size_t every = std::max<std::size_t>(1, readings.size() / kSample);
  double steps = 0;
  double falls = 0;
  for_each_step(readings, every, [&](const Reading& a, const Reading& b) {
    if (same_tick(a, b)) return;
    steps += 1;
    falls += b.pid < a.pid ? 1 : 0;
  });
  if (steps < kLeastSteps / 2.0 || falls < kLeastFallShare * steps) return order;

  std::int64_t largest = 0;
  for (const Reading& r : readings)
    if (r.kind == ReadingKind::job) largest = std::max<std::int64_t>(largest, r.pid);
  // random PIDs fill their range: the largest of n falls short of its end by an n-th
  const auto range =
      std::max(kSmallRange, largest + 1 + largest / static_cast<std::int64_t>(readings.size()));
  Evenness pids(range);
  Evenness distances(range);
  std::uint32_t pairs = 0;
  std::uint32_t neighbours = 0;
  for_each_step(readings, 1, [&](const Reading& a, const Reading& b) {
    const std::int64_t step = static_cast<std::int64_t>(b.pid) - static_cast<std::int64_t>(a.pid);
    const std::int64_t round = step < 0 ? step + range : step;
    if (same_tick(a, b)) {
      ++pairs;
      if (std::min(round, range - round) * kNeighbours < range) ++neighbours;
      return;
    }
    ++order.steps;
    if (step < 0) ++order.downward_steps;
    pids.add(b.pid);
    distances.add(round);
  });
  if (order.steps < kLeastSteps) return order;
  const double n = order.steps;
  const double even = kEvenLeast + kEvenSlack / std::sqrt(n);
  order.unevenness = distances.unevenness();
  if (std::abs(order.downward_steps / n - 0.5) > kEvenLeast + kFallSlack / std::sqrt(n))
    return order;
  if (order.unevenness > even || pids.unevenness() > even) return order;
  const bool in_order = pairs >= kLeastPairs && neighbours > pairs / 2;
  order.kind = in_order ? PidOrderKind::too_fast : PidOrderKind::random;
  return order;
}

}  // namespace pidometer
