#include "plugin/anomaly/absent_jobs.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "plugin/baseline/interval_groups.h"

namespace pidometer {
namespace {

// A job that stood in each of the nearest ticks of its minute, before and behind, is part of the
// schedule. Eight is what a job's cost is known from; more than thirty-two say nothing new.
constexpr std::size_t kLeastTicks = 8;
constexpr std::size_t kMostTicks = 32;
// Looked for in so many hours (days): a log has holes.
constexpr LocalMinute kMostSteps = 64;

// A line that is late stands beside its tick: cron's lines were seen two minutes late under load.
constexpr std::int64_t kLateSeconds = 600;

// So many ticks are looked at there on each side; ten minutes have no more, unless the clock went
// back again and again.
constexpr std::int64_t kMostBeside = 64;

// Intervals are comparable that last as many half minutes.
constexpr double kAlikeSeconds = 30;

}  // namespace

// What stands in all of the nearest ticks of the same minute, of other hours or days, on both
// sides; nothing where one side has none: a schedule that was changed there is no line that is
// missing.
void TicksAlike::look_around(std::uint32_t tick, LocalMinute step, Around& found) const {
  const LocalMinute minute = local_minute_of(clock_.ticks[tick]);
  const std::uint32_t items = clock_.ticks[tick].items;
  const std::span<const std::uint32_t> labels = clock_.item_sets.labels(items);
  found.ticks.clear();
  found.lacking.clear();
  std::array<bool, 2> sides{};
  for (LocalMinute k = 1; k <= kMostSteps && found.ticks.size() < kMostTicks; ++k)
    for (const bool behind : {false, true}) {
      const std::uint32_t other = index_.at(minute + (behind ? k : -k) * step);
      if (other == kNoTick) continue;
      sides[behind ? 1 : 0] = true;
      if (clock_.ticks[other].items == items) return found.lacking.clear();
      if (found.ticks.empty())
        std::ranges::set_difference(clock_.item_sets.labels(clock_.ticks[other].items), labels,
                                    std::back_inserter(found.lacking));
      std::erase_if(found.lacking,
                    [&](std::uint32_t label) { return count(other, label) <= count(tick, label); });
      if (found.lacking.empty()) return;
      found.ticks.push_back(other);
    }
  if (found.ticks.size() < kLeastTicks || !sides[0] || !sides[1]) found.lacking.clear();
}

std::size_t TicksAlike::count(std::uint32_t tick, std::uint32_t label) const {
  const std::span<const std::uint32_t> labels = clock_.item_sets.labels(clock_.ticks[tick].items);
  const auto [first, last] = std::equal_range(labels.begin(), labels.end(), label);
  return static_cast<std::size_t>(last - first);
}

// Whether a line of the job stands close by where others of its minute have none.
bool TicksAlike::stands_beside(std::uint32_t tick, std::uint32_t label) const {
  for (const int way : {-1, 1})
    for (std::int64_t k = 1; k <= kMostBeside; ++k) {
      const std::int64_t at = tick + way * k;
      if (at < 0 || at >= static_cast<std::int64_t>(clock_.ticks.size())) break;
      const auto beside = static_cast<std::uint32_t>(at);
      if (std::abs(whole_seconds(clock_.ticks[tick], clock_.ticks[beside])) > kLateSeconds) break;
      const std::size_t own = count(beside, label);
      if (own == 0) continue;
      const LocalMinute minute = local_minute_of(clock_.ticks[beside]);
      if (minute == local_minute_of(clock_.ticks[tick])) return true;
      const bool usual = std::ranges::any_of(
          std::array{-kLocalHour, kLocalHour, -kLocalDay, kLocalDay}, [&](LocalMinute shift) {
            const std::uint32_t other = index_.at(minute + shift);
            return other != kNoTick && count(other, label) >= own;
          });
      if (!usual) return true;
    }
  return false;
}

// What as long a time costs behind the tick: more lines may be missing than the tick's own, and its
// interval be longer than those of others.
bool TicksAlike::expect_span(std::uint32_t tick, double seconds, AbsentJobs& absent) const {
  double mean = 0;
  double variance = 0;
  for (std::uint32_t i = tick; i + 1 < clock_.ticks.size() && teaches(clock_.intervals[i]); ++i) {
    mean += static_cast<double>(baseline_.expected[i].mean);
    variance += static_cast<double>(baseline_.expected[i].variance);
    const double off = seconds_between(clock_.ticks[tick], clock_.ticks[i + 1]) - seconds;
    if (off < -kAlikeSeconds) continue;
    if (off > kAlikeSeconds) return false;
    absent.expected = mean;
    absent.variance = variance;
    return true;
  }
  return false;
}

std::optional<AbsentJobs> TicksAlike::absent_from(std::uint32_t tick) const {
  const Tick& own = clock_.ticks[tick];
  if (own.joined || own.lost_before != Loss::none || tick + 1 >= clock_.ticks.size() ||
      clock_.ticks[tick + 1].lost_before != Loss::none || clock_.intervals[tick].repaired)
    return std::nullopt;
  const std::span<const std::uint32_t> labels = clock_.item_sets.labels(own.items);
  AbsentJobs absent;
  std::vector<std::uint32_t> all;
  Around found;
  for (const LocalMinute step : {kLocalHour, kLocalDay}) {
    look_around(tick, step, found);
    std::erase_if(found.lacking, [&](std::uint32_t label) { return stands_beside(tick, label); });
    if (found.lacking.size() <= absent.labels.size()) continue;
    absent.labels.swap(found.lacking);
    absent.seen = static_cast<std::uint32_t>(found.ticks.size());
    all.swap(found.ticks);
  }
  if (absent.labels.empty()) return std::nullopt;
  std::vector<std::uint32_t> whole(labels.begin(), labels.end());
  whole.insert(whole.end(), absent.labels.begin(), absent.labels.end());
  std::ranges::sort(whole);
  const auto like = std::ranges::find_if(all, [&](std::uint32_t other) {
    return teaches(clock_.intervals[other]) &&
           std::ranges::equal(clock_.item_sets.labels(clock_.ticks[other].items), whole);
  });
  if (like == all.end()) return std::nullopt;
  absent.like = *like;
  for (const std::uint32_t other : all)
    if (!absent.expected_known &&
        std::ranges::equal(clock_.item_sets.labels(clock_.ticks[other].items), whole))
      absent.expected_known = expect_span(other, clock_.intervals[tick].seconds, absent);
  return absent;
}

}  // namespace pidometer
