#include "plugin/baseline/day_profile.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

#include "plugin/baseline/day_minutes.h"
#include "plugin/baseline/robust.h"
#include "plugin/pid_clock/minute_calendar.h"

namespace pidometer {
namespace {

constexpr std::size_t kBinMinutes = 5;  // cron's usual grid
constexpr std::size_t kBins = kDayMinutes / kBinMinutes;

// What lasts less than an hour is a daily source (daily_sources.h) and no level.
constexpr std::size_t kLeastBins = 60 / kBinMinutes;

// Of weekends a log has fewer: two of them.
constexpr std::size_t kWeekendDays = 4;

// A host's hours are those of the weeks around: what it does in winter says little of the summer.
constexpr std::int64_t kBlockDays = 28;

// A step must explain more than three times the logarithm of the number of bins: of its height, its
// place, and the choice among all places (a modified BIC: Zhang and Siegmund 2007).
constexpr double kPerStep = 3;

// The spread of a bin over few days is pulled towards that of all bins, as if there were so many
// more.
constexpr double kPull = 4;

bool weekend(std::int64_t day) {
  constexpr std::int64_t kThursday = 4;  // 1 January 1970; Sunday is 0
  const std::int64_t weekday = ((day + kThursday) % 7 + 7) % 7;
  return weekday == 0 || weekday == 6;
}

struct Sums {
  double pids = 0;
  double seconds = 0;
};
using DaySums = std::array<Sums, kBins>;

/// One bin over all days.
struct Bin {
  double rate = 0;
  double weight = 0;  ///< 1 / variance of `rate`; 0: nothing is known
};

std::array<Bin, kBins> measure(const std::vector<DaySums>& days, std::size_t least) {
  std::array<Bin, kBins> bins;
  std::array<double, kBins> square{};
  std::array<double, kBins> count{};
  double squares = 0;
  double freedom = 0;
  for (std::size_t b = 0; b < kBins; ++b) {
    for (const DaySums& day : days)
      if (day[b].seconds > 0) {
        bins[b].rate += day[b].pids / day[b].seconds;
        count[b] += 1;
      }
    if (count[b] < static_cast<double>(least)) continue;
    bins[b].rate /= count[b];
    for (const DaySums& day : days)
      if (day[b].seconds > 0) {
        const double off = day[b].pids / day[b].seconds - bins[b].rate;
        square[b] += off * off;
      }
    squares += square[b];
    freedom += count[b] - 1;
  }
  if (freedom <= 0 || squares <= 0) return bins;
  for (std::size_t b = 0; b < kBins; ++b)
    if (count[b] >= static_cast<double>(least))
      bins[b].weight = count[b] * (count[b] - 1 + kPull) / (square[b] + kPull * squares / freedom);
  return bins;
}

// The steps that leave the least squares, at a price for each (dynamic programming over the bins:
// Jackson et al. 2005). Returns the first bin of each.
std::vector<std::size_t> steps_of(const std::array<Bin, kBins>& bins) {
  std::array<double, kBins + 1> weight{};
  std::array<double, kBins + 1> first{};
  double known = 0;
  for (std::size_t b = 0; b < kBins; ++b) {
    weight[b + 1] = weight[b] + bins[b].weight;
    first[b + 1] = first[b] + bins[b].weight * bins[b].rate;
    if (bins[b].weight > 0) known += 1;
  }
  if (known < 2) return {};
  const double price = kPerStep * std::log(known);
  std::array<double, kBins + 1> gain{};  // of the best steps up to here
  std::array<std::size_t, kBins + 1> from{};
  gain.fill(-std::numeric_limits<double>::infinity());
  gain[0] = 0;
  for (std::size_t end = kLeastBins; end <= kBins; ++end)
    for (std::size_t begin = 0; begin + kLeastBins <= end; ++begin) {
      const double own = weight[end] - weight[begin];
      if (own <= 0) continue;
      const double sum = first[end] - first[begin];
      const double total = gain[begin] + sum * sum / own - price;
      if (total <= gain[end]) continue;
      gain[end] = total;
      from[end] = begin;
    }
  std::vector<std::size_t> steps;
  if (!std::isfinite(gain[kBins])) return steps;
  for (std::size_t end = kBins; end > 0; end = from[end]) steps.push_back(from[end]);
  std::ranges::reverse(steps);
  return steps;
}

// A block's own days, and as many that a clock set to another time may add. Logs that go to and fro
// between more are no lesson about the hours.
constexpr std::size_t kMostDays = 3 * static_cast<std::size_t>(kBlockDays);

/// The days of one kind in a block, in the order of the log. A day to which the clock goes back is
/// still the same one.
class Days {
 public:
  void add(std::int64_t day, std::size_t bin, const LevelPiece& piece) {
    if (at_ >= days_.size() || days_[at_] != day) {
      at_ = static_cast<std::size_t>(std::ranges::find(days_, day) - days_.begin());
      if (at_ == kMostDays) return;
      if (at_ == days_.size()) {
        days_.push_back(day);
        sums_.emplace_back();
      }
    }
    sums_[at_][bin].pids += static_cast<double>(piece.pids);
    sums_[at_][bin].seconds += static_cast<double>(piece.seconds);
  }

  const std::vector<DaySums>& sums() const { return sums_; }

 private:
  std::vector<std::int64_t> days_;
  std::vector<DaySums> sums_;
  std::size_t at_ = 0;  ///< the last one
};

/// What is known of the days of one kind.
struct Hours {
  std::array<float, kBins> rates{};  ///< PIDs a second of each bin
  std::size_t steps = 0;             ///< 0: nothing is known
};

Hours learn_hours(const std::vector<DaySums>& days, std::size_t least) {
  Hours hours;
  if (days.size() < least) return hours;
  std::vector<std::size_t> steps = steps_of(measure(days, least));
  hours.steps = steps.size();
  steps.push_back(kBins);
  std::vector<double> seen;
  for (std::size_t s = 0; s + 1 < steps.size(); ++s) {
    seen.clear();
    for (const DaySums& day : days) {
      Sums sums;
      for (std::size_t b = steps[s]; b < steps[s + 1]; ++b) {
        sums.pids += day[b].pids;
        sums.seconds += day[b].seconds;
      }
      if (sums.seconds > 0) seen.push_back(sums.pids / sums.seconds);
    }
    if (seen.size() < least) continue;
    const auto rate = static_cast<float>(median_of(seen));
    std::fill(hours.rates.begin() + static_cast<std::ptrdiff_t>(steps[s]),
              hours.rates.begin() + static_cast<std::ptrdiff_t>(steps[s + 1]), rate);
  }
  return hours;
}

float mean_over(const std::array<float, kBins>& rates, std::size_t begin, std::int32_t seconds) {
  constexpr std::size_t kBinSeconds = kBinMinutes * 60;
  const std::size_t bins = std::clamp<std::size_t>(
      static_cast<std::size_t>(std::max(0, seconds)) / kBinSeconds, 1, kBins);
  float sum = 0;
  for (std::size_t b = 0; b < bins; ++b) sum += rates[(begin + b) % kBins];
  return sum / static_cast<float>(bins);
}

}  // namespace

DayProfile DayProfile::learn(const PidClock& clock, std::span<const LevelPiece> pieces,
                             DayKinds kinds) {
  DayProfile profile;
  if (pieces.empty()) return profile;
  profile.rates_.assign(pieces.size(), 0);
  std::vector<std::int64_t> day_of(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) day_of[i] = local_day_of(clock.ticks[i]);
  const std::int64_t first = day_of.front();
  const std::int64_t span = std::max<std::int64_t>(0, day_of.back() - first) + 1;
  const std::int64_t blocks = std::max<std::int64_t>(1, (span + kBlockDays / 2) / kBlockDays);
  const std::int64_t length = (span + blocks - 1) / blocks;
  const auto block_of = [&](std::size_t i) {
    return std::clamp<std::int64_t>((day_of[i] - first) / length, 0, blocks - 1);
  };
  const auto kind_of = [&](std::size_t i) {
    return kinds == DayKinds::weekend_apart && weekend(day_of[i]) ? 1U : 0U;
  };
  for (std::size_t begin = 0, end = 0; begin < pieces.size(); begin = end) {
    std::array<Days, 2> days;
    for (; end < pieces.size() && block_of(end) == block_of(begin); ++end)
      days[kind_of(end)].add(day_of[end], clock.ticks[end].minute / kBinMinutes, pieces[end]);
    const std::array hours = {learn_hours(days[0].sums(), kHoursDays),
                              learn_hours(days[1].sums(), kWeekendDays)};
    // days that are all alike throughout have no hours; of days of two kinds both must be known
    const bool apart = kinds == DayKinds::weekend_apart;
    if (hours[0].steps == 0 || (apart && hours[1].steps == 0) ||
        std::max(hours[0].steps, hours[1].steps) < 2)
      continue;
    for (std::size_t i = begin; i < end; ++i) {
      const std::array<float, kBins>& rates = hours[kind_of(i)].rates;
      const std::size_t bin = clock.ticks[i].minute / kBinMinutes;
      // what is judged is compared with what begins at its minute; a gap goes through its hours
      profile.rates_[i] = clock.intervals[i].state == IntervalState::judged
                              ? rates[bin]
                              : mean_over(rates, bin, clock.intervals[i].seconds);
      profile.used_ = profile.used_ || profile.rates_[i] != 0;
    }
  }
  return profile;
}

}  // namespace pidometer
