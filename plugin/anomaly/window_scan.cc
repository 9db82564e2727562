#include "plugin/anomaly/window_scan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "plugin/anomaly/pid_finding.h"
#include "plugin/anomaly/tail_chance.h"

namespace pidometer {
namespace {

// Price of a window: the best of many overlapping windows is not one window. Measured on quiet
// made-up hosts (tests/unit/anomaly/calibration_test.cc): this line covers what the clusters of
// each width need there (0.7 at most), and the monitored host of tests/eval, whose wide windows
// have heavier tails.
constexpr double kPricePerDecade = 0.65;

// Where a job always costs the same, one PID more is worth a row though it is no alarm: 1 in 20.
constexpr double kConstantFloor = 1.3;
constexpr double kLeastFloor = 1.0;

// A row's score is as rare as one single interval in a day's, or twice as frequent: an examiner can
// look at one or two irregular intervals a day of log. Quiet made-up hosts have 1.5 to 2.2 such
// rows a day (calibration_test.cc), none of them an alarm.
constexpr double kFloorAllowance = 0.3;

// Jobs that are not known stand in no more of a host's intervals but where each line is a command
// of its own (rare_intervals.cc).
constexpr double kManyUnsure = 0.03;

constexpr std::uint32_t kBlock = 64;  // windows looked at together
constexpr double kHalfPid = 0.5;      // what is rounded to no PID is no excess

}  // namespace

WindowScan::WindowScan(const PidClock& clock, const Baseline& baseline)
    : baseline_(baseline), sums_(clock, baseline), calibration_(clock, baseline, sums_) {
  const auto judged = static_cast<double>(sums_.judged());
  floor_ = std::max(kLeastFloor, std::log10(judged / std::max(days(), 1.0)) - kFloorAllowance);
  for (std::size_t w = 0; w < kWindowWidths.size(); ++w)
    for (const WindowSums::Run& run : sums_.runs())
      looks_ += static_cast<double>(sums_.last_begin(run, w) - run.begin) / kWindowWidths[w];
  looks_ = std::max(looks_, 1.0);
}

double WindowScan::price(std::size_t width) {
  return kPricePerDecade * std::log10(static_cast<double>(width));
}

double WindowScan::score(const Window& window) const {
  return std::clamp(calibration_.score(window) - price(window.width()), 0.0, kMostScore);
}

double WindowScan::score_if_known(const Window& window) const {
  return std::clamp(calibration_.score_if_known(window) - price(window.width()), 0.0, kMostScore);
}

bool WindowScan::holds_unknown_job(const Window& window) const {
  for (std::uint32_t i = window.begin; i < window.end; ++i)
    if (baseline_.comparables[baseline_.expected[i].comparable].unsure) return true;
  return false;
}

double WindowScan::score(const WindowCalibration::Sum& sum, std::size_t width) const {
  return std::clamp(calibration_.score(sum, width) - price(width), 0.0, kMostScore);
}

bool WindowScan::listed(const Window& window) const {
  if (std::lround(window.excess) < 1) return false;
  if (window.score >= floor_) return true;
  if (window.width() > 1 || window.score < kConstantFloor) return false;
  return constant(window.begin);
}

// What would be an alarm beside a job that is known has a row beside one that is not.
bool WindowScan::is_beside_unknown_job(const Window& window) const {
  return holds_unknown_job(window) &&
         level_of(score_if_known(window), looks(), days()) >= Level::medium;
}

bool WindowScan::constant(std::uint32_t interval) const {
  return baseline_.comparables[baseline_.expected[interval].comparable].constant;
}

std::vector<Window> WindowScan::candidates() const {
  // What a normal variable would not reach is not looked at more closely. Tails are heavier, but
  // not everywhere: of rare bursts one of 1 to 1.4 deviations is rarer than a normal variable says.
  // The rows of these, half above the floor at most, are left out.
  std::array<double, kWindowWidths.size()> squares{};
  double constant_square = 0;
  for (std::size_t w = 0; w < kWindowWidths.size(); ++w) {
    const auto square = [&](double floor) {
      const double deviations =
          normal_deviations((floor + price(kWindowWidths[w])) / calibration_.shrink(w));
      return deviations * deviations;
    };
    squares[w] = square(floor_);
    if (w == 0) constant_square = std::min(square(kConstantFloor), square(floor_));
  }
  std::vector<Window> found;
  const bool level = baseline_.level.used();
  for (const WindowSums::Run& run : sums_.runs()) {
    std::array<std::uint32_t, kWindowWidths.size()> last{};
    for (std::size_t w = 0; w < kWindowWidths.size(); ++w)
      last[w] = static_cast<std::uint32_t>(sums_.last_begin(run, w));
    // block by block, so that the sums of a block are read from memory once for all widths
    for (std::uint32_t block = run.begin; block < run.end; block += kBlock)
      for (std::size_t w = 0; w < kWindowWidths.size(); ++w) {
        const std::uint32_t end = std::min(block + kBlock, last[w]);
        if (block >= end) continue;
        const double least = w == 0 ? constant_square : squares[w];
        if (!level && !sums_.any_far(block, end, kWindowWidths[w], least * calibration_.spread(w)))
          continue;
        for (std::uint32_t begin = block; begin < end; ++begin) {
          Window window = sums_.measure(begin, begin + kWindowWidths[w], calibration_.spread(w));
          const double square = window.excess * window.excess;
          if (window.excess < kHalfPid || square < least * window.variance) continue;
          if (square < squares[w] * window.variance && !constant(begin)) continue;
          window.score = score(window);
          if (listed(window)) found.push_back(window);
        }
      }
  }
  add_beside_unknown_jobs(found);
  return found;
}

// Those that are not listed for what is known: the guess at a job's cost is wide, and no bound on
// what is worth a closer look. Where hosts have such jobs in many of their intervals, single ones
// say enough.
void WindowScan::add_beside_unknown_jobs(std::vector<Window>& found) const {
  const auto unsure = [&](std::uint32_t i) {
    return baseline_.comparables[baseline_.expected[i].comparable].unsure;
  };
  std::size_t count = 0;
  for (const WindowSums::Run& run : sums_.runs())
    for (std::uint32_t i = run.begin; i < run.end; ++i) count += unsure(i) ? 1U : 0U;
  const std::size_t widths =
      static_cast<double>(count) > kManyUnsure * static_cast<double>(sums_.judged())
          ? 1
          : kWindowWidths.size();
  for (const WindowSums::Run& run : sums_.runs()) {
    std::array<std::uint32_t, kWindowWidths.size()> next{};  // windows before were looked at
    next.fill(run.begin);
    for (std::uint32_t unknown = run.begin; unknown < run.end; ++unknown)
      for (std::size_t w = 0; unsure(unknown) && w < widths; ++w) {
        const std::uint32_t width = kWindowWidths[w];
        const auto last = static_cast<std::uint32_t>(sums_.last_begin(run, w));
        std::uint32_t begin = std::max(next[w], unknown + 1 - std::min(unknown + 1, width));
        for (; begin < std::min(last, unknown + 1); ++begin) {
          Window window = measure(begin, begin + width);
          if (window.excess < kHalfPid) continue;
          window.score = score(window);
          if (!listed(window) && is_beside_unknown_job(window)) found.push_back(window);
        }
        next[w] = std::max(next[w], begin);
      }
  }
}

}  // namespace pidometer
