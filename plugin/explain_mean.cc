#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plugin/baseline/common_intervals.h"
#include "plugin/baseline/robust.h"
#include "plugin/explain_steps.h"

namespace pidometer {
namespace {

/// Floats were kept, and sums of many advances. What does not come out as it was learnt is not
/// told, so that no step is shown that was not taken.
bool alike(double a, double b) {
  return std::abs(a - b) <= 1e-4 * std::max(1.0, std::abs(a));
}

/// The costs of a group's intervals by their minute of the hour, without daily work's minutes.
std::array<Core, kHourMinutes> cores_by_minute(const DetectorInput& input,
                                               const IntervalGroups& groups,
                                               const IntervalGroup& group) {
  const PidClock& clock = input.clock;
  std::array<std::vector<std::int32_t>, kHourMinutes> costs;
  for (std::uint32_t k = group.begin; k < group.end; ++k) {
    const std::uint32_t i = groups.order[k];
    const std::uint16_t minute = clock.ticks[i].minute;
    const bool daily = std::ranges::any_of(input.baseline.periodic_sources, [&](const auto& one) {
      return one.daily && one.minute == minute;
    });
    if (teaches(clock.intervals[i]) && !daily)
      costs[minute % kHourMinutes].push_back(clock.intervals[i].advance);
  }
  std::array<Core, kHourMinutes> cores;
  for (std::size_t m = 0; m < kHourMinutes; ++m)
    cores[m] = core_of(std::span(costs[m]), group.bursts);
  return cores;
}

std::string counted(const Core& core) {
  const std::size_t far = core.n - core.core_n;
  return std::to_string(core.core_n) +
         (far == 0 ? "" : fmt::format(" (and {} that cost far more or less)", far));
}

}  // namespace

std::vector<std::string> mean_words(const DetectorInput& input, const IntervalGroups& groups,
                                    std::uint32_t interval) {
  const Baseline& baseline = input.baseline;
  const Expectation& expected = baseline.expected[interval];
  const std::uint32_t number = groups.of_interval[interval];
  if (number == kNoGroup || !groups.groups[number].common) return {};
  const IntervalGroup& group = groups.groups[number];
  const std::array<Core, kHourMinutes> cores = cores_by_minute(input, groups, group);
  double squares = 0;
  double free = 0;
  for (const Core& core : cores) {
    if (core.core_n == 0) continue;
    squares += core.square_sum;
    free += static_cast<double>(core.core_n) - 1;
  }
  const Core& own = cores[input.clock.ticks[interval].minute % kHourMinutes];
  if (own.core_n == 0) return {};
  const auto n = static_cast<double>(own.core_n);
  const double pooled = free > 0 ? squares / free : 0;
  const double variance = (own.square_sum + kMinutePull * pooled) / (n - 1 + kMinutePull);
  const double error = std::sqrt(std::max(variance, kUnseenEvents / n) / n);
  const double shift = own.mean - group.core.mean;
  const double share = std::max(0.0, 1 - error * error / (shift * shift + 1e-12));
  const double mean = group.core.mean + share * shift;
  const double start =
      baseline.start_cost.empty() ? 0 : static_cast<double>(baseline.start_cost[interval]);
  if (!alike(mean, static_cast<double>(expected.mean) - start)) return {};
  std::vector<std::string> words;
  words.push_back(fmt::format(
      "group_mean = {:.7g}: of {} such intervals at all minutes of the hour, this one counted",
      group.core.mean, counted(group.core)));
  words.push_back(fmt::format("minute_mean = {:.7g}: of the {} of them at this minute", own.mean,
                              counted(own)));
  words.push_back(
      fmt::format("s2 = {:.7g}: ({:.7g}, the sum of their squares around it, + {} * {:.7g}, the "
                  "variance within "
                  "all minutes) / ({} - 1 + {})",
                  variance, own.square_sum, kMinutePull, pooled, n, kMinutePull));
  words.push_back(fmt::format("standard_error = {:.7g}: sqrt(max(s2, {} / {}) / {})", error,
                              kUnseenEvents, n, n));
  words.push_back(fmt::format(
      "share = {:.7g}: 1 - (standard_error / (minute_mean - group_mean))^2, at least 0", share));
  words.push_back(
      fmt::format("mean = {:.7g}: group_mean + share * (minute_mean - group_mean)", mean));
  const Comparable& usual = baseline.comparables[expected.comparable];
  const double factor = baseline.spread_factor.empty() ? 1 : baseline.spread_factor[interval];
  const double least = least_random(group, static_cast<double>(expected.variance) / factor);
  const double varies = std::max(mean - usual.low, least);
  if (!alike(varies, static_cast<double>(expected.random_mean))) return words;
  std::string words_of_it =
      fmt::format("can_vary = {:.7g}: the largest of mean - {} (the least of them)",
                  baseline.random_mean(expected), usual.low);
  if (least > 0)
    words_of_it +=
        fmt::format(", min(variance{}, {})",
                    factor == 1 ? "" : fmt::format(" / {:.7g}, the factor of this level", factor),
                    kLeastRandom);
  words_of_it += fmt::format(" and, by the log's skewness, {:.7g} * variance (at most the mean)",
                             baseline.mean_of_variance);
  if (baseline.burst_ratio > 0)
    words_of_it += fmt::format(
        "; at most {:.7g} * variance: of bursts that come on most days {:.7g} are larger by a PID",
        1 - baseline.burst_ratio, baseline.burst_ratio);
  words.push_back(std::move(words_of_it));
  return words;
}

}  // namespace pidometer
