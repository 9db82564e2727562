#include "plugin/anomaly/window_sums.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace pidometer {
namespace {

constexpr std::size_t kAlwaysWidths = 8;      // up to 16 intervals, however long they are
constexpr double kLongestSeconds = 2 * 3600;  // wider ones only while they are shorter than this
constexpr double kDaySeconds = 86400;

}  // namespace

WindowSums::WindowSums(const PidClock& clock, const Baseline& baseline)
    : clock_(clock), baseline_(baseline) {
  find_runs();
  const std::size_t n = clock.intervals.size();
  excess_.assign(n + 1, 0);
  variance_.assign(n);
  if (baseline.level.used()) {
    usual_variance_.assign(n);
    foreign_variance_.assign(n);
    random_mean_.assign(n + 1, 0);
    can_fall_.assign(n + 1, 0);
  }
  double seconds = 0;
  for (const Run& run : runs_) {
    add(run);
    for (std::uint32_t i = run.begin; i < run.end; ++i) seconds += clock.intervals[i].seconds;
    judged_ += run.end - run.begin;
  }
  days_ = std::max(seconds / kDaySeconds, 1e-3);
}

void WindowSums::find_runs() {
  const auto n = static_cast<std::uint32_t>(clock_.intervals.size());
  for (std::uint32_t i = 0; i < n; ++i) {
    if (clock_.intervals[i].state != IntervalState::judged) continue;
    std::uint32_t end = i + 1;
    while (end < n && clock_.intervals[end].state == IntervalState::judged) ++end;
    runs_.push_back({i, end});
    i = end;
  }
}

// Sums start from 0 in each run: no window goes on across a break, and digits are kept.
void WindowSums::add(const Run& run) {
  for (std::uint32_t i = run.begin; i < run.end; ++i) {
    const Expectation& e = baseline_.expected[i];
    excess_[i + 1] = excess_[i] + clock_.intervals[i].advance - static_cast<double>(e.mean);
    assert(e.variance > 0);  // or a PID too many would be impossible there
    variance_.add(i, static_cast<double>(e.variance));
    if (usual_variance_.empty()) continue;
    const auto mean = static_cast<double>(e.random_mean);
    const double foreign = foreign_variance(baseline_, clock_.intervals[i]);
    const double own = std::max(0.0, static_cast<double>(e.variance) - foreign);
    const bool rare = baseline_.comparables[e.comparable].rare;
    usual_variance_.add(i, rare ? 0 : own / baseline_.spread_factor[i]);
    foreign_variance_.add(i, foreign + (rare ? own : 0));
    random_mean_[i + 1] = random_mean_[i] + mean;
    can_fall_[i + 1] = can_fall_[i] + can_fall(clock_, e, i);
  }
  if (run.end >= clock_.intervals.size()) return;
  excess_[run.end + 1] = 0;
  variance_.restart(run.end);
  if (usual_variance_.empty()) return;
  usual_variance_.restart(run.end);
  foreign_variance_.restart(run.end);
  random_mean_[run.end + 1] = can_fall_[run.end + 1] = 0;
}

std::size_t WindowSums::last_begin(const Run& run, std::size_t w) const {
  const std::size_t width = kWindowWidths[w];
  if (run.end - run.begin < width) return run.begin;
  if (w >= kAlwaysWidths) {
    const double typical = days_ * kDaySeconds / static_cast<double>(judged_);
    if (typical * static_cast<double>(width) > kLongestSeconds) return run.begin;
  }
  return run.end - width + 1;
}

// A window has the level of what lies beside it, and the spread that goes with that level. The
// levels that its intervals have one by one hold what the others of the window did.
void WindowSums::apply_level(Window& window, double spread) const {
  const std::uint32_t begin = window.begin;
  const std::uint32_t end = window.end;
  const double pids = level_pids(begin, end);
  window.excess -= pids;
  if (window.width() == 1) return;
  window.variance = spread * variance_at(begin, end, pids);
}

double WindowSums::level_pids(std::uint32_t begin, std::uint32_t end) const {
  if (can_fall_.empty()) return 0;
  const double seconds = seconds_between(clock_.ticks[begin], clock_.ticks[end]);
  return std::max(baseline_.level.pids(begin, end, seconds), can_fall_[begin] - can_fall_[end]);
}

WindowSums::Steps WindowSums::steps(std::uint32_t begin, std::uint32_t end) const {
  Steps steps;
  steps.variance = variance_.between(begin, end);
  if (usual_variance_.empty()) return steps;
  steps.level_rate = baseline_.level.rate(begin, end);
  steps.hours = baseline_.level.hours(begin, end);
  steps.can_fall = can_fall_[end] - can_fall_[begin];
  steps.level_pids = level_pids(begin, end);
  if (end - begin == 1) return steps;
  steps.usual_variance = usual_variance_.between(begin, end);
  steps.factor = baseline_.spread.factor(random_mean_[end] - random_mean_[begin], steps.level_pids);
  steps.foreign_variance = foreign_variance_.between(begin, end);
  return steps;
}

// This is asked some ten times an interval: no branch, no call, so that the compiler can take
// several windows at once.
bool WindowSums::any_far(std::uint32_t begin, std::uint32_t end, std::uint32_t width,
                         double square) const {
  const double* from_excess = excess_.data() + begin;
  const double* to_excess = from_excess + width;
  const VarianceSums::Windows variances(variance_, begin, width);
  const std::size_t count = end - begin;
  std::int64_t signs = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double excess = to_excess[k] - from_excess[k];
    signs |= std::bit_cast<std::int64_t>(square * variances[k] - excess * std::abs(excess));
  }
  return signs < 0;
}

}  // namespace pidometer
