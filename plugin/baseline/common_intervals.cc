#include "plugin/baseline/common_intervals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace pidometer {
namespace {

// A minute of the hour speaks for itself from so many intervals on (a median of fewer can be made
// by two intrusions); with as many as a common group it is also what a finding is compared with.
constexpr std::size_t kMinuteSamples = 4;

// An hourly surplus is named as a periodic source from this many PIDs and standard deviations of
// one interval on; smaller ones are learnt without a word.
constexpr double kSourcePids = 0.75;
constexpr double kSourceDeviations = 1;

// Variance of a small group or minute is pulled towards the larger whole as if it had so many more
// intervals of the whole's variance.
constexpr double kGroupPull = 4;

// "Always costs the same": this share of at least so many intervals (the core of them).
constexpr double kConstantShare = 0.95;
constexpr std::size_t kConstantSamples = 10;

constexpr std::uint32_t kNoCell = 0xffffffffU;

/// The intervals of one group that begin at one minute of the hour.
struct MinuteCell {
  Core core;
  double location = 0;
  double own_share = 0;   // of its own mean in it; the rest is the group's
  double square_sum = 0;  // of the core's deviations from `location`
  double degrees = 0;     // that these have
  double variance = 0;
  double random_mean = 0;
  std::uint32_t comparable = 0;
};

/// The cells of all common groups, side by side.
class MinuteCells {
 public:
  MinuteCells(const PidClock& clock, const IntervalGroups& groups, const DayMinutes& daily)
      : clock_(clock), groups_(groups), daily_(daily), row_of_(groups.groups.size(), kNoCell) {
    for (std::size_t g = 0; g < groups.groups.size(); ++g)
      if (groups.groups[g].common) {
        row_of_[g] = static_cast<std::uint32_t>(rows_.size());
        rows_.emplace_back().fill(kNoCell);
      }
    measure();
  }

  // Learns all cells; returns the host's variance per half minute.
  double learn(Baseline& baseline) {
    double square_sum = 0;
    double half_minutes = 0;
    std::vector<std::pair<double, double>> sums;  // of each common group: squares, degrees
    for_each_common([&](const IntervalGroup& group, const Row& row) {
      sums.push_back(locate(group, row));
      square_sum += sums.back().first;
      half_minutes += sums.back().second * std::max<double>(1, group.half_minutes);
    });
    const double host = half_minutes > 0 ? square_sum / half_minutes : 0;
    std::size_t next = 0;
    for_each_common([&](const IntervalGroup& group, const Row& row) {
      const auto [squares, degrees] = sums[next++];
      const double expected = host * std::max<double>(1, group.half_minutes);
      spread(group, row, (squares + kGroupPull * expected) / (degrees + kGroupPull));
      describe(group, row, baseline);
    });
    return host;
  }

  void fill(Baseline& baseline) const {
    for (std::size_t i = 0; i < groups_.of_interval.size(); ++i) {
      const std::uint32_t id = cell_of(i);
      if (id == kNoCell) continue;
      const MinuteCell& cell = cells_[id];
      Expectation& e = baseline.expected[i];
      e.mean = static_cast<float>(cell.location);
      e.variance = static_cast<float>(cell.variance);
      e.random_mean = static_cast<float>(cell.random_mean);
      e.comparable = cell.comparable;
    }
  }

 private:
  using Row = std::array<std::uint32_t, kHourMinutes>;

  template <typename Use>
  void for_each_common(Use use) {
    for (std::size_t g = 0; g < row_of_.size(); ++g)
      if (row_of_[g] != kNoCell) use(groups_.groups[g], rows_[row_of_[g]]);
  }

  std::uint32_t cell_of(std::size_t i) const {
    const std::uint32_t group = groups_.of_interval[i];
    if (group == kNoGroup || row_of_[group] == kNoCell) return kNoCell;
    return rows_[row_of_[group]][clock_.ticks[i].minute % kHourMinutes];
  }

  bool teaches_cell(std::size_t i) const {
    return teaches(clock_.intervals[i]) && !daily_[clock_.ticks[i].minute];
  }

  // Sorts the advances into their cells, in log order.
  void measure() {
    std::vector<std::uint32_t> size;
    const std::size_t n = groups_.of_interval.size();
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t group = groups_.of_interval[i];
      if (group == kNoGroup || row_of_[group] == kNoCell) continue;
      std::uint32_t& cell = rows_[row_of_[group]][clock_.ticks[i].minute % kHourMinutes];
      if (cell == kNoCell) {
        cell = static_cast<std::uint32_t>(size.size());
        size.push_back(0);
      }
      if (teaches_cell(i)) ++size[cell];
    }
    std::vector<std::uint32_t> place(size.size(), 0);
    std::uint32_t total = 0;
    for (std::size_t c = 0; c < size.size(); ++c) {
      place[c] = total;
      total += size[c];
    }
    std::vector<std::int32_t> advances(total);
    for (std::size_t i = 0; i < n; ++i)
      if (const std::uint32_t cell = cell_of(i); cell != kNoCell && teaches_cell(i))
        advances[place[cell]++] = clock_.intervals[i].advance;
    cells_.resize(size.size());
    for_each_common([&](const IntervalGroup& group, const Row& row) {
      for (const std::uint32_t c : row)
        if (c != kNoCell)
          cells_[c].core =
              core_of(std::span(advances).subspan(place[c] - size[c], size[c]), group.bursts);
    });
  }

  // Each minute's own mean, shrunk towards the group's. Of a true distance D and a standard error e
  // the share that is least off on average is D^2 / (D^2 + e^2) (Thompson 1968), and what is seen
  // of D^2 is e^2 too large on average: 1 - e^2 / d^2 of the distance d that is seen, at least
  // nothing. Returns the squares around the locations, and their degrees of freedom.
  std::pair<double, double> locate(const IntervalGroup& group, const Row& row) {
    double inner = 0;
    double inner_n = 0;
    for (const std::uint32_t id : row) {
      if (id == kNoCell || cells_[id].core.core_n == 0) continue;
      inner += cells_[id].core.square_sum;
      inner_n += static_cast<double>(cells_[id].core.core_n) - 1;
    }
    const double variance = inner_n > 0 ? inner / inner_n : 0;
    double squares = 0;
    double degrees = 0;
    for (const std::uint32_t id : row) {
      if (id == kNoCell) continue;
      MinuteCell& cell = cells_[id];
      cell.location = group.core.mean;
      if (cell.core.core_n == 0) continue;
      const auto n = static_cast<double>(cell.core.core_n);
      const double shift = cell.core.mean - group.core.mean;
      if (cell.core.n >= kMinuteSamples) {
        const double own = (cell.core.square_sum + kMinutePull * variance) / (n - 1 + kMinutePull);
        const double error = std::max(own, kUnseenEvents / n) / n;
        cell.own_share = std::max(0.0, 1 - error / (shift * shift + 1e-12));
        cell.location += shift * cell.own_share;
      } else if (cell.core.mean < group.core.fence_low || cell.core.mean > group.core.fence_high) {
        continue;  // far out, and too small to say that this is usual here
      }
      const double off = cell.core.mean - cell.location;
      cell.square_sum = cell.core.square_sum + n * off * off;
      // A mean of its own costs a degree of freedom, the group's its share of one.
      const double rest = 1 - cell.own_share;
      const double others = 1 - std::min(1.0, n / static_cast<double>(group.core.core_n));
      cell.degrees = n - 1 + rest * rest * others;
      squares += cell.square_sum;
      degrees += cell.degrees;
    }
    return {squares, degrees};
  }

  // What an interval is off its expectation: its own variance, and that of the mean, which so many
  // taught. (The mean of the minute and that of the group are of the same intervals in part.)
  void spread(const IntervalGroup& group, const Row& row, double pooled) {
    const double least = kUnseenEvents / static_cast<double>(group.core.n);
    for (const std::uint32_t id : row) {
      if (id == kNoCell) continue;
      MinuteCell& cell = cells_[id];
      const double own = (cell.square_sum + kMinutePull * pooled) / (cell.degrees + kMinutePull);
      const double share = cell.own_share * cell.own_share;
      const double taught = share / std::max(1.0, static_cast<double>(cell.core.core_n)) +
                            (1 - share) / static_cast<double>(group.core.core_n);
      cell.variance = std::max(own * (1 + taught), least);
      const Core& core = cell.core.n >= kKnownRuns ? cell.core : group.core;
      cell.random_mean = std::max(cell.location - static_cast<double>(core.low),
                                  least_random(group, cell.variance));
    }
  }

  // What a finding is compared with, and what is periodic.
  void describe(const IntervalGroup& group, const Row& row, Baseline& baseline) {
    const std::uint32_t whole = add_comparable(group, group.core, baseline);
    for (std::size_t m = 0; m < kHourMinutes; ++m) {
      if (row[m] == kNoCell) continue;
      MinuteCell& cell = cells_[row[m]];
      cell.comparable = whole;
      if (cell.core.n < kKnownRuns) continue;
      cell.comparable = add_comparable(group, cell.core, baseline);
      // against the group's median: the mean already holds a share of the source itself
      const double surplus = cell.location - group.core.median;
      if (surplus > std::max(kSourcePids, kSourceDeviations * std::sqrt(cell.variance)))
        baseline.periodic_sources.push_back({false, static_cast<std::uint16_t>(m), surplus,
                                             static_cast<std::uint32_t>(cell.core.n)});
    }
  }

  static std::uint32_t add_comparable(const IntervalGroup& group, const Core& core,
                                      Baseline& baseline) {
    Comparable c;
    c.samples = static_cast<std::uint32_t>(core.n);
    c.low = static_cast<std::int32_t>(core.low);
    c.high = static_cast<std::int32_t>(core.high);
    c.constant =
        core.core_n >= kConstantSamples &&
        static_cast<double>(core.at_median) >= kConstantShare * static_cast<double>(core.core_n);
    if (static_cast<double>(group.core.n) < kManyDegrees)
      c.degrees = static_cast<std::uint16_t>(group.core.n - 1);
    c.agree = core.core_n >= kConstantSamples && core.at_median + 1 >= core.core_n;
    baseline.comparables.push_back(c);
    return static_cast<std::uint32_t>(baseline.comparables.size() - 1);
  }

  const PidClock& clock_;
  const IntervalGroups& groups_;
  const DayMinutes& daily_;
  std::vector<std::uint32_t> row_of_;  // of each group; kNoCell if it is not common
  std::vector<Row> rows_;              // cell of each minute; kNoCell where there is none
  std::vector<MinuteCell> cells_;
};

}  // namespace

double expect_common_intervals(const PidClock& clock, const IntervalGroups& groups,
                               const DayMinutes& daily, Baseline& baseline) {
  MinuteCells cells(clock, groups, daily);
  const double host = cells.learn(baseline);
  cells.fill(baseline);
  return host;
}

}  // namespace pidometer
