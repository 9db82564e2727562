#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/window_scan.h"
#include "tests/support/host_simulator.h"

// What the constants of the scan rest on: quiet made-up hosts. Prints the tables of
// docs/pid_clock.md, and fails where a constant does not cover what is measured.
namespace pidometer {
namespace {

using testing::HostPlan;
using testing::simulate_host;

constexpr std::uint32_t kWeek = 7 * 24 * 60;
constexpr std::uint64_t kSeeds = 5;
constexpr std::uint32_t kWeeks = 8;

struct QuietHost {
  std::string name;
  HostPlan plan;
};

HostPlan plan_of(std::vector<testing::SimulatedJob> jobs, double background, double burst,
                 double night) {
  HostPlan plan;
  plan.start = std::chrono::sys_days{std::chrono::February / 7 / 2022};
  plan.minutes = kWeeks * kWeek;
  plan.jobs = std::move(jobs);
  plan.background = background;
  plan.burst = burst;
  plan.night = night;
  return plan;
}

std::vector<QuietHost> quiet_hosts() {
  return {
      {"mail", plan_of({{1, 10, 5, 3, 1}, {2, 60, 17, 8}, {3, 1440, 385, 70, 9}}, 1.5, 1.5, 0.7)},
      {"files", plan_of({{1, 20, 0, 2}, {2, 60, 1, 4, 0.5}, {3, 720, 130, 30, 3}}, 0.2, 1, 1)},
      {"shell", plan_of({{1, 5, 0, 2}, {2, 30, 9, 6, 2}}, 6, 4, 0.4)},
      {"builds", plan_of({{1, 2, 0, 1}, {2, 60, 30, 9}}, 25, 6, 0.3)}};
}

/// Of other schedules, rates and bursts, at which nobody had looked when the price was chosen.
std::vector<QuietHost> other_hosts() {
  return {{"proxy", plan_of({{1, 5, 2, 1}, {2, 60, 40, 12, 2}, {3, 1440, 300, 40, 4}}, 3, 2, 0.5)},
          {"store", plan_of({{1, 15, 7, 4, 1}, {2, 30, 3, 2}, {3, 360, 95, 25, 6}}, 0.6, 1, 0.8)},
          {"login", plan_of({{1, 10, 1, 2}, {2, 20, 4, 3, 0.3}}, 10, 3, 0.6)}};
}

constexpr std::array<std::uint32_t, 10> kWidths = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};

struct Tally {
  double windows = 0;  // that do not overlap
  double two = 0;      // clusters of overlapping windows with such a score, price not paid
  double three = 0;
};

// Clusters of windows of one width that reach the score: the best of each is what would be chosen.
double clusters(const WindowScan& scan, const PidClock& clock, std::uint32_t width, double score) {
  double found = 0;
  std::uint32_t free_from = 0;
  for (std::uint32_t begin = 0; begin + width < clock.ticks.size(); ++begin) {
    bool judged = begin >= free_from;
    for (std::uint32_t i = begin; judged && i < begin + width; ++i)
      judged = clock.intervals[i].state == IntervalState::judged;
    if (!judged) continue;
    const Window window = scan.measure(begin, begin + width);
    if (window.excess <= 0 || scan.score(window) + WindowScan::price(width) < score) continue;
    found += 1;
    free_from = begin + width;
  }
  return found;
}

using Tallies = std::array<Tally, kWidths.size()>;

Tallies tallies_of(const std::vector<QuietHost>& hosts, std::uint64_t first_seed) {
  Tallies all{};
  for (const QuietHost& host : hosts) {
    for (std::uint64_t seed = first_seed; seed < first_seed + kSeeds; ++seed) {
      HostPlan plan = host.plan;
      plan.seed = seed;
      const PidClock clock = build_pid_clock(simulate_host(plan), {});
      const Baseline baseline = learn_baseline(clock);
      const WindowScan scan(clock, baseline);
      for (std::size_t w = 0; w < kWidths.size(); ++w) {
        // wider windows are looked at where they are shorter than two hours only
        const double seconds = scan.days() * 86400 / static_cast<double>(clock.ticks.size());
        if (kWidths[w] > 16 && seconds * kWidths[w] > 7200) continue;
        all[w].windows += static_cast<double>(clock.ticks.size()) / kWidths[w];
        all[w].two += clusters(scan, clock, kWidths[w], 2);
        all[w].three += clusters(scan, clock, kWidths[w], 3);
      }
    }
  }
  return all;
}

/// What is needed at a score of 2 and of 3.
struct Needed {
  double two = 0;
  double three = 0;
};

std::vector<Needed> needed_by(const Tallies& all) {
  std::vector<Needed> needed;
  std::printf("width   windows  price needed at 2, at 3   price\n");
  for (std::size_t w = 0; w < kWidths.size(); ++w) {
    needed.push_back({std::log10(all[w].two / all[w].windows / 1e-2),
                      std::log10(all[w].three / all[w].windows / 1e-3)});
    std::printf("%5u %9.0f %18.2f %6.2f %7.2f\n", kWidths[w], all[w].windows, needed[w].two,
                needed[w].three, WindowScan::price(kWidths[w]));
  }
  return needed;
}

// The price is what makes the scores of chosen windows state their chance: the number of clusters
// over the number of windows side by side times the chance is at most 10^price; and no more than
// three times as careful, as far as scores are said to be exact.
TEST(Constants, the_price_of_a_window_is_that_of_the_choice) {
  const double careful = std::log10(3);
  const std::vector<Needed> needed = needed_by(tallies_of(quiet_hosts(), 901));
  for (std::size_t w = 0; w < kWidths.size(); ++w) {
    const double price = WindowScan::price(kWidths[w]);
    EXPECT_LE(needed[w].two, price + 0.1) << kWidths[w];
    EXPECT_LE(needed[w].three, price + 0.1) << kWidths[w];
    EXPECT_GE(needed[w].two, price - careful) << kWidths[w];
    EXPECT_GE(needed[w].three, price - careful) << kWidths[w];
  }
}

// The hosts above chose the price.
TEST(Constants, the_price_of_a_window_covers_the_choice_on_other_hosts) {
  const Tallies all = tallies_of(other_hosts(), 1901);
  const std::vector<Needed> needed = needed_by(all);
  for (std::size_t w = 0; w < kWidths.size(); ++w) {
    if (!(all[w].windows > 0)) continue;  // none of them has a job of every two minutes
    EXPECT_LE(needed[w].two, WindowScan::price(kWidths[w]) + 0.1) << kWidths[w];
    EXPECT_LE(needed[w].three, WindowScan::price(kWidths[w]) + 0.1) << kWidths[w];
    // and it is seen at all: without a cluster all of these would hold
    EXPECT_GE(needed[w].two, WindowScan::price(kWidths[w]) - 1) << kWidths[w];
    EXPECT_GE(needed[w].three, WindowScan::price(kWidths[w]) - 1) << kWidths[w];
  }
}

TEST(Constants, rows_and_alarms_of_quiet_hosts_keep_their_budgets) {
  constexpr double kDays = static_cast<double>(kWeeks * kSeeds) * 7;
  for (const QuietHost& host : quiet_hosts()) {
    double rows = 0;
    double alarms = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      HostPlan plan = host.plan;
      plan.seed = 700 + seed;
      const PidClock clock = build_pid_clock(simulate_host(plan), {});
      for (const Anomaly& a : detect_anomalies(clock, learn_baseline(clock))) {
        rows += a.kind == AnomalyKind::pid_excess ? 1 : 0;
        alarms += a.level >= Level::medium ? 1 : 0;
      }
    }
    std::printf("%-8s rows a day %.2f, alarms a month %.2f\n", host.name.c_str(), rows / kDays,
                alarms / kDays * 30);
    // twice the one a day that its score states (kFloorAllowance), and wider windows than one
    EXPECT_LE(rows / kDays, 2.5) << host.name;
    // one in a month is what is allowed; none is what docs/pid_clock.md says
    EXPECT_EQ(alarms, 0) << host.name;
  }
}

}  // namespace
}  // namespace pidometer
