#include "plugin/pid_clock/usual_steps.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/pid_clock/made_ticks.h"

namespace pidometer {
namespace {

// Two jobs in turn, ten minutes apart: the first costs 5 PIDs, the second 20; once a hundred more.
std::vector<Tick> two_jobs(std::size_t count) {
  std::vector<Tick> ticks;
  Pid pid = 1000;
  for (std::size_t i = 0; i < count; ++i) {
    const bool first = i % 2 == 0;
    ticks.push_back(tick_at(static_cast<LocalMinute>(10 * i), pid, first ? 1 : 2));
    pid += (first ? 5 : 20) + (i == 4 ? 100 : 0);
  }
  return ticks;
}

TEST(UsualSteps, are_the_median_of_intervals_alike) {
  const std::vector<Tick> ticks = two_jobs(40);
  UsualSteps usual(ticks);
  EXPECT_EQ(usual.of(ticks[0], ticks[1]), 5);
  EXPECT_EQ(usual.of(ticks[4], ticks[5]), 5);  // the burst of one teaches nothing
  EXPECT_EQ(usual.of(ticks[1], ticks[2]), 20);
}

TEST(UsualSteps, of_another_length_are_not_known) {
  const std::vector<Tick> ticks = two_jobs(40);
  UsualSteps usual(ticks);
  EXPECT_FALSE(usual.of(ticks[0], ticks[3]));
  Tick other = ticks[0];
  other.items = 3;
  EXPECT_FALSE(usual.of(other, ticks[1]));
}

TEST(UsualSteps, take_three_intervals) {
  const std::vector<Tick> few = two_jobs(5);  // two intervals of each job
  EXPECT_FALSE(UsualSteps(few).of(few[0], few[1]));
  const std::vector<Tick> enough = two_jobs(6);
  EXPECT_TRUE(UsualSteps(enough).of(enough[0], enough[1]));
}

}  // namespace
}  // namespace pidometer
