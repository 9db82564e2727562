#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/time_zone.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/pid_clock/pid_clock.h"
#include "plugin/readings.h"
#include "tests/support/memory_log_file.h"

namespace pidometer::test {

/// A log of the host web01 from the 1st of March 2026 on. What is made of it refers to it: it must
/// live longer.
class HostLog {
 public:
  /// A job of root's, so many minutes after the first midnight, by a clock so far east of UTC.
  void job(int minutes, int pid, const char* command = "job", int offset_hours = 0) {
    constexpr int kDayBefore = 1440;  // west of UTC it may be February yet
    const int local = kDayBefore + minutes + 60 * offset_hours;
    const int day = local / 1440;  // 0: the 28th of February
    text_ +=
        fmt::format("2026-{:02}-{:02}T{:02}:{:02}:01{:+03}:00 web01 CRON[{}]: (root) CMD ({})\n",
                    day == 0 ? 2 : 3, day == 0 ? 28 : day, local / 60 % 24, local % 60,
                    offset_hours, pid, command);
  }
  void startup(int minutes, int pid) {
    text_ +=
        fmt::format("2026-03-{:02}T{:02}:{:02}:00+00:00 web01 cron[{}]: (CRON) STARTUP (fork ok)\n",
                    1 + minutes / 1440, minutes / 60 % 24, minutes % 60, pid);
  }
  void anacron(int minutes, int pid, const char* words) {
    text_ += fmt::format("2026-03-{:02}T{:02}:{:02}:02+00:00 web01 anacron[{}]: {}\n",
                         1 + minutes / 1440, minutes / 60 % 24, minutes % 60, pid, words);
  }
  /// What comes next stands in a file of its own, and this in a rotation of it.
  void rotate() { older_.push_back(std::exchange(text_, {})); }

  LogSeries series() {
    files_.clear();
    std::size_t number = older_.size();
    for (const std::string& text : older_)
      files_.emplace_back("/var/log/cron.log." + std::to_string(number--), text);
    files_.emplace_back("/var/log/cron.log", text_);
    std::vector<const LogFile*> files;
    for (const MemoryLogFile& file : files_) files.push_back(&file);
    std::vector<LogSeries> all = read_log_series(
        files, {}, [](const Warning& warning) { ADD_FAILURE() << warning.message; },
        [](std::uint64_t) { return true; });
    EXPECT_EQ(all.size(), 1U);
    return std::move(all.front());
  }

 private:
  std::string text_;
  std::vector<std::string> older_;
  std::deque<MemoryLogFile> files_;  ///< which stay where they are
};

inline PidClock clock_of(const LogSeries& log) {
  return build_pid_clock(readings_of(log), {});
}

/// Minutes after the first midnight, a second behind: when a job's line was written.
inline Timestamp job_time(int minutes) {
  return Timestamp(std::chrono::sys_days{std::chrono::March / 1 / 2026}) +
         std::chrono::minutes(minutes) + std::chrono::seconds(1);
}

}  // namespace pidometer::test
