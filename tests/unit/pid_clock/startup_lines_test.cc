// How far this host's boots come, by their STARTUP lines.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugin/pid_clock/pid_clock.h"

namespace pidometer {
namespace {

// A line beside a wrap is of no boot: the job behind it has the smaller PID.
TEST(StartupLines, one_of_a_larger_pid_than_the_next_jobs_is_no_boots) {
  std::vector<Reading> log;
  for (std::size_t i = 0; i < 200; ++i) {
    Reading r;
    r.time = Timestamp(std::chrono::minutes(10 * i));
    r.pid =
        i < 100 ? 32750 - static_cast<Pid>(30 * (99 - i)) : 310 + static_cast<Pid>(30 * (i - 100));
    r.label = 1;
    log.push_back(r);
  }
  Reading forged = log[99];
  forged.kind = ReadingKind::boot;
  forged.time += std::chrono::minutes(5);
  forged.pid = 32000;
  log.insert(log.begin() + 100, forged);
  EXPECT_EQ(build_pid_clock(std::move(log), {}).range.boot_pids, PidRange{}.boot_pids);
}

// Of three boots or more one line that is larger than the others' may be forged.
TEST(StartupLines, one_line_alone_does_not_say_how_far_boots_come) {
  for (const std::size_t boots : {1U, 2U, 3U, 5U}) {
    std::vector<Reading> log;
    Timestamp time;
    for (std::size_t boot = 0; boot <= boots; ++boot) {
      Reading start;
      start.kind = ReadingKind::boot;
      start.time = time;
      start.pid = boot == 1 ? 15000 : 600 + static_cast<Pid>(boot);
      if (boot > 0) log.push_back(start);
      for (std::size_t i = 0; i < 700; ++i) {
        Reading r;
        r.time = time += std::chrono::minutes(10);
        r.pid = start.pid + static_cast<Pid>(10 + 30 * i);
        r.label = 1;
        if (r.pid < 30000) log.push_back(r);
      }
    }
    EXPECT_EQ(build_pid_clock(std::move(log), {}).range.boot_pids,
              boots < 3 ? 2 * 15000 + 400 : 2 * (600 + static_cast<std::int64_t>(boots)) + 400)
        << boots;
  }
}

}  // namespace
}  // namespace pidometer
