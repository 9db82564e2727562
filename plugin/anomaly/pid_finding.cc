#include "plugin/anomaly/pid_finding.h"

#include <algorithm>
#include <cmath>

#include "plugin/anomaly/tail_chance.h"
#include "plugin/anomaly/tick_finding.h"

namespace pidometer {
namespace {

// Windows of such a score that chance alone is expected to make in a month of log. An alarm (medium
// and above) may be false once in a month; the factor 10 below that is no measurement but a choice,
// because no host is quite like the model (an administrator's log-in is in none). Quiet made-up
// hosts have none in 37 months (calibration_test.cc). High and critical: what chance makes once in
// eight hundred years, and never. Low: what is rarer than one in three days.
constexpr double kMonthDays = 30;
constexpr double kMediumAMonth = 0.1;
constexpr double kHighAMonth = 1e-4;
constexpr double kCriticalAMonth = 1e-8;
constexpr double kLowAMonth = 10;

}  // namespace

Level level_of(double score, double looks, double days) {
  const double month = expected_count(score, looks) * kMonthDays / std::max(days, 1e-3);
  if (month <= kCriticalAMonth) return Level::critical;
  if (month <= kHighAMonth) return Level::high;
  if (month <= kMediumAMonth) return Level::medium;
  return month <= kLowAMonth ? Level::low : Level::informational;
}

void ExcessVariance::add(const ExcessVariance& other) {
  all += other.all;
  few += other.few;
  if (degrees == 0 || (other.degrees > 0 && other.degrees < degrees)) degrees = other.degrees;
}

double range_deviations(const ExcessVariance& variance) {
  static const double kOneSide = -std::log10(0.05);
  const double known = normal_deviations(kOneSide);
  if (variance.degrees == 0 || !(variance.all > 0)) return known;
  const double share = std::clamp(variance.few / variance.all, 0.0, 1.0);
  return known + share * (t_deviations(kOneSide, variance.degrees) - known);
}

ExcessVariance variance_of(const WindowScan& scan, const Window& stretch) {
  const WindowCalibration::Sum sum = scan.calibration().without_level(stretch);
  return {stretch.variance, sum.few, sum.degrees};
}

void set_excess(Anomaly& anomaly, double excess, const ExcessVariance& variance) {
  const double range = range_deviations(variance) * std::sqrt(variance.all);
  anomaly.excess_pids = std::llround(excess);
  anomaly.excess_low = std::llround(excess - range);
  anomaly.excess_high = std::llround(excess + range);
}

ExcessRange excess_range(const PidClock& clock, const Baseline& baseline, const WindowScan& scan,
                         const Window& stretch) {
  const double range = range_deviations(variance_of(scan, stretch)) * std::sqrt(stretch.variance);
  ExcessRange excess{stretch.excess - range, stretch.excess + range, 0};
  for (std::uint32_t i = stretch.begin; i < stretch.end; ++i)
    if (clock.intervals[i].restarted)
      excess.start_cost += static_cast<double>(baseline.start_cost[i]);
  excess.high += excess.start_cost;
  return excess;
}

Anomaly pid_finding(const PidClock& clock, const Baseline& baseline, const WindowScan& scan,
                    const Window& window, AnomalyKind kind) {
  Anomaly a = finding_between(clock, kind, window.begin, window.end);
  a.intervals = window.end - window.begin;
  a.stretch_first_tick = a.scored_first_tick = window.begin;
  a.scored_last_tick = window.end;
  for (std::uint32_t i = window.begin; i < window.end; ++i) {
    const Interval& interval = clock.intervals[i];
    const Comparable& c = baseline.comparables[baseline.expected[i].comparable];
    a.wraps_assumed += interval.wraps;
    a.observed_pids += interval.advance;
    a.baseline_samples = i == window.begin ? c.samples : std::min(a.baseline_samples, c.samples);
    a.baseline_low += c.low;
    a.baseline_high += c.high;
  }
  a.expected_pids = static_cast<double>(a.observed_pids) - window.excess;
  const ExcessRange range = excess_range(clock, baseline, scan, window);
  a.excess_pids = std::llround(window.excess);
  a.excess_low = std::llround(range.low);
  a.excess_high = std::llround(range.high);
  a.score = window.score;
  a.score_log = score_over_looks(window.score, scan.looks()) + 0.0;  // no minus zero
  a.level = level_of(window.score, scan.looks(), scan.days());
  const auto labels = clock.item_sets.labels(clock.ticks[window.begin].items);
  a.labels.assign(labels.begin(), labels.end());
  return a;
}

}  // namespace pidometer
