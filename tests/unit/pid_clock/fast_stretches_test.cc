#include "plugin/pid_clock/fast_stretches.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/pid_clock/made_ticks.h"

namespace pidometer {
namespace {

constexpr std::int64_t kRound = 32768 - 300;

// A tick every ten minutes; `step` gives the PIDs behind the n-th one.
template <typename StepOf>
std::vector<Tick> ticks_of(std::size_t count, StepOf step) {
  std::vector<Tick> ticks;
  std::int64_t spent = 0;
  for (std::size_t i = 0; i < count; ++i) {
    ticks.push_back(
        tick_at(static_cast<LocalMinute>(10 * i), static_cast<Pid>(300 + spent % kRound)));
    spent += step(i);
  }
  return ticks;
}

/// How many steps from tick to tick lie in such a stretch.
std::size_t fast_steps(const std::vector<Tick>& ticks) {
  const FastStretches fast(ticks);
  std::size_t found = 0;
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i) found += fast.at(i) ? 1 : 0;
  return found;
}

TEST(FastStretches, a_slow_counter_has_none) {
  EXPECT_EQ(fast_steps(ticks_of(2000, [](std::size_t) { return 12000; })), 0U);
}

TEST(FastStretches, a_counter_that_goes_half_a_round_a_step_is_one) {
  EXPECT_EQ(fast_steps(ticks_of(2000, [](std::size_t) { return 15000; })), 1999U);
}

TEST(FastStretches, a_host_may_be_fast_by_day_alone) {
  const auto by_day = [](std::size_t i) { return i % 144 >= 48 && i % 144 < 112; };
  const std::vector<Tick> ticks =
      ticks_of(1440, [&](std::size_t i) { return by_day(i) ? 18000 : 50; });
  const FastStretches fast(ticks);
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i) {
    if (by_day(i)) {
      EXPECT_TRUE(fast.at(i)) << i;
    }
    // two blocks of sixteen steps beside the change go with it
    const std::size_t hour = i % 144;
    if (hour < 16) {
      EXPECT_FALSE(fast.at(i)) << i;
    }
  }
}

TEST(FastStretches, one_long_step_is_none) {
  EXPECT_EQ(fast_steps(ticks_of(2000, [](std::size_t i) { return i % 500 == 7 ? 20000 : 40; })),
            0U);
}

// Every second tick follows a boot: the falls are no rounds.
TEST(FastStretches, falls_to_where_a_boot_takes_the_counter_do_not_count) {
  std::vector<Tick> ticks;
  for (LocalMinute i = 0; i < 400; ++i) ticks.push_back(tick_at(10 * i, i % 2 == 0 ? 900 : 1000));
  EXPECT_EQ(fast_steps(ticks), 0U);
}

TEST(FastStretches, a_few_ticks_have_no_pace) {
  EXPECT_EQ(fast_steps(ticks_of(31, [](std::size_t) { return 15000; })), 0U);
}

}  // namespace
}  // namespace pidometer
