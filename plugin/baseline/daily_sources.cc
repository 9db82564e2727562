#include "plugin/baseline/daily_sources.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "plugin/baseline/robust.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

// At least so many days, and so large a share of them with at least half of the surplus: two
// intrusions at the same hour are no habit.
constexpr std::size_t kDays = 4;
constexpr double kAgreeingShare = 0.75;

// The surplus in standard deviations of a single interval, in PIDs (less than one is no process),
// and in standard errors (all 1440 minutes are looked at).
constexpr double kDeviations = 1.0;
constexpr double kPids = 0.75;
constexpr double kErrors = 4.5;

// The spread among few days is pulled towards the host's as if there were so many more.
constexpr double kPull = 4;

struct Surplus {
  std::uint32_t interval;
  float pids;
};

/// What the intervals of one date that begin at the minute have together: of several each has a
/// part of what happened, and whoever puts lines there makes no days.
struct Day {
  std::int64_t date;
  double pids = 0;
  double variance = 0;
  double seconds = 0;
};

double length_of(const PidClock& clock, const Surplus& s) {
  return std::max(1, clock.intervals[s.interval].seconds);
}

/// `all` comes in log order, in which dates come again where the clock was set back.
std::vector<Day> days_of(const PidClock& clock, const Baseline& baseline, std::span<Surplus> all) {
  const auto date = [&](const Surplus& s) { return local_day_of(clock.ticks[s.interval]); };
  if (!std::ranges::is_sorted(all, {}, date)) std::ranges::stable_sort(all, {}, date);
  std::vector<Day> days;
  for (const Surplus& s : all) {
    if (days.empty() || days.back().date != date(s)) days.push_back({date(s)});
    days.back().pids += static_cast<double>(s.pids);
    days.back().variance += static_cast<double>(baseline.expected[s.interval].variance);
    days.back().seconds += length_of(clock, s);
  }
  return days;
}

bool judge_minute(const PidClock& clock, std::span<Surplus> all, std::uint16_t minute,
                  Baseline& baseline) {
  if (all.size() < kDays) return false;
  const std::vector<Day> days = days_of(clock, baseline, all);
  if (days.size() < kDays) return false;
  const auto n = static_cast<double>(days.size());
  // most minutes are nothing: more than half of the days must lie well on one side
  const auto above = static_cast<double>(
      std::ranges::count_if(days, [](const Day& day) { return day.pids > kPids / 2; }));
  const auto below = static_cast<double>(
      std::ranges::count_if(days, [](const Day& day) { return day.pids < -kPids / 2; }));
  if (std::max(above, below) < kAgreeingShare * n) return false;
  std::vector<double> pids;
  double variance = 0;
  for (const Day& day : days) {
    pids.push_back(day.pids);
    variance += day.variance;
  }
  variance /= n;
  const double median = median_of(pids);
  if (std::abs(median) < std::max(kPids, kDeviations * std::sqrt(variance))) return false;
  std::vector<double> off;
  double agree = 0;
  for (const double p : pids) {
    off.push_back(std::abs(p - median));
    if (p / median > 0.5) ++agree;
  }
  if (agree < kAgreeingShare * n) return false;
  const double spread = median_of(off) / kMadOfNormal;
  const double own = (spread * spread * n + variance * kPull) / (n + kPull);
  const double error = kMedianError * std::sqrt(own / n);
  if (std::abs(median) < kErrors * error) return false;
  baseline.periodic_sources.push_back(
      {true, minute, median, static_cast<std::uint32_t>(days.size())});
  auto day = days.begin();
  for (const Surplus& s : all) {
    while (day->date != local_day_of(clock.ticks[s.interval])) ++day;
    // of several intervals of a date the longest is the likeliest to have had the work
    const double share = length_of(clock, s) / day->seconds;
    Expectation& e = baseline.expected[s.interval];
    e.mean = std::max(0.0F, e.mean + static_cast<float>(share * median));
    e.variance = std::max(e.variance, static_cast<float>(share * (own + error * error)));
    // such a source is no constant: it does what it finds to do
    if (median > 0) e.random_mean += static_cast<float>(share * median);
  }
  return true;
}

}  // namespace

DayMinutes add_daily_sources(const PidClock& clock, Baseline& baseline) {
  std::array<std::uint32_t, kDayMinutes + 1> starts{};
  const std::size_t n = clock.intervals.size();
  for (std::size_t i = 0; i < n; ++i)
    if (clock.intervals[i].state == IntervalState::judged) ++starts[clock.ticks[i].minute + 1U];
  for (std::size_t m = 0; m < kDayMinutes; ++m) starts[m + 1] += starts[m];
  std::vector<Surplus> surplus(starts[kDayMinutes]);
  auto place = starts;
  for (std::size_t i = 0; i < n; ++i) {
    const Interval& interval = clock.intervals[i];
    if (interval.state != IntervalState::judged) continue;
    const double level = level_pids(clock, baseline.level, baseline.expected[i], i);
    const double pids = interval.advance - static_cast<double>(baseline.expected[i].mean) - level;
    surplus[place[clock.ticks[i].minute]++] = {static_cast<std::uint32_t>(i),
                                               static_cast<float>(pids)};
  }
  DayMinutes found;
  for (std::size_t m = 0; m < kDayMinutes; ++m) {
    const auto all = std::span(surplus).subspan(starts[m], starts[m + 1] - starts[m]);
    found[m] = judge_minute(clock, all, static_cast<std::uint16_t>(m), baseline);
  }
  return found;
}

}  // namespace pidometer
