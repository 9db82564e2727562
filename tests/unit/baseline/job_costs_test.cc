#include "plugin/baseline/job_costs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/unit/baseline/made_log.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kFirst = 1;
constexpr std::uint32_t kSecond = 2;
constexpr std::uint32_t kOnce = 3;

struct PlannedTick {
  int length;
  std::vector<std::uint32_t> labels;
};

/// The first job takes 4 PIDs, the second 9, a minute 2, and each job of the next tick but one a
/// PID; in `odd` of a hundred rounds an interval of both costs 300 more.
PidClock additive(int odd, bool once) {
  const std::vector<PlannedTick> round = {
      {5, {kFirst}}, {10, {kSecond}}, {10, {kFirst, kSecond}}, {20, {kFirst}}, {5, {kSecond}}};
  testing::MadeLog log;
  int minute = 0;
  for (int i = 0; i < 100; ++i)
    for (std::size_t k = 0; k < round.size(); ++k) {
      const PlannedTick& tick = round[k];
      int pids = 2 * tick.length;
      for (const std::uint32_t label : tick.labels) pids += label == kFirst ? 4 : 9;
      pids += static_cast<int>(round[(k + 1) % round.size()].labels.size()) - 1;
      if (tick.labels.size() == 2 && i < odd) pids += 300;
      std::vector<std::uint32_t> labels = tick.labels;
      if (once && i == 50 && k == 0) {
        labels.push_back(kOnce);
        pids += 500;
      }
      log.tick(minute, labels, pids);
      minute += tick.length;
    }
  return log.clock();
}

struct Fit {
  explicit Fit(const PidClock& clock)
      : groups(group_intervals(clock)), few(clock, groups), costs(clock, groups, few) {}

  IntervalGroups groups;
  FewRuns few;
  JobCosts costs;
};

TEST(JobCosts, add_up_to_what_intervals_cost) {
  const PidClock clock = additive(0, false);
  const Fit fit(clock);
  ASSERT_GE(fit.groups.groups.size(), 5U);
  for (const IntervalGroup& group : fit.groups.groups)
    EXPECT_NEAR(fit.costs.predict(clock, group), group.core.median, 0.1);
  EXPECT_NEAR(fit.costs.per_half_minute(), 1, 0.05);
  EXPECT_NEAR(fit.costs.cost(kSecond) - fit.costs.cost(kFirst), 5, 0.1);
}

TEST(JobCosts, are_those_of_medians) {
  const PidClock clock = additive(40, false);
  const Fit fit(clock);
  EXPECT_NEAR(fit.costs.per_half_minute(), 1, 0.05);
  EXPECT_NEAR(fit.costs.cost(kSecond) - fit.costs.cost(kFirst), 5, 0.1);
}

TEST(JobCosts, of_a_job_that_ran_once_are_not_known) {
  const PidClock clock = additive(0, true);
  const Fit fit(clock);
  EXPECT_EQ(fit.costs.cost(kOnce), 0);
  EXPECT_EQ(fit.costs.cost(kOnce + 1), 0);  // nor of what stands in no log
  EXPECT_NEAR(fit.costs.cost(kSecond) - fit.costs.cost(kFirst), 5, 0.1);
}

}  // namespace
}  // namespace pidometer
