#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "plugin/file_findings.h"
#include "plugin/readings.h"
#include "plugin/schedule_findings.h"
#include "tests/support/memory_log_file.h"

// What the records and the files say without the clock.
namespace pidometer {
namespace {

using test::MemoryLogFile;

constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::March / 1 / 2026};
constexpr int kHour = 60;
constexpr int kDay = 24 * kHour;

Timestamp at(int minute) {
  return kStart + std::chrono::minutes(minute);
}

/// Lines of [from, to): a job every ten minutes, and what `more` says of a minute.
std::string log_text(
    int from, int to,
    const std::function<std::string(int minute)>& more = [](int) { return std::string(); }) {
  std::string text;
  for (int minute = from; minute < to; ++minute) {
    const auto day = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(at(minute)));
    const auto line = [&](const std::string& what, int pid) {
      if (!what.empty())
        text += fmt::format("{}-{:02}-{:02}T{:02}:{:02}:01+00:00 web01 {}\n",
                            static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                            static_cast<unsigned>(day.day()), minute / kHour % 24, minute % kHour,
                            fmt::format(fmt::runtime(what), pid));
    };
    if (minute % 10 == 0) line("CROND[{}]: (root) CMD (/usr/lib/sa/sa1)", 1000 + minute);
    line(more(minute), 1003 + minute);
  }
  return text;
}

struct Read {
  LogSeries log;
  PidClock clock;
};

Read read(const std::vector<const LogFile*>& files) {
  LogSeriesOptions options;
  std::vector<LogSeries> logs = read_log_series(
      files, options, [](const Warning&) {}, [](std::uint64_t) { return true; });
  EXPECT_EQ(logs.size(), 1U);
  PidClock clock = build_pid_clock(readings_of(logs[0]), {});
  return {std::move(logs[0]), std::move(clock)};
}

std::vector<Anomaly> schedule_of(const std::string& text, AnomalyKind kind) {
  const MemoryLogFile file("/var/log/cron", text);
  const Read r = read({&file});
  std::vector<Anomaly> found = schedule_findings(r.log, r.clock);
  std::erase_if(found, [&](const Anomaly& a) { return a.kind != kind; });
  return found;
}

TEST(ScheduleFindings, crontabs_that_change) {
  const std::string text = log_text(0, kDay, [](int minute) -> std::string {
    if (minute == 5) return "crontab[{}]: (root) LIST (root)";
    if (minute == 15) return "crontab[{}]: (root) REPLACE (root)";
    if (minute == 25) return "crond[{}]: (root) RELOAD (/var/spool/cron/root)";
    if (minute == 35) return "crontab[{}]: (mallory) DELETE (mallory)";
    return {};
  });
  const std::vector<Anomaly> found = schedule_of(text, AnomalyKind::crontab_change);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].change, CrontabChange::replaced);
  EXPECT_EQ(found[1].change, CrontabChange::reloaded);
  EXPECT_EQ(found[2].change, CrontabChange::removed);
  EXPECT_EQ(found[2].window_start, at(35) + std::chrono::seconds(1));
}

TEST(ScheduleFindings, jobs_that_are_new) {
  struct Case {
    std::string name;
    int days;
    std::function<bool(int minute)> runs;
    std::size_t news;
  };
  const std::vector<Case> cases = {
      {"from the start", 20, [](int m) { return m % kHour == 7; }, 0},
      {"hourly from day 10 on", 20, [](int m) { return m >= 10 * kDay && m % kHour == 7; }, 1},
      {"hourly from the second hour on", 20, [](int m) { return m > kHour && m % kHour == 7; }, 0},
      {"each Saturday", 25, [](int m) { return m / kDay % 7 == 6 && m % kHour == 7; }, 0},
      {"each Saturday of the last two weeks", 35,
       [](int m) { return m / kDay >= 20 && m / kDay % 7 == 6 && m % kHour == 7; }, 1},
      {"once, after three weeks", 25, [](int m) { return m == 21 * kDay + 7; }, 0},
      {"once, after five weeks", 40, [](int m) { return m == 36 * kDay + 7; }, 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string text = log_text(0, c.days * kDay, [&](int minute) -> std::string {
      return c.runs(minute) ? "CROND[{}]: (mallory) CMD (/tmp/.x/beacon)" : "";
    });
    EXPECT_EQ(schedule_of(text, AnomalyKind::new_command).size(), c.news);
  }
}

TEST(ScheduleFindings, ever_new_arguments_are_no_news) {
  const std::string text = log_text(0, 60 * kDay, [](int minute) -> std::string {
    return minute % kDay == 7
               ? fmt::format("CROND[{{}}]: (root) CMD (backup --day {})", minute / kDay)
               : std::string();
  });
  EXPECT_TRUE(schedule_of(text, AnomalyKind::new_command).empty());
}

std::vector<Anomaly> a_gap(const Read& r, int from) {
  const auto last = std::ranges::find_if(
      r.log.records, [&](const StoredRecord& record) { return record.time > at(from); });
  Anomaly gap;
  gap.kind = AnomalyKind::record_gap;
  gap.cause = GapCause::records_removed;
  gap.level = Level::high;
  gap.last_record = static_cast<std::uint32_t>(last - r.log.records.begin());
  gap.first_record = gap.last_record - 1;
  return {gap};
}

TEST(FileFindings, a_rotation_that_is_not_there) {
  struct Case {
    std::string older;
    std::string newer;
    GapCause cause;
  };
  for (const Case& c : std::vector<Case>{{"cron.3", "cron.1", GapCause::rotation_missing},
                                         {"cron.2.gz", "cron", GapCause::rotation_missing},
                                         {"log.1", "log.0", GapCause::records_removed},
                                         {"log.2", "log.0", GapCause::rotation_missing},
                                         {"cron.2", "cron.1", GapCause::records_removed},
                                         {"cron.1", "cron", GapCause::records_removed}}) {
    SCOPED_TRACE(c.older + " " + c.newer);
    const MemoryLogFile older("/var/log/" + c.older, log_text(0, 3 * kDay));
    const MemoryLogFile newer("/var/log/" + c.newer, log_text(5 * kDay, 8 * kDay));
    const Read r = read({&older, &newer});
    std::vector<Anomaly> gaps = a_gap(r, 4 * kDay);
    explain_by_rotations(r.log, gaps);
    EXPECT_EQ(gaps[0].cause, c.cause);
    EXPECT_EQ(gaps[0].level, c.cause == GapCause::rotation_missing ? Level::low : Level::high);
  }
}

TEST(FileFindings, a_week_without_its_dated_rotation) {
  std::deque<MemoryLogFile> files;  // they cannot be moved
  // made at the end of their weeks; that of 29 March is not there
  for (const auto& [week, date] : {std::pair(0, "0308"), {1, "0315"}, {2, "0322"}, {4, "0405"}})
    files.emplace_back(fmt::format("/var/log/cron-2026{}", date),
                       log_text(week * 7 * kDay, (week + 1) * 7 * kDay));
  std::vector<const LogFile*> pointers;
  for (const MemoryLogFile& file : files) pointers.push_back(&file);
  const Read r = read(pointers);
  std::vector<Anomaly> gaps = a_gap(r, 22 * kDay);
  explain_by_rotations(r.log, gaps);
  EXPECT_EQ(gaps[0].cause, GapCause::rotation_missing);
  // between two that follow one another
  gaps = a_gap(r, 14 * kDay - 5);
  explain_by_rotations(r.log, gaps);
  EXPECT_EQ(gaps[0].cause, GapCause::records_removed);
}

TEST(FileFindings, a_log_that_was_written_to_after_its_last_record) {
  const std::string text = log_text(0, 5 * kDay);
  const Timestamp late = at(5 * kDay + 6 * kHour);
  MemoryLogFile image("/var/log/cron", text, late);
  image.in_image();
  const Read r = read({&image});
  const std::vector<Anomaly> found = late_written_logs(r.log, r.clock);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::record_gap);
  EXPECT_EQ(found[0].cause, GapCause::unknown);
  EXPECT_EQ(found[0].window_end, late);
  EXPECT_NEAR(static_cast<double>(found[0].missing_records), 36, 1);
  EXPECT_TRUE(found[0].until_file_time);

  // in time, a loose file, a log with other programs' lines, a damaged one
  MemoryLogFile in_time("/var/log/cron", text, at(5 * kDay - 5));
  in_time.in_image();
  const MemoryLogFile loose("/var/log/cron", text, late);
  MemoryLogFile packed("/var/log/cron", text, late);
  packed.compressed();
  MemoryLogFile mixed("/var/log/messages", text + "2026-03-06T00:01:00+00:00 web01 sshd[9]: x\n",
                      late);
  mixed.in_image();
  MemoryLogFile damaged("/var/log/cron", text, late);
  damaged.in_image().damage(100, 200);
  for (const MemoryLogFile* file :
       std::initializer_list<const MemoryLogFile*>{&in_time, &loose, &packed, &mixed, &damaged}) {
    const Read other = read({file});
    EXPECT_TRUE(late_written_logs(other.log, other.clock).empty());
  }
}

}  // namespace
}  // namespace pidometer
