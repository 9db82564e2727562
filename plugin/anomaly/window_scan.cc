#include "plugin/anomaly/window_scan.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>

#include "plugin/anomaly/even_days.h"
#include "plugin/anomaly/tail_chance.h"

namespace pidometer {
namespace {

// An activity is a burst within one interval or a drizzle over many; each next width differs from
// the last by a third at least, so that no activity is far from some width.
constexpr std::array<std::uint32_t, 14> kWindowWidths = {1,  2,  3,  4,  6,  8,  12,
                                                         16, 24, 32, 48, 64, 96, 128};
constexpr std::size_t kAlwaysWidths = 8;      // up to 16 intervals, however long they are
constexpr double kLongestSeconds = 2 * 3600;  // wider ones only while they are shorter than this

// Price of a window: the best of many overlapping windows is not one window. Measured on quiet
// made-up hosts (tests/unit/anomaly/calibration_test.cc): this line covers what the clusters of
// each width need, from nothing for one interval to 0.9 for 32.
constexpr double kPricePerDecade = 0.6;

// Where a job always costs the same, one PID more is worth a row though it is no alarm: 1 in 20.
constexpr double kConstantFloor = 1.3;
constexpr double kLeastFloor = 1.0;

// A row's score is as rare as one single interval in a day's, or twice as frequent: an examiner can
// look at one or two irregular intervals a day of log. Quiet made-up hosts have 1.2 to 2.1 such
// rows a day (calibration_test.cc), none of them an alarm.
constexpr double kFloorAllowance = 0.3;

// Suspect intervals take no part in the calibration: far out, and at most so many of them, because
// no host is under attack in more of its intervals than that and a bursty host is far out often.
constexpr double kSuspectDeviations = 4;
constexpr double kSuspectPids = 1;
constexpr double kSuspectShare = 0.03;

constexpr std::size_t kSampleWindows = 16000;  // 48 of them beyond the last point
constexpr std::size_t kLeastSample = 200;      // 4 beyond the second: fewer say nothing
constexpr std::array kPoints = {0.05, 0.02, 0.008, 0.003};
constexpr std::size_t kAlwaysPoints = 2;
constexpr std::size_t kLeastBeyond = 10;  // of the points after the second: a third more or less
// A point is not measured where suspects, which are left out, may be half of what lies beyond it.
constexpr double kBeyondSuspects = 2;

// Where so much is going on, and with so much more spread than independent processes have, work
// comes in bursts whose size and number both vary: the tail is that of a product, not of a sum.
// Wholly so at three times the variance of independent processes, not at all at one and a half.
constexpr double kBusyMean = 3;
constexpr double kNotBurstyRatio = 1.5;
constexpr double kBurstyRatio = 3;

constexpr std::uint32_t kBlock = 64;  // windows looked at together
constexpr double kHalfPid = 0.5;      // what is rounded to no PID is no excess

std::size_t width_index(std::size_t width) {
  const auto at = std::ranges::lower_bound(kWindowWidths, width);
  return static_cast<std::size_t>(std::min(at, kWindowWidths.end() - 1) - kWindowWidths.begin());
}

}  // namespace

WindowScan::WindowScan(const PidClock& clock, const Baseline& baseline)
    : clock_(clock), baseline_(baseline) {
  find_runs();
  double seconds = 0;
  const std::size_t n = clock.intervals.size();
  excess_.assign(n + 1, 0);
  variance_.assign(n + 1, 0);
  for (const Run& run : runs_) {
    for (std::uint32_t i = run.begin; i < run.end; ++i) {
      const Expectation& e = baseline.expected[i];
      excess_[i + 1] = excess_[i] + clock.intervals[i].advance - static_cast<double>(e.mean);
      variance_[i + 1] = variance_[i] + static_cast<double>(e.variance);
      seconds += clock.intervals[i].seconds;
    }
    judged_ += run.end - run.begin;
    // sums do not go on across a break: no window does, and digits are kept
    if (run.end < n) excess_[run.end + 1] = variance_[run.end + 1] = 0;
  }
  constexpr double kDaySeconds = 86400;
  days_ = std::max(seconds / kDaySeconds, 1e-3);
  floor_ = std::max(kLeastFloor, std::log10(static_cast<double>(judged_) / std::max(days_, 1.0)) -
                                     kFloorAllowance);
  for (std::size_t w = 0; w < kWidths; ++w)
    for (const Run& run : runs_)
      if (const std::size_t last = widest(run, w); last > run.begin)
        looks_ += static_cast<double>(last - run.begin) / kWindowWidths[w];
  looks_ = std::max(looks_, 1.0);
  shrink_.fill(1.0);
  count_share_.fill(0.0);
  mark_suspects();
  for (std::size_t w = 0; w < kWidths; ++w) calibrate(w);
}

double WindowScan::price(std::size_t width) {
  return kPricePerDecade * std::log10(static_cast<double>(width));
}

void WindowScan::find_runs() {
  const auto n = static_cast<std::uint32_t>(clock_.intervals.size());
  for (std::uint32_t i = 0; i < n; ++i) {
    if (clock_.intervals[i].state != IntervalState::judged) continue;
    std::uint32_t end = i + 1;
    while (end < n && clock_.intervals[end].state == IntervalState::judged) ++end;
    runs_.push_back({i, end});
    i = end;
  }
}

// One past the last place where a window of that width may begin; run.begin if there is none.
std::size_t WindowScan::widest(const Run& run, std::size_t w) const {
  const std::size_t width = kWindowWidths[w];
  if (run.end - run.begin < width) return run.begin;
  if (w >= kAlwaysWidths) {
    const double typical = days_ * 86400 / static_cast<double>(judged_);
    if (typical * static_cast<double>(width) > kLongestSeconds) return run.begin;
  }
  return run.end - width + 1;
}

WindowScan::Surprise WindowScan::surprise(const Window& window) const {
  double random_mean = 0;
  unsigned degrees = 0;
  double few = 0;  // variance that is known from few intervals
  for (std::uint32_t i = window.begin; i < window.end; ++i) {
    const Expectation& e = baseline_.expected[i];
    random_mean += static_cast<double>(e.random_mean);
    const unsigned d = baseline_.comparables[e.comparable].degrees;
    if (d == 0 && clock_.intervals[i].wraps == 0 && !clock_.intervals[i].repaired) continue;
    few += static_cast<double>(e.variance);
    // a wrap or a repaired reading is known from no other interval at all
    const unsigned known = clock_.intervals[i].wraps > 0 || clock_.intervals[i].repaired ? 2 : d;
    degrees = degrees == 0 ? known : std::min(degrees, known);
  }
  if (baseline_.level.used()) {
    const double seconds = std::chrono::duration<double>(clock_.ticks[window.end].time -
                                                         clock_.ticks[window.begin].time)
                               .count();
    random_mean +=
        std::max(-random_mean / 2, baseline_.level.rate(window.begin, window.end) * seconds);
  }
  Surprise surprise{surprise_of_count(window.excess, random_mean, window.variance), 0, 0,
                    std::numeric_limits<double>::infinity()};
  const double bursty =
      (window.variance / random_mean - kNotBurstyRatio) / (kBurstyRatio - kNotBurstyRatio);
  if (random_mean >= kBusyMean && bursty > 0) {
    surprise.bursts = surprise_of_bursts(window.excess, random_mean, window.variance);
    if (surprise.bursts < surprise.count) surprise.bursty = std::min(1.0, bursty);
  }
  // where little of the window's variance comes from few intervals, their degrees say little
  constexpr double kMattersShare = 0.05;
  if (degrees > 0 && few > kMattersShare * window.variance)
    surprise.most = surprise_of_t(window.excess / std::sqrt(window.variance), degrees);
  return surprise;
}

double WindowScan::raw_score(const Surprise& surprise, double count_share) {
  const double back = (1 - count_share) * surprise.bursty * (surprise.count - surprise.bursts);
  return std::min(surprise.count - back, surprise.most);
}

double WindowScan::score(const Window& window) const {
  const std::size_t w = width_index(window.width());
  return std::clamp(
      raw_score(surprise(window), count_share_[w]) * shrink_[w] - price(window.width()), 0.0,
      kMostScore);
}

void WindowScan::mark_suspects() {
  std::vector<std::pair<double, std::uint32_t>> far;
  for (const Run& run : runs_)
    for (std::uint32_t i = run.begin; i < run.end; ++i) {
      const Window window = measure(i, i + 1);
      const double bound = kSuspectDeviations * std::sqrt(window.variance) + kSuspectPids;
      if (std::abs(window.excess) > bound)
        far.emplace_back(-std::abs(window.excess) / std::sqrt(window.variance), i);
    }
  std::ranges::sort(far);
  const auto most = static_cast<std::size_t>(kSuspectShare * static_cast<double>(judged_));
  if (far.size() > most) far.resize(most);
  for (const auto& [deviations, i] : far) suspects_.push_back(i);
  std::ranges::sort(suspects_);
  const EvenDays days(clock_);
  std::vector<std::int64_t> seen;
  for (const std::uint32_t i : suspects_) seen.push_back(days.day_of(i));
  suspects_are_usual_ = days.cover(seen);
}

// The host's own windows, as far as they are not suspect: some of them, evenly.
std::vector<WindowScan::Sampled> WindowScan::sample(std::size_t w) const {
  const std::uint32_t width = kWindowWidths[w];
  const std::size_t stride = judged_ / kSampleWindows + 1;
  std::vector<Sampled> windows;
  windows.reserve(judged_ / stride + runs_.size());
  std::size_t next_suspect = 0;
  for (const Run& run : runs_) {
    const std::size_t last = widest(run, w);
    for (std::size_t begin = run.begin; begin < last; begin += stride) {
      while (next_suspect < suspects_.size() && suspects_[next_suspect] < begin) ++next_suspect;
      if (next_suspect < suspects_.size() && suspects_[next_suspect] < begin + width) continue;
      const auto first = static_cast<std::uint32_t>(begin);
      const Window window = measure(first, first + width);
      windows.push_back({-window.excess / std::sqrt(window.variance), first});
    }
  }
  return windows;
}

// What the windows at the points say of themselves. Points deeper than `least` are not looked at.
std::vector<WindowScan::Stated> WindowScan::stated_scores(std::vector<Sampled> windows,
                                                          std::uint32_t width, double least) const {
  std::vector<Stated> points;
  for (std::size_t p = 0; p < kPoints.size(); ++p) {
    const auto at = static_cast<std::size_t>(kPoints[p] * static_cast<double>(windows.size()));
    if (p >= kAlwaysPoints && (at < kLeastBeyond || kPoints[p] < least)) break;
    std::ranges::nth_element(windows, windows.begin() + static_cast<std::ptrdiff_t>(at), {},
                             &Sampled::deviations);
    // some windows around the point, because the score is not quite a function of deviations
    Stated stated{-std::log10(kPoints[p]), 0, 0};
    double count = 0;
    for (std::size_t k = at - std::min<std::size_t>(at, 2);
         k <= std::min(at + 2, windows.size() - 1); ++k, ++count) {
      const Surprise tails = surprise(measure(windows[k].begin, windows[k].begin + width));
      stated.count += raw_score(tails, 1);
      stated.bursts += raw_score(tails, 0);
    }
    stated.count /= count;
    stated.bursts /= count;
    points.push_back(stated);
  }
  return points;
}

// The host's own windows at the points must not be more surprising than they say; and where work
// comes in bursts, they say which of the two tails it has.
void WindowScan::calibrate(std::size_t w) {
  std::vector<Sampled> windows = sample(w);
  if (windows.size() < kLeastSample) {
    // too little to measure: as for the next narrower width
    if (w > 0) shrink_[w] = shrink_[w - 1];
    if (w > 0) count_share_[w] = count_share_[w - 1];
    return;
  }
  // of all windows of this width; what comes on most days has its own explanation (DailyBursts)
  const double suspects = suspects_are_usual_ ? 0
                                              : static_cast<double>(suspects_.size()) *
                                                    kWindowWidths[w] / static_cast<double>(judged_);
  const std::vector<Stated> points =
      stated_scores(std::move(windows), kWindowWidths[w], kBeyondSuspects * suspects);
  // without deep points the heavier tail is taken, or what narrower windows showed
  double share = points.size() > kAlwaysPoints ? 1 : 0;
  if (w > 0) share = std::max(share, count_share_[w - 1]);
  for (const Stated& s : points)
    if (s.count > s.target)
      share = std::min(share, std::max(0.0, s.target - s.bursts) / (s.count - s.bursts + 1e-9));
  count_share_[w] = share;
  for (const Stated& s : points) {
    const double stated = s.bursts + share * (s.count - s.bursts);
    if (stated * shrink_[w] > s.target) shrink_[w] = s.target / stated;
  }
}

bool WindowScan::listed(const Window& window) const {
  if (std::lround(window.excess) < 1) return false;
  if (window.score >= floor_) return true;
  if (window.width() > 1 || window.score < kConstantFloor) return false;
  return constant(window.begin);
}

bool WindowScan::constant(std::uint32_t interval) const {
  return baseline_.comparables[baseline_.expected[interval].comparable].constant;
}

std::vector<Window> WindowScan::candidates() const {
  // no tail here is lighter than the normal one: what a normal variable would not reach need not
  // be looked at more closely
  std::array<double, kWidths> squares{};
  double constant_square = 0;
  for (std::size_t w = 0; w < kWidths; ++w) {
    const auto square = [&](double floor) {
      const double deviations = normal_deviations((floor + price(kWindowWidths[w])) / shrink_[w]);
      return deviations * deviations;
    };
    squares[w] = square(floor_);
    if (w == 0) constant_square = std::min(square(kConstantFloor), square(floor_));
  }
  std::vector<Window> found;
  const bool level = baseline_.level.used();
  for (const Run& run : runs_) {
    std::array<std::uint32_t, kWidths> last{};
    for (std::size_t w = 0; w < kWidths; ++w) last[w] = static_cast<std::uint32_t>(widest(run, w));
    // block by block, so that the sums of a block are read from memory once for all widths
    for (std::uint32_t block = run.begin; block < run.end; block += kBlock)
      for (std::size_t w = 0; w < kWidths; ++w) {
        const std::uint32_t end = std::min(block + kBlock, last[w]);
        if (block >= end) continue;
        const double least = w == 0 ? constant_square : squares[w];
        if (!level && !any_far(block, end, kWindowWidths[w], least)) continue;
        for (std::uint32_t begin = block; begin < end; ++begin) {
          Window window = measure(begin, begin + kWindowWidths[w]);
          const double square = window.excess * window.excess;
          if (window.excess < kHalfPid || square < least * window.variance) continue;
          if (square < squares[w] * window.variance && !constant(begin)) continue;
          window.score = score(window);
          if (listed(window)) found.push_back(window);
        }
      }
  }
  return found;
}

// Whether a window that begins in [begin, end) is far out, without a level. This is asked some ten
// times an interval: no branch, no call, so that the compiler can take several windows at once.
bool WindowScan::any_far(std::uint32_t begin, std::uint32_t end, std::uint32_t width,
                         double square) const {
  const double* from_excess = excess_.data() + begin;
  const double* from_variance = variance_.data() + begin;
  const double* to_excess = from_excess + width;
  const double* to_variance = from_variance + width;
  const std::size_t count = end - begin;
  std::int64_t signs = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double excess = to_excess[k] - from_excess[k];
    const double variance = to_variance[k] - from_variance[k];
    signs |= std::bit_cast<std::int64_t>(square * variance - excess * std::abs(excess));
  }
  return signs < 0;
}

}  // namespace pidometer
