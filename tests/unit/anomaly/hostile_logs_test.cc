#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <utility>
#include <vector>

#include "plugin/anomaly/absent_lines.h"
#include "plugin/anomaly/detectors.h"
#include "plugin/anomaly/edited_times.h"

// Logs that somebody made to be looked at for ever: what is done a line must not grow with them.
namespace pidometer {
namespace {

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2026};
constexpr int kMinute = 60;
constexpr int kHour = 60 * kMinute;

class Log {
 public:
  void line(std::int64_t second, Pid pid, std::uint32_t label) {
    Reading r;
    r.time = kStart + std::chrono::seconds(second);
    r.pid = pid;
    r.label = label;
    r.record = static_cast<std::uint32_t>(readings_.size());
    readings_.push_back(r);
  }

  PidClock clock() && { return build_pid_clock(std::move(readings_), {}); }

 private:
  std::vector<Reading> readings_;
};

/// Processor time of `work`, the least of three.
template <typename Work>
double cost_of(const Work& work) {
  double least = 1e18;
  for (int times = 0; times < 3; ++times) {
    const std::clock_t start = std::clock();
    work();
    least = std::min(least, static_cast<double>(std::clock() - start));
  }
  return std::max(least, 1000.0);
}

// Eight times the lines; with each looking at all of them it were 64 times the work.
constexpr int kTimes = 8;
constexpr double kMostGrowth = 24;

// Ten minutes are told again and again. Around them a job has its line each minute, and there none.
TEST(HostileLog, of_one_stretch_of_time) {
  const auto made = [](int blocks) {
    Log log;
    Pid pid = 1000;
    const auto hours_of_both = [&](int first) {
      for (int minute = first * 60; minute < (first + 10) * 60; ++minute, pid += 8) {
        log.line(minute * kMinute, pid, 1);
        log.line(minute * kMinute, pid + 2, 2);
      }
    };
    hours_of_both(0);
    for (int block = 0; block < blocks; ++block)
      for (int k = 0; k < 150; ++k, pid += 4) log.line(10 * kHour + 4 * k, pid, 2);
    hours_of_both(11);
    return std::move(log).clock();
  };
  const auto cost = [](const PidClock& clock) {
    const Baseline baseline = learn_baseline(clock);
    const WindowScan scan(clock, baseline);
    return cost_of([&] { find_absent_lines(clock, baseline, scan, {}); });
  };
  constexpr int kBlocks = 100;
  EXPECT_LT(cost(made(kTimes * kBlocks)), kMostGrowth * cost(made(kBlocks)));
}

// All lines in one second, none near another; each sixtieth may be a late one of any before it.
TEST(HostileLog, of_one_second) {
  const auto made = [](std::uint32_t lines) {
    Log log;
    for (std::uint32_t k = 0; k < lines; ++k) log.line(0, k % 60 == 59 ? 1 : 1000 + 31 * k, 1);
    return log;
  };
  const auto cost = [&](std::uint32_t lines) { return cost_of([&] { made(lines).clock(); }); };
  constexpr std::uint32_t kLines = 15'000;
  EXPECT_LT(cost(kTimes * kLines), kMostGrowth * cost(kLines));
}

// Hourly ticks of more and more jobs, dated ahead between two others.
TEST(HostileLog, of_wide_ticks) {
  const auto made = [](std::uint32_t jobs) {
    Log log;
    Pid pid = 1000;
    const auto tick = [&](int hour, std::uint32_t width) {
      for (std::uint32_t job = 1; job <= width; ++job) log.line(hour * kHour, pid++, job);
    };
    for (int hour = 0; hour < 100; ++hour) tick(hour, 2);
    for (int hour = 0; hour < 60; ++hour) tick(1000 + hour, jobs);
    for (int hour = 100; hour < 200; ++hour) tick(hour, 2);
    return std::move(log).clock();
  };
  const auto cost = [](const PidClock& clock) {
    return cost_of([&] { find_edited_times(clock); });
  };
  constexpr std::uint32_t kJobs = 256;
  EXPECT_LT(cost(made(kTimes * kJobs)), kMostGrowth * cost(made(kJobs)));
}

}  // namespace
}  // namespace pidometer
