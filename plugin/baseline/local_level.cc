#include "plugin/baseline/local_level.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "plugin/baseline/baseline.h"
#include "plugin/baseline/interval_groups.h"

namespace pidometer {
namespace {

// Decays that are tried, in intervals: from "the last quarter of an hour" of a busy host to a
// working day of a quiet one.
constexpr std::array kDecays = {2.5, 6.0, 15.0, 40.0};

// The choice is made on this many intervals at most, in one piece from the start: the decay is a
// property of the host, not of the log's length.
constexpr std::size_t kTrial = 30000;

// Squared error must fall by this share, else there is no level: it would only add noise. So do
// hours of the day that are no habit.
constexpr double kWorthwhile = 0.01;

// A level from fewer intervals would be fitted to the very windows that it is to judge.
constexpr std::size_t kLeastIntervals = 200;

// A residual counts up to this many standard deviations and PIDs: what we look for is no level.
constexpr double kClipDeviations = 3;
constexpr double kClipSlack = 1;

// Of what is measured by an interval's own spread: no more than twice the host's. A daily job
// spends now more and now less by far more than the background does, and that is no level.
constexpr double kMuchVariance = 4;
constexpr double kHalfMinute = 30;

constexpr std::size_t kHourMinutes = 60;

LevelPiece piece_of(const PidClock& clock, const Baseline& baseline, const DayMinutes& daily,
                    std::size_t i) {
  const Interval& interval = clock.intervals[i];
  if (interval.state != IntervalState::judged || interval.wraps > 0 || interval.restarted ||
      daily[clock.ticks[i].minute])
    return {};
  const Expectation& e = baseline.expected[i];
  const double usual =
      baseline.variance_per_half_minute * std::max(1.0, interval.seconds / kHalfMinute);
  const double variance = usual > 0
                              ? std::min(static_cast<double>(e.variance), kMuchVariance * usual)
                              : static_cast<double>(e.variance);
  const auto bound = static_cast<float>(kClipDeviations * std::sqrt(variance) + kClipSlack);
  const float residual = static_cast<float>(interval.advance) - e.mean;
  // what is far out says nothing about the level: an intruder's hour must not hide itself
  if (std::abs(residual) > 2 * bound) return {};
  return {std::clamp(residual, -bound, bound), static_cast<float>(interval.seconds)};
}

template <typename Sums>
void filter(std::span<const LevelPiece> pieces, double decay, std::vector<Sums>& before,
            std::vector<Sums>& after) {
  const auto keep = static_cast<float>(std::exp(-1 / decay));
  const std::size_t n = pieces.size();
  before.assign(n + 1, {});
  after.assign(n + 1, {});
  for (std::size_t i = 0; i < n; ++i) {
    before[i + 1].pids = keep * before[i].pids + pieces[i].pids;
    before[i + 1].seconds = keep * before[i].seconds + pieces[i].seconds;
  }
  for (std::size_t i = n; i-- > 0;) {
    after[i].pids = keep * after[i + 1].pids + pieces[i].pids;
    after[i].seconds = keep * after[i + 1].seconds + pieces[i].seconds;
  }
}

/// A mean while it is filled.
struct Sum {
  double pids = 0;
  double count = 0;
};

// PIDs that its hours add to each interval, beyond what they add on average to those that it is
// compared with: what is always done by night was learnt by night.
std::vector<float> hours_of(const PidClock& clock, const IntervalGroups& groups,
                            const DayProfile& profile) {
  std::vector<float> hours(clock.intervals.size(), 0);
  for (std::size_t i = 0; i < hours.size(); ++i)
    hours[i] = static_cast<float>(profile.rate(i) * std::max(0, clock.intervals[i].seconds));
  std::vector<Sum> by_label(groups.seen.size());
  const auto visit = [&](const IntervalGroup& group, auto use) {
    for (std::uint32_t k = group.begin; k < group.end; ++k) use(groups.order[k]);
  };
  for (const IntervalGroup& group : groups.groups) {
    if (!group.common) {
      Sum& sum = by_label[rarest_label(clock, groups, group)];
      visit(group, [&](std::uint32_t i) {
        sum.pids += static_cast<double>(hours[i]);
        sum.count += 1;
      });
      continue;
    }
    std::array<Sum, kHourMinutes> by_minute{};
    const auto minute = [&](std::uint32_t i) { return clock.ticks[i].minute % kHourMinutes; };
    visit(group, [&](std::uint32_t i) {
      by_minute[minute(i)].pids += static_cast<double>(hours[i]);
      by_minute[minute(i)].count += 1;
    });
    visit(group, [&](std::uint32_t i) {
      const Sum& sum = by_minute[minute(i)];
      hours[i] -= static_cast<float>(sum.pids / sum.count);
    });
  }
  for (const IntervalGroup& group : groups.groups) {
    if (group.common) continue;
    const Sum& sum = by_label[rarest_label(clock, groups, group)];
    visit(group, [&](std::uint32_t i) { hours[i] -= static_cast<float>(sum.pids / sum.count); });
  }
  return hours;
}

// What is left of the pieces beyond the hours.
std::vector<LevelPiece> beyond(const PidClock& clock, std::span<const LevelPiece> pieces,
                               std::span<const float> hours) {
  std::vector<LevelPiece> left(pieces.begin(), pieces.end());
  for (std::size_t i = 0; i < hours.size(); ++i)
    if (left[i].seconds > 0)
      left[i].pids -= hours[i] * left[i].seconds / static_cast<float>(clock.intervals[i].seconds);
  return left;
}

}  // namespace

// Takes these hours, and the decay that goes with them, if they explain more than what was taken
// before.
void LocalLevel::choose(const PidClock& clock, const Baseline& baseline,
                        std::span<const LevelPiece> pieces, std::span<const float> hours) {
  const std::vector<LevelPiece> left = beyond(clock, pieces, hours);
  const auto part = std::span(left).first(std::min(left.size(), kTrial));
  const auto weight = [&](std::size_t i) {
    return 1 / (static_cast<double>(baseline.expected[i].variance) + 1e-3);
  };
  double total = 0;  // squared residuals, in units of their variance
  double rest = 0;   // and what the hours leave of them
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto pids = static_cast<double>(pieces[i].pids);
    total += weight(i) * pids * pids;
    rest += weight(i) * static_cast<double>(part[i].pids) * static_cast<double>(part[i].pids);
  }
  if (total <= 0) return;
  const double by_hours = 1 - rest / total;
  double best = by_hours;
  double best_decay = 0;
  double best_gain = 0;
  std::vector<Sums> before;
  std::vector<Sums> after;
  for (const double decay : kDecays) {
    if (part.size() < kLeastIntervals) break;
    filter(part, decay, before, after);
    double cross = 0;
    double square = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const double seconds = static_cast<double>(before[i].seconds) + after[i + 1].seconds;
      if (part[i].seconds <= 0 || seconds <= 0) continue;
      const double level =
          part[i].seconds * (static_cast<double>(before[i].pids) + after[i + 1].pids) / seconds;
      cross += weight(i) * static_cast<double>(part[i].pids) * level;
      square += weight(i) * level * level;
    }
    if (square <= 0 || cross <= 0) continue;
    const double gain = std::min(1.0, cross / square);
    const double explained = by_hours + (2 * gain * cross - gain * gain * square) / total;
    if (explained <= std::max(by_hours + kWorthwhile, best)) continue;
    best = explained;
    best_decay = decay;
    best_gain = gain;
  }
  if (1 - best >= (1 - kWorthwhile) * (1 - explained_)) return;
  explained_ = best;
  decay_ = best_decay;
  gain_ = best_gain;
  hours_.clear();
  if (!hours.empty()) {
    hours_.assign(pieces.size() + 1, 0);
    for (std::size_t i = 0; i < pieces.size(); ++i)
      hours_[i + 1] = hours_[i] + static_cast<double>(hours[i]);
  }
  before_.clear();
  after_.clear();
  if (decay_ > 0) filter(std::span<const LevelPiece>(left), decay_, before_, after_);
}

LocalLevel LocalLevel::learn(const PidClock& clock, const IntervalGroups& groups,
                             const Baseline& baseline, const DayMinutes& daily) {
  const std::size_t n = clock.intervals.size();
  std::vector<LevelPiece> pieces(n);
  for (std::size_t i = 0; i < n; ++i) pieces[i] = piece_of(clock, baseline, daily, i);
  LocalLevel level;
  level.choose(clock, baseline, pieces, {});
  for (const DayKinds kinds : {DayKinds::alike, DayKinds::weekend_apart})
    if (const DayProfile profile = DayProfile::learn(clock, pieces, kinds); profile.used())
      level.choose(clock, baseline, pieces, hours_of(clock, groups, profile));
  return level;
}

}  // namespace pidometer
