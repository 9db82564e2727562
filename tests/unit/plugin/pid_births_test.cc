#include "plugin/pid_births.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "plugin/readings.h"
#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;

/// A log of one host, a job every ten minutes.
class Lines {
 public:
  /// A job `minutes` after midnight.
  void job(int minutes, int pid, int second = 1) {
    line(minutes, second, static_cast<Pid>(pid), "CRON", "(root) CMD (job)");
  }
  void startup(int minutes, Pid pid) { line(minutes, 0, pid, "cron", "(CRON) STARTUP (fork ok)"); }

  HostBirths births(Pid pid, std::optional<Timestamp> near = {}) const {
    const MemoryLogFile file("/var/log/cron.log", text_);
    const std::vector<const LogFile*> files{&file};
    std::vector<LogSeries> all = read_log_series(
        files, {}, [](const Warning& warning) { ADD_FAILURE() << warning.message; },
        [](std::uint64_t) { return true; });
    EXPECT_EQ(all.size(), 1U);
    const PidClock clock = build_pid_clock(readings_of(all.front()), {});
    return pid_births(all.front(), clock, pid, near, "web01");
  }

 private:
  void line(int minutes, int second, Pid pid, const char* reporter, const char* rest) {
    text_ +=
        fmt::format("2026-03-{:02}T{:02}:{:02}:{:02}+00:00 web01 {}[{}]: {}\n", 1 + minutes / 1440,
                    minutes / 60 % 24, minutes % 60, second, reporter, pid, rest);
  }

  std::string text_;
};

/// A day from PID 1000 on, ten PIDs a tick.
Lines quiet_day() {
  Lines lines;
  for (int i = 0; i < 144; ++i) lines.job(10 * i, 1000 + 10 * i);
  return lines;
}

/// From PID 20000 on, 200 PIDs a tick: the counter goes round every 27 hours.
Lines fast_counter(int ticks) {
  Lines lines;
  int pid = 20000;
  for (int i = 0; i < ticks; ++i) {
    lines.job(10 * i, pid);
    pid += 200;
    if (pid >= 32768) pid = pid - 32768 + 300;
  }
  return lines;
}

Lines two_boots() {
  Lines lines;
  for (int i = 0; i < 100; ++i) lines.job(10 * i, 1000 + 10 * i);
  lines.startup(1003, 700);
  for (int i = 101; i < 200; ++i) lines.job(10 * i, 900 + 10 * (i - 101));
  return lines;
}

TEST(PidBirths, LieBetweenTwoRecords) {
  const HostBirths found = quiet_day().births(1015);
  ASSERT_EQ(found.births.size(), 1U);
  const PidBirth& birth = found.births[0];
  EXPECT_EQ(birth.certainty, BirthCertainty::bounded);
  EXPECT_EQ(birth.after->pid, 1010);
  EXPECT_EQ(birth.after->line, 2U);
  EXPECT_EQ(birth.after->text, "2026-03-01T00:10:01+00:00 web01 CRON[1010]: (root) CMD (job)");
  EXPECT_EQ(birth.before->pid, 1020);
  EXPECT_EQ(birth.before->time - birth.after->time, std::chrono::minutes(10));
}

TEST(PidBirths, OfARecordItselfAreExact) {
  const HostBirths found = quiet_day().births(1010);
  ASSERT_EQ(found.births.size(), 1U);
  EXPECT_EQ(found.births[0].certainty, BirthCertainty::exact);
  EXPECT_EQ(found.births[0].after->line, 2U);
}

TEST(PidBirths, OfADaemonWhoseStartIsRecordedAreExact) {
  Lines lines = two_boots();
  lines.startup(2003, 1893);
  for (int i = 201; i < 300; ++i) lines.job(10 * i, 1900 + 10 * (i - 201));
  const HostBirths boot = lines.births(700);
  ASSERT_EQ(boot.births.size(), 2U) << "before the log's first record too";
  EXPECT_EQ(boot.births[0].certainty, BirthCertainty::exact);
  EXPECT_EQ(boot.births[0].boot_session, 2U);
  EXPECT_EQ(boot.births[0].after->line, 101U);
  EXPECT_EQ(boot.births[0].after->pid, 700);
  EXPECT_EQ(boot.births[1].certainty, BirthCertainty::before_log);
  EXPECT_EQ(boot.births[1].boot_session, 1U);
  const HostBirths restart = lines.births(1893);
  ASSERT_EQ(restart.births.size(), 2U) << "the first boot handed it out too";
  EXPECT_EQ(restart.births[0].certainty, BirthCertainty::bounded);
  EXPECT_EQ(restart.births[0].boot_session, 1U);
  EXPECT_EQ(restart.births[1].certainty, BirthCertainty::exact);
  EXPECT_EQ(restart.births[1].boot_session, 2U);
  EXPECT_EQ(restart.births[1].after->pid, 1893);
}

TEST(PidBirths, OtherJobsOfATickBoundThemToo) {
  Lines lines;
  for (int i = 0; i < 144; ++i) {
    lines.job(10 * i, 1000 + 10 * i);
    lines.job(10 * i, 1003 + 10 * i, 2);
  }
  const HostBirths inside = lines.births(1012);
  ASSERT_EQ(inside.births.size(), 1U);
  EXPECT_EQ(inside.births[0].after->pid, 1010);
  EXPECT_EQ(inside.births[0].before->pid, 1013);
  const HostBirths behind = lines.births(1015);
  ASSERT_EQ(behind.births.size(), 1U);
  EXPECT_EQ(behind.births[0].after->pid, 1013);
  EXPECT_EQ(behind.births[0].before->pid, 1020);
}

TEST(PidBirths, OutsideOfTheLogHaveOneBound) {
  const HostBirths early = quiet_day().births(500);
  ASSERT_EQ(early.births.size(), 1U);
  EXPECT_EQ(early.births[0].certainty, BirthCertainty::before_log);
  EXPECT_FALSE(early.births[0].after);
  EXPECT_EQ(early.births[0].before->pid, 1000);
  const HostBirths late = quiet_day().births(9000);
  ASSERT_EQ(late.births.size(), 2U);
  EXPECT_EQ(late.births[0].certainty, BirthCertainty::before_log) << "in an earlier round";
  EXPECT_FALSE(late.births[0].after);
  EXPECT_EQ(late.births[0].before->pid, 1000);
  EXPECT_FALSE(late.births[0].reason.empty());
  EXPECT_EQ(late.births[1].certainty, BirthCertainty::after_log);
  EXPECT_EQ(late.births[1].after->pid, 2430);
  EXPECT_FALSE(late.births[1].before);
}

TEST(PidBirths, EachRoundOfTheCounterHasOne) {
  const Lines lines = fast_counter(288);
  const HostBirths found = lines.births(25001);
  ASSERT_EQ(found.births.size(), 4U);
  EXPECT_EQ(found.births[0].wraps, 0U);
  EXPECT_EQ(found.births[1].wraps, 1U);
  // the log begins in the first round, and nobody knows that it is the first, and ends in the third
  EXPECT_EQ(found.births[2].certainty, BirthCertainty::before_log);
  EXPECT_EQ(found.births[3].certainty, BirthCertainty::after_log);
  EXPECT_LT(found.births[0].before->time, found.births[1].after->time);
  // the reserved ones are not handed out again
  const HostBirths reserved = lines.births(200);
  ASSERT_EQ(reserved.births.size(), 1U);
  EXPECT_EQ(reserved.births[0].certainty, BirthCertainty::before_log);
}

TEST(PidBirths, OverAWrapLieOnItsSide) {
  const Lines lines = fast_counter(200);
  const HostBirths high = lines.births(32700);
  ASSERT_EQ(high.births.size(), 3U) << "the others before and behind the log";
  EXPECT_EQ(high.births[0].wraps, 0U);
  EXPECT_GT(high.births[0].after->pid, high.births[0].before->pid);
  const HostBirths low = lines.births(310);
  ASSERT_EQ(low.births.size(), 2U) << "one behind the wrap, one before the log";
  EXPECT_EQ(low.births[0].wraps, 1U);
  EXPECT_EQ(low.births[0].after->time, high.births[0].after->time);
  EXPECT_EQ(low.births[1].certainty, BirthCertainty::before_log);
}

TEST(PidBirths, EachBootSessionHasOne) {
  const Lines lines = two_boots();
  const HostBirths found = lines.births(1205);
  ASSERT_EQ(found.births.size(), 2U);
  EXPECT_EQ(found.births[0].boot_session, 1U);
  EXPECT_EQ(found.births[1].boot_session, 2U);
  const HostBirths early = lines.births(750);
  // before the first record of each, and after the start of the daemon of the second
  ASSERT_EQ(early.births.size(), 2U);
  EXPECT_EQ(early.births[1].boot_session, 2U);
  EXPECT_EQ(early.births[1].after->pid, 700);
  EXPECT_EQ(early.births[1].before->pid, 900);
}

TEST(PidBirths, NearestAreKept) {
  const Lines lines = two_boots();
  const HostBirths found = lines.births(1205);
  const HostBirths first =
      lines.births(1205, found.births[0].after->time + std::chrono::minutes(3));
  ASSERT_EQ(first.births.size(), 1U);
  EXPECT_EQ(first.births[0].boot_session, 1U);
  const HostBirths second =
      lines.births(1205, found.births[1].before->time + std::chrono::hours(2));
  ASSERT_EQ(second.births.size(), 1U);
  EXPECT_EQ(second.births[0].boot_session, 2U);
  // what was born before the second boot's first record was born after the first boot's last one
  const HostBirths early = lines.births(750, found.births[0].after->time);
  ASSERT_EQ(early.births.size(), 1U);
  EXPECT_EQ(early.births[0].boot_session, 1U);
}

TEST(PidBirths, AbovePidMaxThereAreNone) {
  const HostBirths found = fast_counter(200).births(40000);
  EXPECT_EQ(found.pid_max, 32768);
  EXPECT_FALSE(found.pid_max_basis.empty());
  EXPECT_TRUE(beyond_pid_max(found));
  EXPECT_TRUE(found.births.empty());
  ASSERT_TRUE(found.coverage);
  EXPECT_LT(found.coverage->begin, found.coverage->end);
  // the largest one is handed out
  EXPECT_FALSE(fast_counter(200).births(32767).births.empty());
}

TEST(PidBirths, AForgedLineBoundsNothing) {
  Lines lines;
  for (int i = 0; i < 144; ++i) {
    lines.job(10 * i, 1000 + 10 * i);
    if (i == 70) lines.job(705, 30000);
  }
  const HostBirths found = lines.births(1705);
  ASSERT_EQ(found.births.size(), 1U);
  EXPECT_EQ(found.births[0].after->pid, 1700);
  EXPECT_EQ(found.births[0].before->pid, 1710);
  const HostBirths forged = lines.births(30000);
  ASSERT_GE(forged.births.size(), 1U);
  EXPECT_EQ(forged.births[0].certainty, BirthCertainty::doubted);
}

// Lines in exchanged places are read where they belong.
TEST(PidBirths, ALineThatWasPutBackBoundsAsInItsPlace) {
  Lines lines;
  for (int i = 0; i < 144; ++i) {
    const int place = i == 70 ? 71 : i == 71 ? 70 : i;
    lines.job(10 * place, 1000 + 10 * place);
  }
  for (const Pid pid : {1695U, 1700U, 1705U, 1710U, 1715U}) {
    SCOPED_TRACE(pid);
    const HostBirths found = lines.births(pid);
    ASSERT_EQ(found.births.size(), 1U);
    EXPECT_EQ(found.births[0].certainty,
              pid % 10 == 0 ? BirthCertainty::exact : BirthCertainty::bounded);
    EXPECT_EQ(found.births[0].after->pid, pid / 10 * 10);
    EXPECT_EQ(found.births[0].before->pid, (pid + 9) / 10 * 10);
  }
}

// All the jobs of a tick that fits nowhere are as strange as its first one.
TEST(PidBirths, EachForgedLineOfATickIsDoubted) {
  Lines lines;
  for (int i = 0; i < 144; ++i) {
    lines.job(10 * i, 1000 + 10 * i);
    if (i != 70) continue;
    lines.job(705, 30000);
    lines.job(705, 30001);
  }
  for (const Pid pid : {30000U, 30001U}) {
    SCOPED_TRACE(pid);
    const HostBirths forged = lines.births(pid);
    ASSERT_EQ(forged.births.size(), 3U) << "and before the log, and behind its end";
    EXPECT_EQ(forged.births[0].certainty, BirthCertainty::doubted);
    EXPECT_EQ(forged.births[0].after->pid, pid);
    EXPECT_EQ(forged.births[1].certainty, BirthCertainty::before_log);
    EXPECT_EQ(forged.births[2].certainty, BirthCertainty::after_log);
  }
}

// The first lines of the log are late ones of the day before: no tick is left that they stand in.
TEST(PidBirths, EachLineOfATickBeforeTheFirstIsDoubted) {
  Lines lines;
  lines.job(100, 1100);
  lines.job(100, 1103);
  for (int i = 0; i < 144; ++i) lines.job(10 * i, 1000 + 10 * i);
  const HostBirths found = lines.births(1103);
  ASSERT_EQ(found.births.size(), 2U);
  EXPECT_NE(found.births[0].certainty, found.births[1].certainty);
  for (const PidBirth& birth : found.births) EXPECT_NE(birth.certainty, BirthCertainty::exact);
}

}  // namespace
}  // namespace pidometer
