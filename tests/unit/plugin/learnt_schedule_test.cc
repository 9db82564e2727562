#include "plugin/learnt_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "tests/unit/plugin/host_log.h"

namespace pidometer {
namespace {

using test::HostLog;
using test::job_time;

std::vector<LearntJob> learn(HostLog& lines) {
  const LogSeries log = lines.series();
  return learnt_schedule(log, test::clock_of(log));
}

const LearntJob* find(const std::vector<LearntJob>& jobs, std::string_view command) {
  const auto found = std::ranges::find(jobs, command, &LearntJob::command);
  return found == jobs.end() ? nullptr : &*found;
}

TEST(LearntSchedule, HasWhenAJobIsDueAndWhatItCosts) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 10 * 144; ++i) {
    lines.job(10 * i, pid, "often");
    pid += i % 144 == 100 ? 40 : i % 2 == 0 ? 2 : 4;
    if (i % 144 != 13) continue;
    lines.job(10 * i + 5, pid, "daily");
    pid += 7;
  }
  const std::vector<LearntJob> jobs = learn(lines);
  ASSERT_EQ(jobs.size(), 2U);
  const LearntJob& often = jobs[0];
  EXPECT_EQ(often.command, "often") << "what runs most comes first";
  EXPECT_EQ(often.username, "root");
  ASSERT_EQ(often.times.size(), 1U);
  EXPECT_EQ(often.times[0].fields, "*/10 * * * *");
  EXPECT_EQ(often.times[0].runs, 1440U);
  EXPECT_EQ(often.times[0].due, 1440U);
  EXPECT_FALSE(often.times[0].since);
  EXPECT_EQ(often.runs, 1440U);
  EXPECT_EQ(often.other_runs, 0U);
  EXPECT_EQ(often.pids_low, 2);
  EXPECT_EQ(often.pids_high, 4);
  EXPECT_EQ(often.first, job_time(0));
  EXPECT_EQ(often.last, job_time(14390));
  const LearntJob& daily = jobs[1];
  ASSERT_EQ(daily.times.size(), 1U);
  EXPECT_EQ(daily.times[0].fields, "15 2 * * *");
  EXPECT_EQ(daily.pids, 7);
}

// As daylight saving begins an hour is left out, and nothing is due in it; as it ends one comes
// twice, and so do its jobs.
TEST(LearntSchedule, WhatIsDueIsWhatTheWallClockShowed) {
  for (const bool begins : {true, false}) {
    HostLog lines;
    for (int i = 0; i < 8 * 144; ++i)
      lines.job(10 * i, 1000 + 3 * i, "often", (i < 600) == begins ? 1 : 2);
    const std::vector<LearntJob> jobs = learn(lines);
    ASSERT_EQ(jobs.size(), 1U);
    ASSERT_EQ(jobs[0].times.size(), 1U);
    EXPECT_EQ(jobs[0].times[0].fields, "*/10 * * * *");
    EXPECT_EQ(jobs[0].times[0].runs, 1152U);
    EXPECT_EQ(jobs[0].times[0].due, 1152U);
    EXPECT_EQ(jobs[0].runs, jobs[0].times[0].runs + jobs[0].other_runs);
  }
}

// A zone's offset is less than a day, and more than half of one to both sides: -11 is no +13.
TEST(LearntSchedule, DaysAreThoseOfTheHostsOwnCalendarEastAndWest) {
  // Honolulu, Pago Pago, the island of Baker; Auckland, Auckland's summer, Kiritimati
  for (const int offset : {-10, -11, -12, 12, 13, 14}) {
    SCOPED_TRACE(offset);
    HostLog lines;
    int pid = 1000;
    // From midnight of Monday the 2nd by the host's clock on, four weeks.
    const int start = 1440 - 60 * offset;
    for (int day = 0; day < 28; ++day)
      for (int i = 0; i < 144; ++i) {
        lines.job(start + 1440 * day + 10 * i, pid, "often", offset);
        pid += 1;
        if (i != 45 || day % 7 >= 5) continue;
        lines.job(start + 1440 * day + 10 * i + 5, pid, "weekdays", offset);
        pid += 1;
      }
    const std::vector<LearntJob> jobs = learn(lines);
    const LearntJob* weekdays = find(jobs, "weekdays");
    ASSERT_NE(weekdays, nullptr);
    ASSERT_EQ(weekdays->times.size(), 1U);
    EXPECT_EQ(weekdays->times[0].fields, "35 7 * * 1-5");
  }
}

TEST(LearntSchedule, WhatNeverRunsAloneHasNoCost) {
  HostLog lines;
  for (int i = 0; i < 200; ++i) {
    lines.job(10 * i, 1000 + 10 * i, "a");
    lines.job(10 * i, 1002 + 10 * i, "b");
  }
  for (const LearntJob& job : learn(lines)) EXPECT_FALSE(job.pids) << job.command;
}

// What cron ran is its own line; anacron's words of each day were 20 jobs more.
TEST(LearntSchedule, WordsOfAnacronAreNoJobs) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 20 * 24; ++i) {
    lines.job(60 * i, pid += 3, "run-parts /etc/cron.hourly");
    lines.anacron(60 * i, pid += 2,
                  fmt::format("Anacron started on 2026-03-{:02}", 1 + i / 24).c_str());
    if (i % 24 == 3) {
      lines.anacron(60 * i, pid, "Will run job `cron.daily' in 5 min.");
      lines.anacron(60 * i + 5, pid, "Job `cron.daily' started");
      lines.anacron(60 * i + 5, ++pid, "Updated timestamp for job `cron.daily' to 2026-03-01");
      lines.anacron(60 * i + 6, pid - 1, "Job `cron.daily' terminated");
    }
    lines.anacron(60 * i + 6, pid, "Normal exit (1 job run)");
  }
  const std::vector<LearntJob> jobs = learn(lines);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].command, "run-parts /etc/cron.hourly");
  EXPECT_EQ(jobs[0].runs, 480U);
}

TEST(LearntSchedule, ALineThatWasChangedHasItsRunsAndTheirClock) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 20 * 144; ++i) {
    lines.job(10 * i, pid, "often", 1);
    pid += 2;
    if (i % 144 != (i < 10 * 144 ? 12 : 24)) continue;
    lines.job(10 * i + 5, pid, "daily", 1);
    pid += 2;
  }
  const std::vector<LearntJob> jobs = learn(lines);
  const LearntJob* daily = find(jobs, "daily");
  ASSERT_NE(daily, nullptr);
  ASSERT_EQ(daily->times.size(), 2U);
  EXPECT_EQ(daily->times[0].fields, "5 3 * * *") << "by the host's clock";
  EXPECT_FALSE(daily->times[0].since);
  ASSERT_TRUE(daily->times[0].until);
  EXPECT_EQ(daily->times[0].until->time, job_time(9 * 1440 + 125));
  EXPECT_EQ(daily->times[0].until->utc_offset_minutes, 60);
  EXPECT_EQ(daily->times[1].fields, "5 5 * * *");
  ASSERT_TRUE(daily->times[1].since);
  EXPECT_EQ(daily->times[1].since->time, job_time(10 * 1440 + 245));
  EXPECT_FALSE(daily->times[1].until);
}

TEST(LearntSchedule, OfALongSilenceNothingIsDue) {
  HostLog lines;
  int pid = 1000;
  for (int i = 0; i < 12 * 144; ++i) {
    if (i >= 4 * 144 && i < 8 * 144) continue;  // four days
    lines.job(10 * i, pid, "often");
    pid += 2;
  }
  const std::vector<LearntJob> jobs = learn(lines);
  ASSERT_EQ(jobs.size(), 1U);
  ASSERT_EQ(jobs[0].times.size(), 1U);
  EXPECT_EQ(jobs[0].times[0].runs, 8U * 144);
  EXPECT_EQ(jobs[0].times[0].due, 8U * 144);
}

}  // namespace
}  // namespace pidometer
