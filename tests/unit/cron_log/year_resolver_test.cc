#include "plugin/cron_log/year_resolver.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::utc;

std::string line(const std::string& time, int pid) {
  return time + " web01 CROND[" + std::to_string(pid) + "]: (root) CMD (/bin/a)\n";
}

struct File {
  const char* path;
  std::string text;
  Timestamp modified;
};

struct Read {
  std::vector<LogSeries> all;
  std::vector<std::string> warnings;
};

Read read(const std::vector<File>& files, std::optional<int> year) {
  static std::deque<MemoryLogFile> kept;
  std::vector<const LogFile*> pointers;
  for (const File& file : files)
    pointers.push_back(&kept.emplace_back(file.path, file.text, file.modified));
  LogSeriesOptions options;
  options.year = year;
  Read got;
  got.all = read_log_series(pointers, options,
                            [&](const Warning& w) { got.warnings.push_back(w.message); }, {});
  EXPECT_EQ(got.all.size(), 1U);
  return got;
}

TEST(YearResolver, WordsNameTheYearsOfTheRows) {
  const Timestamp stamp = utc(2026, 1, 2);
  const std::string december =
      line("Dec 30 12:00:00", 1) + line("Dec 31 11:00:00", 2) + line("Dec 31 12:00:00", 3);
  const Read got = read(
      {{"/var/log/cron", december, stamp}, {"/var/log/syslog", line("Jan  1 00:00:01", 4), stamp}},
      2001);
  ASSERT_EQ(got.all[0].reports.size(), 2U);
  EXPECT_EQ(got.all[0].reports[0].last_record, utc(2000, 12, 31, 12));
  EXPECT_EQ(got.all[0].reports[0].year_basis,
            "last line 2000-12-31 (host's clock) by the year given");
  EXPECT_EQ(got.all[0].reports[1].last_record, utc(2001, 1, 1, 0, 0, 1));
  EXPECT_EQ(got.all[0].reports[1].year_basis,
            "last line 2001-01-01 (host's clock) by the year given, beside /var/log/cron");
  EXPECT_TRUE(got.warnings.empty());
}

TEST(YearResolver, LinesBeforeADatedOneKeepItsYearWhateverIsGiven) {
  const Timestamp stamp = utc(2026, 1, 2);
  const std::string mixed = line("Dec 20 12:00:00", 1) + line("2019-12-21T00:00:00Z", 2) +
                            line("Dec 30 12:00:00", 3) + line("Dec 31 12:00:00", 4);
  const Read got = read(
      {{"/var/log/cron", mixed, stamp}, {"/var/log/syslog", line("Jan  1 00:00:01", 5), stamp}},
      2020);
  std::vector<Timestamp> times;
  for (const StoredRecord& record : got.all[0].records) times.push_back(record.time);
  EXPECT_EQ(times,
            (std::vector<Timestamp>{utc(2019, 12, 20, 12), utc(2019, 12, 21), utc(2019, 12, 30, 12),
                                    utc(2019, 12, 31, 12), utc(2020, 1, 1, 0, 0, 1)}));
}

TEST(YearResolver, ACopyThatLostItsTimeIsNamed) {
  std::string daily;
  for (int day = 1; day <= 9; ++day)
    daily += line("Mar  " + std::to_string(day) + " 06:25:01", day);
  const std::string weekly = line("Feb  9 06:25:01", 1) + line("Feb 16 06:25:01", 2) +
                             line("Feb 23 06:25:01", 3) + line("Mar  2 06:25:01", 4) +
                             line("Mar  9 06:25:01", 5);
  const std::string set_back = daily + line("Mar  2 06:25:01", 50);
  const std::string dated = line("2026-03-01T00:00:00Z", 90) + daily;
  const Timestamp written = utc(2026, 3, 9, 6, 25, 1);
  const Timestamp later = utc(2026, 3, 12, 6, 25, 1);
  const Timestamp much_later = utc(2026, 6, 9, 6, 25, 1);
  struct Case {
    const char* name;
    std::vector<File> files;
    std::optional<int> year;
    std::vector<std::string> want;
  };
  const auto words = [](int days, const char* others = "") {
    return "modified " + std::to_string(days) + " days after its last line" + others +
           ": a copy that lost its time? --year names the year of the last line";
  };
  const Case cases[] = {
      {"its own time", {{"/var/log/cron", daily, written}}, {}, {}},
      {"two days", {{"/var/log/cron", daily, utc(2026, 3, 11, 6)}}, {}, {}},
      {"three days", {{"/var/log/cron", daily, later}}, {}, {words(3)}},
      {"three months", {{"/var/log/cron", daily, much_later}}, {}, {words(92)}},
      {"the year given", {{"/var/log/cron", daily, later}}, 2026, {}},
      {"a quiet host", {{"/var/log/cron", weekly, utc(2026, 3, 15)}}, {}, {}},
      {"not so quiet", {{"/var/log/cron", weekly, much_later}}, {}, {words(92)}},
      {"a clock set back", {{"/var/log/cron", set_back, utc(2026, 3, 10)}}, {}, {}},
      {"a rotation", {{"/var/log/cron.1", daily, much_later}}, {}, {}},
      {"a rotation with its time confirms the live log",
       {{"/var/log/cron", daily, later},
        {"/var/log/cron.1", line("Feb 28 06:25:01", 60), utc(2026, 2, 28, 7)}},
       {},
       {}},
      {"a rotation's name confirms it",
       {{"/var/log/cron", daily, later},
        {"/var/log/cron-20260301", line("Feb 28 06:25:01", 60), later}},
       {},
       {}},
      {"rotations copied with it do not",
       {{"/var/log/cron", daily, later}, {"/var/log/cron.1", line("Feb 20 06:25:01", 60), later}},
       {},
       {words(3)}},
      {"once a series",
       {{"/var/log/cron", daily, later}, {"/var/log/syslog", line("Mar  2 06:25:01", 60), later}},
       {},
       {words(10, " (and so 1 other log)")}},
      {"a line with its year", {{"/var/log/cron", dated, later}}, {}, {}},
  };
  for (const Case& c : cases) EXPECT_EQ(read(c.files, c.year).warnings, c.want) << c.name;
}

TEST(YearResolver, ALogWhoseEndIsDamagedIsNoCopyThatLostItsTime) {
  const std::string text = line("Mar  1 06:25:01", 1) + line("Mar  2 06:25:01", 2);
  for (const bool at_end : {true, false}) {
    std::string bytes = std::string(512, '\0') + "\n" + text;
    if (at_end) bytes = text + std::string(512, '\0');
    test::MemoryLogFile log("/var/log/cron", bytes, utc(2026, 6, 9));
    const std::size_t begin = at_end ? text.size() : 0;
    log.damage(begin, begin + 512);
    const LogFile* const files[] = {&log};
    bool doubted = false;
    read_log_series(files, {},
                    [&](const Warning& warning) {
                      doubted = doubted || warning.kind == WarningKind::year_uncertain;
                      EXPECT_EQ(warning.message.find("as a crash"), std::string::npos)
                          << warning.message;
                    },
                    {});
    EXPECT_EQ(doubted, !at_end);
  }
}

TEST(YearResolver, AYearThatTheLinesContradictIsNotExact) {
  const std::string text =
      line("Feb 28 12:00:00", 1) + line("Feb 29 12:00:00", 2) + line("Mar  1 12:00:00", 3);
  for (const int year : {2023, 2024, 2025}) {
    SCOPED_TRACE(year);
    const Read got = read({{"/var/log/cron", text, utc(2024, 3, 2)}}, year);
    ASSERT_EQ(got.all[0].reports.size(), 1U);
    const std::string certainty = got.all[0].reports[0].time_basis.certainty;
    if (year == 2024) {
      EXPECT_EQ(certainty.find("year_assumed"), std::string::npos) << certainty;
      EXPECT_TRUE(got.warnings.empty());
      continue;
    }
    EXPECT_EQ(certainty.find("year_assumed"), 0U) << certainty;
    ASSERT_EQ(got.warnings.size(), 1U);
    EXPECT_NE(got.warnings[0].find("the year given is wrong"), std::string::npos);
    EXPECT_NE(got.warnings[0].find(" 2024"), std::string::npos) << got.warnings[0];
  }
}

}  // namespace
}  // namespace pidometer
