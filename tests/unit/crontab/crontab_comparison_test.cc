#include "plugin/crontab/crontab_comparison.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::utc;

const Timestamp kStart = utc(2026, 3, 2);  // a Monday
const Timestamp kEnd = utc(2026, 3, 12);

CrontabTable table_of(const std::string& path, const std::string& text,
                      Timestamp since = utc(2026, 1, 1)) {
  CrontabTable table;
  table.path = path;
  table.form = crontab_place_of(path)->form;
  if (table.form == CrontabForm::user) table.owner = path.substr(path.rfind('/') + 1);
  table.content = parse_crontab(text, table.form, table.owner);
  table.in_force_since = since;
  table.has_change_time = true;
  return table;
}

LoggedJob job(std::string_view user, std::string_view command, Timestamp last = kEnd,
              std::uint64_t runs = 9) {
  return {user, command, kStart, last, runs, false};
}

/// Ten days without a gap.
LoggedSchedule whole(std::vector<LoggedJob> jobs = {}) {
  LoggedSchedule log;
  log.jobs = std::move(jobs);
  log.stretches = {{kStart, kEnd, minutes(0)}};
  log.end = kEnd;
  return log;
}

const CrontabScope kAll = {true, true, CronFamily::cronie};

TEST(CrontabComparison, AJobThatNoCrontabHas) {
  const std::vector<CrontabTable> tables = {
      table_of("/etc/crontab", "0 1 * * * root nightly\n"),
      table_of("/var/spool/cron/anna", "0 1 * * * mine\n"),
  };
  const auto compared = compare_crontabs(tables, kAll,
                                         whole({job("root", "nightly"), job("anna", "mine"),
                                                job("root", "mine"), job("mallory", "/tmp/x")}));
  ASSERT_EQ(compared.jobs.size(), 2U);
  EXPECT_EQ(compared.jobs[0].job, 2U);
  EXPECT_EQ(compared.jobs[1].job, 3U);
  EXPECT_TRUE(compared.jobs[1].ran_since_changed);
  EXPECT_TRUE(compared.jobs[1].recent);
  EXPECT_EQ(compared.report.jobs, 4U);
  EXPECT_EQ(compared.report.jobs_with_line, 2U);
  EXPECT_EQ(compared.report.jobs_without_line, 2U);
  EXPECT_EQ(compared.report.entries_that_ran, 2U);
  EXPECT_TRUE(compared.lines.empty());
}

TEST(CrontabComparison, ACrontabThatWasEditedBehindTheLastRunExplainsIt) {
  const std::vector<CrontabTable> tables = {
      table_of("/etc/crontab", "0 1 * * * root nightly\n"),
      table_of("/var/spool/cron/anna", "# nothing\n", utc(2026, 3, 8)),
  };
  const auto compared = compare_crontabs(
      tables, kAll,
      whole({job("anna", "before", utc(2026, 3, 7)), job("anna", "behind", utc(2026, 3, 9)),
             job("root", "before", utc(2026, 3, 7))}));
  ASSERT_EQ(compared.jobs.size(), 3U);
  EXPECT_FALSE(compared.jobs[0].ran_since_changed);
  EXPECT_TRUE(compared.jobs[1].ran_since_changed);
  EXPECT_TRUE(compared.jobs[2].ran_since_changed) << "root's is another crontab";
}

TEST(CrontabComparison, NobodyIsAccusedWhereACrontabIsNotKnown) {
  const std::string good = "0 1 * * * root nightly\n";
  const auto unjudged = [&](const std::vector<CrontabTable>& tables, const CrontabScope& scope,
                            LoggedJob one) {
    const auto compared = compare_crontabs(tables, scope, whole({one}));
    EXPECT_EQ(compared.jobs.size() + compared.report.jobs_not_judged.size(), 1U);
    return compared.jobs.empty();
  };
  const std::vector<CrontabTable> plain = {table_of("/etc/crontab", good)};
  EXPECT_FALSE(unjudged(plain, kAll, job("root", "/tmp/x")));
  EXPECT_TRUE(unjudged(plain, {false, true, CronFamily::cronie}, job("root", "/tmp/x")));
  EXPECT_TRUE(unjudged(plain, {true, false, CronFamily::cronie}, job("root", "/tmp/x")));
  const std::vector<CrontabTable> with_bad_line = {
      table_of("/etc/crontab", good + "61 * * * * root /tmp/x\n")};
  EXPECT_TRUE(unjudged(with_bad_line, kAll, job("root", "/tmp/x")));
  EXPECT_FALSE(unjudged(with_bad_line, kAll, job("root", "/tmp/y")));
  std::vector<CrontabTable> damaged = {table_of("/etc/crontab", good),
                                       table_of("/var/spool/cron/anna", good)};
  damaged[1].incomplete = true;
  EXPECT_TRUE(unjudged(damaged, kAll, job("anna", "/tmp/x")));
  EXPECT_FALSE(unjudged(damaged, kAll, job("root", "/tmp/x")));
}

TEST(CrontabComparison, BadLinesAreNotSearchedWithoutEnd) {
  std::string bad;
  for (int i = 0; i < 100; ++i) bad += std::string(500, 'x') + "\n";
  std::vector<CrontabTable> tables;
  for (int i = 0; i < 200; ++i) tables.push_back(table_of("/etc/cron.d/" + std::to_string(i), bad));
  std::vector<std::string> commands;
  for (int i = 0; i < 200; ++i) commands.push_back("/opt/" + std::to_string(i));
  std::vector<LoggedJob> jobs;
  for (const std::string& command : commands) jobs.push_back(job("root", command));
  const auto compared = compare_crontabs(tables, kAll, whole(jobs));
  // 10 MB of bad lines: the first twenty jobs are as much as is looked at
  EXPECT_EQ(compared.jobs.size(), 20U);
  EXPECT_EQ(compared.report.jobs_not_judged.size(), 1U);
}

TEST(CrontabComparison, AFileThatCronPassesOverIsNamed) {
  std::vector<CrontabTable> tables = {table_of("/etc/crontab", "0 1 * * * root nightly\n"),
                                      table_of("/etc/cron.d/x.bak", "\n* * * * * root /tmp/x\n")};
  tables[1].ignored = "by its name";
  const auto compared =
      compare_crontabs(tables, kAll, whole({job("root", "nightly"), job("root", "/tmp/x")}));
  ASSERT_EQ(compared.jobs.size(), 1U);
  EXPECT_EQ(compared.jobs[0].ignored_table, 1U);
  EXPECT_EQ(compared.report.entries, 1U) << "its lines are none of the schedule";
}

TEST(CrontabComparison, AnacronsJobsByTheirIdentifier) {
  const std::vector<CrontabTable> tables = {
      table_of("/etc/crontab", "0 1 * * * root nightly\n"),
      table_of("/etc/anacrontab", "1 5 cron.daily run-parts /etc/cron.daily\n1 5 other x\n"),
  };
  const auto logged = [](std::string_view id) {
    LoggedJob one = job("", id);
    one.starter = JobStarter::anacron;
    return one;
  };
  CrontabScope scope = {true, false, CronFamily::cronie};
  scope.anacron = true;
  const LoggedSchedule log =
      whole({logged("cron.daily"), logged("gone"), logged("nightly"), job("", "cron.daily")});
  const auto compared = compare_crontabs(tables, scope, log);
  ASSERT_EQ(compared.jobs.size(), 2U) << "no users' crontab is needed for anacron's";
  EXPECT_EQ(compared.jobs[0].job, 1U);
  EXPECT_EQ(compared.jobs[1].job, 2U) << "cron's entry is none of anacron's";
  EXPECT_TRUE(compared.jobs[0].ran_since_changed);
  EXPECT_EQ(compared.report.jobs_not_judged.size(), 1U);
  EXPECT_EQ(compared.report.entries_that_ran, 1U);
  EXPECT_EQ(compared.report.entries_not_judged.size(), 1U);
  EXPECT_EQ(compared.report.entries_that_never_ran, 1U) << "nightly";
  scope.anacron = false;
  EXPECT_TRUE(compare_crontabs(tables, scope, log).jobs.empty());
}

TEST(CrontabComparison, ScriptsByTheirPath) {
  CrontabTable folder;
  folder.path = "/etc/cron.daily";
  folder.form = CrontabForm::scripts;
  folder.content.entries.resize(1);
  folder.content.entries[0].command = "/etc/cron.daily/logrotate";
  folder.content.entries[0].doubt = "not dated";
  const auto logged = [](std::string_view path) {
    LoggedJob one = job("", path);
    one.starter = JobStarter::run_parts;
    return one;
  };
  CrontabScope scope = {true, true, CronFamily::cronie};
  scope.script_folders = {"/etc/cron.daily"};
  const auto compared = compare_crontabs(
      {{table_of("/etc/crontab", "# none\n"), folder}}, scope,
      whole({logged("/etc/cron.daily/logrotate"), logged("/etc/cron.daily/.x"),
             logged("/etc/cron.weekly/y"), job("root", "/etc/cron.daily/logrotate")}));
  ASSERT_EQ(compared.jobs.size(), 2U);
  EXPECT_EQ(compared.jobs[0].job, 1U);
  EXPECT_FALSE(compared.jobs[0].ran_since_changed) << "nobody knows when it was taken out";
  EXPECT_EQ(compared.jobs[1].job, 3U) << "what cron started is no script";
  EXPECT_EQ(compared.report.jobs_not_judged.size(), 1U);
  EXPECT_EQ(compared.report.entries_that_ran, 1U);
}

TEST(CrontabComparison, FcronsJobsAreCountedAndNotJudged) {
  LoggedJob fcrons = job("root", "nightly");
  fcrons.starter = JobStarter::fcron;
  const auto compared = compare_crontabs({{table_of("/etc/crontab", "0 1 * * * root nightly\n")}},
                                         kAll, whole({fcrons}));
  EXPECT_TRUE(compared.jobs.empty());
  EXPECT_EQ(compared.report.jobs_not_judged.size(), 1U);
  EXPECT_EQ(compared.report.entries_that_ran, 0U);
}

TEST(CrontabComparison, EverNewArgumentsAreNoMissingLines) {
  std::vector<std::string> commands;
  for (int i = 0; i < 6; ++i) commands.push_back("scp file" + std::to_string(i));
  std::vector<LoggedJob> jobs;
  for (const std::string& command : commands) jobs.push_back(job("root", command, kEnd, 1));
  const auto compared =
      compare_crontabs({{table_of("/etc/crontab", "# none\n")}}, kAll, whole(jobs));
  EXPECT_TRUE(compared.jobs.empty());
  EXPECT_EQ(compared.report.jobs_without_line, 0U);
}

TEST(CrontabComparison, OnlyAJobThatLostItsEndMayBeMoreThanItSays) {
  const std::vector<CrontabTable> tables = {
      table_of("/etc/crontab", "0 1 * * * root /bin/sh /opt/backup.sh\n")};
  LoggedJob shell = job("root", "/bin/sh", kEnd, 1);
  auto compared = compare_crontabs(tables, kAll, whole({shell}));
  EXPECT_EQ(compared.jobs.size(), 1U) << "a job that ran once has its end";
  EXPECT_EQ(compared.lines.size(), 1U);
  shell.may_be_cut = true;
  compared = compare_crontabs(tables, kAll, whole({shell}));
  EXPECT_TRUE(compared.jobs.empty());
  EXPECT_TRUE(compared.lines.empty());
  EXPECT_EQ(compared.report.entries_that_ran, 0U);
  EXPECT_EQ(compared.report.entries_not_judged.size(), 1U);
}

TEST(CrontabComparison, HoweverManyLinesAreAlikeAllRan) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "0 1 * * * root same\n";
  const auto compared =
      compare_crontabs({{table_of("/etc/crontab", text)}}, kAll, whole({job("root", "same")}));
  EXPECT_EQ(compared.report.entries_that_ran, 300U);
  EXPECT_TRUE(compared.lines.empty());
}

TEST(CrontabComparison, ALineThatNeverRan) {
  const struct {
    std::string name;
    std::string text;
    std::uint64_t due;  ///< 0: nothing is said
  } cases[] = {
      {"each night", "0 1 * * * root x\n", 10},
      {"on Mondays", "0 1 * * 1 root x\n", 0},
      {"on three weekdays", "0 1 * * 1-3 root x\n", 6},
      {"on the tenth", "0 1 10 * * root x\n", 0},
      {"every hour", "@hourly root x\n", 240},
      {"in another month", "0 * * 4 * root x\n", 0},
      {"not logged", "-0 * * * * root x\n", 0},
      {"by chance", "~ * * * * root x\n", 0},
      {"in another zone", "CRON_TZ=UTC\n0 1 * * * root x\n", 0},
      {"at boots", "@reboot root x\n", 0},
      {"with a delay", "RANDOM_DELAY=600\n0 * * * * root x\n", 230},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto compared = compare_crontabs({{table_of("/etc/crontab", c.text)}}, kAll, whole());
    EXPECT_EQ(compared.lines.size(), c.due == 0 ? 0U : 1U);
    EXPECT_EQ(compared.lines.empty() ? 0 : compared.lines[0].due, c.due);
    EXPECT_EQ(compared.report.entries, 1U);
    EXPECT_EQ(compared.report.entries_not_judged.size(), c.due == 0 ? 1U : 0U);
  }
}

TEST(CrontabComparison, ALineIsDueOnlyWhereTheLogIsWholeAndTheCrontabInForce) {
  const auto due = [](const LoggedSchedule& log, Timestamp since) -> std::uint64_t {
    const auto compared =
        compare_crontabs({{table_of("/etc/crontab", "0 1 * * * root x\n", since)}}, kAll, log);
    return compared.lines.empty() ? 0 : compared.lines[0].due;
  };
  EXPECT_EQ(due(whole(), utc(2026, 1, 1)), 10U);
  EXPECT_EQ(due(whole(), utc(2026, 3, 7, 0, 0)), 5U);
  EXPECT_EQ(due(whole(), utc(2026, 3, 7, 0, 59)), 4U) << "cron had not read it yet";
  EXPECT_EQ(due(whole(), utc(2026, 3, 10)), 0U) << "twice says nothing";
  EXPECT_EQ(due(whole(), utc(2026, 4, 1)), 0U);
  LoggedSchedule log = whole();
  log.stretches = {{kStart, kStart + hours(24 * 3), minutes(0)},
                   {kStart + hours(24 * 6 + 2), kEnd, minutes(0)}};
  EXPECT_EQ(due(log, utc(2026, 1, 1)), 6U);
  log.stretches = {{kStart, kStart + minutes(30), minutes(0)}};
  EXPECT_EQ(due(log, utc(2026, 1, 1)), 0U);
  log = whole();
  log.stretches[0].utc_offset = minutes(120);
  const auto compared =
      compare_crontabs({{table_of("/etc/crontab", "0 1 * * * root x\n")}}, kAll, log);
  ASSERT_EQ(compared.lines.size(), 1U);
  EXPECT_EQ(compared.lines[0].first_due, utc(2026, 3, 2, 23)) << "1 o'clock is the host's own";
  log = whole();
  log.slack = hours(14);
  EXPECT_EQ(due(log, utc(2026, 3, 6, 12)), 4U);
}

TEST(CrontabComparison, EachTimeIsCountedHoweverMany) {
  LoggedSchedule log = whole();
  log.end = kStart + hours(24 * 100) + minutes(7);
  log.stretches = {{kStart + std::chrono::seconds(30), log.end, minutes(0)}};
  const auto compared = compare_crontabs(
      {{table_of("/etc/crontab", "* * * * * root x\n0-9,50 */2 * * * root y\n")}}, kAll, log);
  ASSERT_EQ(compared.lines.size(), 2U);
  // from 0:01 to what was due two minutes before the end
  EXPECT_EQ(compared.lines[0].due, 100U * 1440 - 1 + 5);
  EXPECT_EQ(compared.lines[0].first_due, kStart + minutes(1));
  EXPECT_EQ(compared.lines[0].last_due, log.end - minutes(3));
  EXPECT_EQ(compared.lines[1].due, 100U * 12 * 11 - 1 + 5);
  EXPECT_EQ(compared.lines[1].last_due, log.end - minutes(3));
}

TEST(CrontabComparison, LinesForBoots) {
  LoggedSchedule log = whole();
  log.boots = {utc(2026, 3, 3), utc(2026, 3, 5), utc(2026, 3, 7), utc(2026, 3, 9)};
  const auto lines = [&](Timestamp since) {
    return compare_crontabs({{table_of("/etc/crontab", "@reboot root x\n", since)}}, kAll, log)
        .lines.size();
  };
  EXPECT_EQ(lines(utc(2026, 1, 1)), 1U);
  EXPECT_EQ(lines(utc(2026, 3, 6)), 0U);
}

TEST(CrontabComparison, DebiansCronPassesOverATableWithAWrongLine) {
  const std::vector<CrontabTable> tables = {
      table_of("/etc/crontab", "0 1 * * * root x\nnonsense\n")};
  EXPECT_EQ(compare_crontabs(tables, kAll, whole()).lines.size(), 1U);
  EXPECT_TRUE(compare_crontabs(tables, {true, true, CronFamily::debian}, whole()).lines.empty());
}

}  // namespace
}  // namespace pidometer
