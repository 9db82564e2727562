#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "plugin/file_findings.h"
#include "plugin/judged_clock.h"
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

// Whatever a gap's cause is, what was handed out beside its jobs raises its level.
TEST(FileFindings, a_rotation_that_is_not_there_explains_no_surplus) {
  const auto gap_of = [](const char* name, int surplus) {
    const auto text = [&](int from, int to, int more) {
      std::string lines;
      for (int minute = from; minute < to; minute += 10)
        lines += fmt::format(
            "2026-03-{:02}T{:02}:{:02}:01+00:00 web01 CROND[{}]: (root) CMD (/usr/lib/sa/sa1)\n",
            1 + minute / kDay, minute / kHour % 24, minute % kHour, 1000 + minute + more);
      return lines;
    };
    const MemoryLogFile older(name, text(0, 3 * kDay, 0));
    const MemoryLogFile newer("/var/log/cron", text(3 * kDay + kHour, 6 * kDay, surplus));
    Read r = read({&older, &newer});
    const JudgedClock judged(std::move(r.clock));
    std::vector<Anomaly> found = detect_anomalies(judged.input);
    explain_by_rotations(r.log, found);
    std::erase_if(found, [](const Anomaly& a) { return a.kind != AnomalyKind::record_gap; });
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Anomaly() : found.front();
  };
  const Anomaly beside = gap_of("/var/log/cron.1", 600);
  const Anomaly lacking = gap_of("/var/log/cron.2", 600);
  EXPECT_NE(beside.cause, GapCause::rotation_missing);
  EXPECT_EQ(lacking.cause, GapCause::rotation_missing);
  EXPECT_EQ(beside.level, Level::critical);
  EXPECT_EQ(lacking.level, Level::critical);
  EXPECT_GT(lacking.excess_pids, 500);
  EXPECT_EQ(gap_of("/var/log/cron.2", 0).level, Level::low);
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

TEST(FileFindings, a_log_whose_end_is_no_text) {
  const std::string text = log_text(0, 5 * kDay);
  const Timestamp late = at(5 * kDay + 6 * kHour);
  const std::string other = "2026-03-06T00:01:00+00:00 web01 sshd[9]: x\n";
  for (const std::string& end : {std::string(), other}) {
    MemoryLogFile image("/var/log/cron", text + end + std::string(5372, '\0'), late);
    image.in_image();
    const Read r = read({&image});
    const std::vector<Anomaly> found = late_written_logs(r.log, r.clock);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].until_file_time);
    EXPECT_EQ(found[0].cause, GapCause::evidence_damaged);
    EXPECT_EQ(found[0].level, Level::low);
    EXPECT_EQ(found[0].unreadable_end, 5372U);
    EXPECT_EQ(found[0].window_end, late);

    // of a loose file, whose time is its copier's, and of one whose own is older than its last line
    const MemoryLogFile loose("/var/log/cron", text + end + std::string(5372, '\0'), late);
    MemoryLogFile old("/var/log/cron", text + end + std::string(5372, '\0'), at(4 * kDay));
    old.in_image();
    for (const MemoryLogFile* const file : {&loose, &std::as_const(old)}) {
      const Read one = read({file});
      const std::vector<Anomaly> told = late_written_logs(one.log, one.clock);
      ASSERT_EQ(told.size(), 1U);
      EXPECT_FALSE(told[0].until_file_time);
      EXPECT_EQ(told[0].cause, GapCause::evidence_damaged);
      EXPECT_EQ(told[0].unreadable_end, 5372U);
      EXPECT_EQ(told[0].missing_records, 0U);
      EXPECT_EQ(told[0].window_start, found[0].window_start);
      EXPECT_EQ(told[0].window_end, told[0].window_start);
    }
  }
}

TEST(FileFindings, a_log_whose_file_was_made_long_before_its_first_record) {
  const std::string text = log_text(5 * kDay, 8 * kDay);
  const std::string startup = log_text(5 * kDay, 8 * kDay, [](int minute) {
    return minute == 5 * kDay + 1 ? "crond[{}]: (CRON) STARTUP (1.5.7)" : std::string();
  });
  const std::string other = "2026-03-06T00:01:00+00:00 web01 sshd[9]: x\n";
  const Timestamp late = at(8 * kDay);
  MemoryLogFile cut("/var/log/cron", text, late);
  cut.in_image().created(at(4 * kDay));
  const Read r = read({&cut});
  const std::vector<Anomaly> found = early_made_logs(r.log, r.clock);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::record_gap);
  EXPECT_EQ(found[0].cause, GapCause::unknown);
  EXPECT_EQ(found[0].level, Level::low);
  EXPECT_TRUE(found[0].from_file_time);
  EXPECT_EQ(found[0].window_start, at(4 * kDay));
  EXPECT_NEAR(static_cast<double>(found[0].missing_records), 144, 1);

  const auto nothing = [&](const char* name, const std::vector<const LogFile*>& files) {
    SCOPED_TRACE(name);
    const Read one = read(files);
    EXPECT_TRUE(early_made_logs(one.log, one.clock).empty());
  };
  MemoryLogFile unknown("/var/log/cron", text, late);
  nothing("no birth", {&unknown.in_image()});
  MemoryLogFile in_time("/var/log/cron", text, late);
  nothing("made at its first record", {&in_time.in_image().created(at(5 * kDay - 15))});
  MemoryLogFile younger("/var/log/cron", text, late);
  nothing("made behind it", {&younger.in_image().created(at(6 * kDay))});
  MemoryLogFile loose("/var/log/cron", text, late);
  nothing("a loose file", {&loose.created(at(4 * kDay))});
  MemoryLogFile packed("/var/log/cron.1.gz", text, late);
  nothing("a packed one", {&packed.in_image().compressed().created(at(4 * kDay))});
  MemoryLogFile mixed("/var/log/messages", text + other, late);
  nothing("other programs' lines", {&mixed.in_image().created(at(4 * kDay))});
  MemoryLogFile first("/var/log/cron", startup, late);
  nothing("the host's first", {&first.in_image().created(at(4 * kDay))});
  MemoryLogFile old("/var/log/cron", text, late);
  nothing("a clock that was not set", {&old.in_image().created(Timestamp())});
  const MemoryLogFile before("/var/log/cron.1", log_text(0, 4 * kDay), at(4 * kDay));
  nothing("another log before it", {&cut, &before});
}

TEST(FileFindings, a_log_with_records_that_are_older_than_its_file) {
  const std::string text = log_text(5 * kDay, 8 * kDay);
  const Timestamp late = at(8 * kDay);
  // made by the rotations before
  MemoryLogFile older("/var/log/cron.1", log_text(0, 5 * kDay), at(5 * kDay));
  older.in_image().created(at(0));
  MemoryLogFile auth("/var/log/auth.log", "", late);
  auth.in_image().created(at(5 * kDay));
  const Timestamp edited = at(6 * kDay + 2 * kHour + 13);
  const auto found_in = [&](MemoryLogFile& log, const std::vector<const LogFile*>& others) {
    std::vector<const LogFile*> files = others;
    files.push_back(&log);
    const Read r = read(files);
    return rewritten_logs(files, r.log, r.clock);
  };
  MemoryLogFile sed("/var/log/cron", text, late);
  sed.in_image().created(edited);
  const std::vector<Anomaly> found = found_in(sed, {&older, &auth});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::log_rewritten);
  EXPECT_EQ(found[0].level, Level::low);
  EXPECT_EQ(found[0].file_created, edited);
  EXPECT_NEAR(static_cast<double>(found[0].records_before), 157, 1);
  EXPECT_EQ(found[0].window_start, at(6 * kDay + 2 * kHour + 10) + std::chrono::seconds(1));
  EXPECT_EQ(found[0].window_end, at(6 * kDay + 2 * kHour + 20) + std::chrono::seconds(1));

  // syslogd was not told of it
  MemoryLogFile silent("/var/log/cron", text, at(8 * kDay + 7));
  silent.in_image().created(at(8 * kDay + 7));
  const std::vector<Anomaly> last = found_in(silent, {&older, &auth});
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].window_end, at(8 * kDay + 7));
  EXPECT_EQ(last[0].first_record, last[0].last_record);

  const auto nothing = [&](const char* name, MemoryLogFile& log,
                           const std::vector<const LogFile*>& others) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(found_in(log, others).empty());
  };
  MemoryLogFile rotated("/var/log/cron", text, late);
  nothing("made by a rotation", rotated.in_image().created(at(5 * kDay)), {&older, &auth});
  MemoryLogFile late_lines("/var/log/cron", text, late);
  nothing("lines of a queue", late_lines.in_image().created(at(5 * kDay + 8)), {&older, &auth});
  nothing("nothing to compare with", sed, {&auth});
  MemoryLogFile restored("/var/log/cron.1", log_text(0, 5 * kDay), at(5 * kDay));
  restored.in_image().created(edited);
  MemoryLogFile restored_too("/var/log/auth.log", "", late);
  restored_too.in_image().created(edited);
  nothing("all was put back", sed, {&restored, &restored_too});
  MemoryLogFile copy("/var/log/cron.1", text, late);
  nothing("copytruncate made it", copy.in_image().created(at(8 * kDay + 7)), {&auth, &older});
  MemoryLogFile packed("/var/log/cron.1.gz", text, late);
  nothing("a packed one", packed.in_image().compressed().created(edited), {&older, &auth});
  MemoryLogFile loose("/var/log/cron", text, late);
  nothing("a loose file", loose.created(edited), {&older, &auth});
  MemoryLogFile years("/var/log/cron", text, at(300 * kDay));
  nothing("a log that ended long before", years.in_image().created(at(200 * kDay)),
          {&older, &auth});
}

}  // namespace
}  // namespace pidometer
