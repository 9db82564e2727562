#include "plugin/pid_clock/pid_order.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "base/pid.h"
#include "plugin/pid_clock/filled_range.h"
#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/pid_range.h"
#include "plugin/pid_clock/tick.h"

namespace pidometer {
namespace {

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

// A counter's pace differs by less than twice from the usual one in three of four intervals, on a
// host so busy that it goes round in a few of them.
constexpr double kEvenPaces = 0.75;
constexpr double kPaceTimes = 2;

// A second counter that has one line in twenty writes throughout the log: of stretches of 64 lines
// all but one in thirty have a line of it, and by night it may be silent.
constexpr double kThroughoutShare = 0.75;

// Two lines of it that stand together fall once.
constexpr double kJobsOfOneTick = 2;

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

bool falls_behind(const Reading& a, const Reading& b) {
  // where the time goes back too it is the lines that are in the wrong order
  if (b.time < a.time - kTickSpan) return false;
  const auto step = static_cast<std::int64_t>(b.pid) - static_cast<std::int64_t>(a.pid);
  const bool late = step >= -kLateLinePids && b.time - a.time <= kOutOfOrder;
  // the same job's PID once more is another boot's
  return step < 0 ? !late : step == 0 && !same_tick(a, b);
}

std::int64_t range_of(const std::vector<Reading>& readings) {
  std::vector<Pid> pids;
  for (const Reading& r : readings)
    if (r.kind == ReadingKind::job) pids.push_back(r.pid);
  return filled_range(std::move(pids));
}

/// Whether one counter explains falls so often: it goes round at an even pace. Between lines of
/// several the pace changes from line to line.
class Pace {
 public:
  explicit Pace(std::int64_t range) : range_(static_cast<double>(range)) {}

  void add(const Reading& a, const Reading& b) {
    const double step = static_cast<double>(b.pid) - static_cast<double>(a.pid);
    if (same_tick(a, b)) {
      // no counter goes so far in no time
      uneven_ += std::abs(step) > kLateLinePids ? 1 : 0;
      return;
    }
    const double seconds = seconds_between(a.time, b.time);
    if (seconds <= 0) return;
    seconds_ += seconds;
    paces_.push_back((step < 0 ? step + range_ : step) / seconds);
  }

  /// `falls` of so many steps.
  bool explains(std::uint32_t falls) {
    if (paces_.empty()) return false;
    const auto middle = paces_.begin() + static_cast<std::ptrdiff_t>(paces_.size() / 2);
    std::ranges::nth_element(paces_, middle);
    const double usual = *middle;
    if (usual * seconds_ / range_ < falls / kPaceTimes) return false;
    const auto near = std::ranges::count_if(paces_, [&](double pace) {
      return pace >= usual / kPaceTimes && pace <= usual * kPaceTimes;
    });
    return static_cast<double>(near) >= kEvenPaces * (static_cast<double>(paces_.size()) + uneven_);
  }

 private:
  double range_;
  double seconds_ = 0;
  double uneven_ = 0;
  std::vector<double> paces_;
};

/// Deals each PID to the counter that stands closest below it, and counts those that find none.
class Dealer {
 public:
  explicit Dealer(std::uint32_t counters) : counters_(counters), block_(counters) {}

  void add(const Reading& r) {
    const Reading** place = nullptr;
    for (const Reading*& last : counters_) {
      if (last == nullptr || falls_behind(*last, r)) continue;
      if (place == nullptr || last->pid > (*place)->pid) place = &last;
    }
    if (place == nullptr) {
      falls_ += booted_ ? 0 : 1;
      place = &free_or_largest();
    }
    booted_ = false;
    *place = &r;
    ++block_[static_cast<std::size_t>(place - counters_.data())];
    if (++dealt_ % kBlock == 0) end_block();
  }

  /// The next one may fall.
  void boot() { booted_ = true; }

  std::uint32_t falls() const { return falls_; }

  /// How many of the PIDs that stand together are of one counter; 0 to 1.
  double share_of_one() {
    end_block();
    return static_cast<double>(most_) / static_cast<double>(std::max<std::size_t>(1, dealt_));
  }

 private:
  static constexpr std::size_t kBlock = 64;

  // counters change places at a wrap
  void end_block() {
    most_ += std::ranges::max(block_);
    std::ranges::fill(block_, 0);
  }

  // the largest is the one that is due to wrap
  const Reading*& free_or_largest() {
    const Reading** largest = &counters_[0];
    for (const Reading*& last : counters_) {
      if (last == nullptr) return last;
      if (last->pid > (*largest)->pid) largest = &last;
    }
    return *largest;
  }

  std::vector<const Reading*> counters_;
  std::vector<std::size_t> block_;  ///< PIDs of each, of those that stand together
  std::size_t dealt_ = 0;
  std::size_t most_ = 0;
  std::uint32_t falls_ = 0;
  bool booted_ = true;
};

/// Steps of the log, and what of it falls.
struct Falls {
  std::uint32_t steps = 0;
  std::uint32_t falls = 0;
  std::uint32_t blocks = 0;          ///< of so many steps in a row, ...
  std::uint32_t falling_blocks = 0;  ///< ... those with a fall

  static constexpr std::uint32_t kBlock = 64;
};

Falls deal(const std::vector<Reading>& readings, Dealer& dealer) {
  Falls sum;
  const Reading* before = nullptr;
  std::uint32_t falls_before = 0;  // of the block
  for (const Reading& r : readings) {
    const bool booted =
        r.kind == ReadingKind::boot || (before != nullptr && before->boot != r.boot);
    if (booted) {
      before = nullptr;
      dealer.boot();
    }
    if (r.kind != ReadingKind::job) continue;
    if (before != nullptr) {
      ++sum.steps;
      sum.falls += falls_behind(*before, r) ? 1 : 0;
      if (sum.steps % Falls::kBlock == 0) {
        ++sum.blocks;
        sum.falling_blocks += sum.falls > falls_before ? 1 : 0;
        falls_before = sum.falls;
      }
    }
    dealer.add(r);
    before = &r;
  }
  return sum;
}

void judge_several(const std::vector<Reading>& readings, PidOrder& order) {
  for (std::uint32_t counters = kFewestCounters; counters <= kMostCounters; counters *= 2) {
    Dealer dealer(counters);
    const Falls sum = deal(readings, dealer);
    const bool throughout = sum.falling_blocks >= kThroughoutShare * sum.blocks;
    const double share = throughout ? kSeveralShare / kJobsOfOneTick : kSeveralShare;
    if (sum.falls < kSeveralLeast || sum.falls < share * sum.steps) return;
    // dealt to more, one counter's lines lie in several heaps: the fewest tell
    if (dealer.share_of_one() > kMostOfOne && !throughout) return;
    if (dealer.falls() > kDealtShare / counters * sum.falls) continue;
    Pace pace(range_of(readings));
    for_each_step(readings, 1, [&](const Reading& a, const Reading& b) { pace.add(a, b); });
    if (pace.explains(sum.falls)) return;
    order.kind = PidOrderKind::several;
    order.steps = sum.steps;
    order.falls = sum.falls;
    order.falls_dealt = dealer.falls();
    order.counters = counters;
    return;
  }
}

void judge_random(const std::vector<Reading>& readings, PidOrder& order) {
  const std::int64_t range = range_of(readings);
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
  if (order.steps < kLeastSteps) return;
  const double n = order.steps;
  const double even = kEvenLeast + kEvenSlack / std::sqrt(n);
  order.unevenness = distances.unevenness();
  if (std::abs(order.downward_steps / n - 0.5) > kEvenLeast + kFallSlack / std::sqrt(n)) return;
  if (order.unevenness > even || pids.unevenness() > even) return;
  const bool in_order = pairs >= kLeastPairs && neighbours > pairs / 2;
  order.kind = in_order ? PidOrderKind::too_fast : PidOrderKind::random;
}

}  // namespace

PidOrder judge_pid_order(const std::vector<Reading>& readings) {
  PidOrder order;
  const std::size_t every = std::max<std::size_t>(1, readings.size() / kSample);
  double steps = 0;
  double falls = 0;
  double ticks = 0;
  double tick_falls = 0;
  for_each_step(readings, every, [&](const Reading& a, const Reading& b) {
    steps += 1;
    falls += falls_behind(a, b) ? 1 : 0;
    if (same_tick(a, b)) return;
    ticks += 1;
    tick_falls += b.pid < a.pid ? 1 : 0;
  });
  if (ticks >= kLeastSteps / 2.0 && tick_falls >= kLeastFallShare * ticks)
    judge_random(readings, order);
  // a sample may miss some
  if (order.kind == PidOrderKind::sequential && falls >= kSeveralShare / kJobsOfOneTick / 2 * steps)
    judge_several(readings, order);
  return order;
}

}  // namespace pidometer
