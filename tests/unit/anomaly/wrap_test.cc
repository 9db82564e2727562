#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/unit/anomaly/edited_host.h"

// What is handed out in the interval in which the counter goes round.
namespace pidometer {
namespace {

using namespace edited;

constexpr Pid kInUse = 120;  // by daemons, right behind the 300 that the kernel reserves
constexpr Pid kRound = 32768 - 300 - kInUse;

/// So many PIDs more are handed out in the interval in which the counter goes round for the
/// `round`-th time.
std::vector<Anomaly> excesses(std::int64_t days, Pid round, Pid burst,
                              Level least = Level::medium) {
  std::vector<Reading> readings = Host{server, 12}.run(days * kDay);
  Pid more = 0;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    readings[i].record = static_cast<std::uint32_t>(i);
    Pid handed_out = readings[i].pid + more;
    if (more == 0 && handed_out >= round * kRound) {
      more = burst;
      handed_out += more;
    }
    readings[i].pid = 300 + kInUse + handed_out % kRound;
  }
  const PidClock clock = build_pid_clock(std::move(readings), {});
  std::vector<Anomaly> found = detect_anomalies(clock, learn_baseline(clock));
  std::erase_if(found, [&](const Anomaly& a) {
    return a.kind != AnomalyKind::pid_excess || a.level < least || a.wraps_assumed == 0;
  });
  return found;
}

TEST(Wrap, a_burst_stands_out_where_the_other_wraps_are_known) {
  EXPECT_TRUE(excesses(20, 6, 0).empty());
  EXPECT_EQ(excesses(20, 6, 200, Level::low).size(), 1U);
  for (const Pid burst : {300U, 380U}) {
    const std::vector<Anomaly> found = excesses(20, 6, burst);
    ASSERT_EQ(found.size(), 1U) << burst;
    EXPECT_EQ(found[0].wraps_assumed, 1U);
    EXPECT_NEAR(static_cast<double>(found[0].excess_pids), burst, 40);
  }
}

TEST(Wrap, of_few_wraps_the_spread_is_not_known) {
  EXPECT_TRUE(excesses(5, 2, 350).empty());
}

}  // namespace
}  // namespace pidometer
