#include "plugin/cron_log/year_tracker.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using test::MemoryLogFile;
using test::utc;

std::string line_at(Timestamp time, int pid) {
  const char* const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  const auto two = [](auto value) {
    return std::string(value < 10 ? "0" : "") + std::to_string(value);
  };
  const auto number = static_cast<unsigned>(date.day());
  return std::string(months[static_cast<unsigned>(date.month()) - 1]) + (number < 10 ? "  " : " ") +
         std::to_string(number) + " " + two(clock.hours().count()) + ":" +
         two(clock.minutes().count()) + ":" + two(clock.seconds().count()) + " web01 CRON[" +
         std::to_string(pid) + "]: (root) CMD (/bin/job)\n";
}

/// A quiet log: a line an hour.
std::vector<std::string> hourly(Timestamp from, Timestamp to) {
  std::vector<std::string> lines;
  for (Timestamp time = from; time < to; time += hours(1))
    lines.push_back(line_at(time, 1000 + static_cast<int>(lines.size())));
  return lines;
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

struct Read {
  std::vector<StoredRecord> records;
  std::vector<Warning> warnings;
};

Read read(const std::vector<std::string>& lines, Timestamp modified, std::optional<int> year = {}) {
  const MemoryLogFile file("/var/log/cron", text_of(lines), modified);
  const LogFile* const files[] = {&file};
  LogSeriesOptions options;
  options.year = year;
  Read got;
  auto all = read_log_series(
      files, options, [&](Warning warning) { got.warnings.push_back(std::move(warning)); }, {});
  EXPECT_EQ(all.size(), 1U);
  if (!all.empty()) got.records = std::move(all[0].records);
  return got;
}

int year_of(Timestamp time) {
  return static_cast<int>(std::chrono::year_month_day(std::chrono::floor<days>(time)).year());
}

constexpr const char* kDecember = "Dec 25 12:00:00 web01 CRON[99]: (root) CMD (x)\n";
constexpr const char* kNovember = "Nov 20 12:00:00 web01 CRON[98]: (root) CMD (y)\n";
constexpr const char* kFebruary = "Feb 10 12:00:00 web01 CRON[99]: (root) CMD (x)\n";
constexpr const char* kJanuary = "Jan  1 00:10:01 web01 CRON[99]: (root) CMD (x)\n";
constexpr const char* kLeapDay = "Feb 29 12:00:00 web01 CRON[99]: (root) CMD (x)\n";
constexpr const char* kMay = "May 25 12:00:00 web01 CRON[99]: (root) CMD (x)\n";

TEST(YearTracker, ALineOutOfTheSequenceRedatesNoOther) {
  const std::vector<std::string> march = hourly(utc(2026, 3, 1), utc(2026, 4, 1));
  struct Case {
    const char* name;
    std::vector<std::string> strays;
    std::size_t at;  ///< in front of this line of March
    std::optional<int> year;
    std::vector<Timestamp> want;  ///< of the strays
  };
  const std::size_t end = march.size();
  const Case cases[] = {
      {"December", {kDecember}, 300, {}, {utc(2025, 12, 25, 12)}},
      {"February", {kFebruary}, 700, {}, {utc(2026, 2, 10, 12)}},
      {"January", {kJanuary}, 300, {}, {utc(2026, 1, 1, 0, 10, 1)}},
      {"a February 29 that the year has not", {kLeapDay}, 300, {}, {utc(2026, 3, 1, 12)}},
      {"a February 29 within a day of its place", {kLeapDay}, 20, {}, {utc(2026, 3, 1, 12)}},
      {"two dates in a row",
       {kDecember, kNovember},
       300,
       {},
       {utc(2025, 12, 25, 12), utc(2025, 11, 20, 12)}},
      {"behind the first line", {kDecember}, 1, {}, {utc(2025, 12, 25, 12)}},
      {"in front of the last", {kDecember}, end - 1, {}, {utc(2025, 12, 25, 12)}},
      {"the first line, later in the year", {kMay}, 0, {}, {utc(2026, 5, 25, 12)}},
      {"the last line, a year on", {kJanuary}, end, {}, {utc(2026, 1, 1, 0, 10, 1)}},
      {"the last line, months on", {kMay}, end, {}, {utc(2026, 5, 25, 12)}},
      {"the last line, the year given", {kJanuary}, end, 2001, {utc(2001, 1, 1, 0, 10, 1)}},
      {"the year given", {kDecember}, 300, 2001, {utc(2000, 12, 25, 12)}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::string> lines = march;
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(c.at), c.strays.begin(),
                 c.strays.end());
    const Read got = read(lines, utc(2026, 4, 1), c.year);
    ASSERT_EQ(got.records.size(), lines.size());
    std::vector<Timestamp> strays;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < got.records.size(); ++i) {
      if (i >= c.at && i < c.at + c.strays.size())
        strays.push_back(got.records[i].time);
      else
        wrong += year_of(got.records[i].time) == c.year.value_or(2026) ? 0 : 1;
    }
    EXPECT_EQ(strays, c.want);
    EXPECT_EQ(wrong, 0U);
    ASSERT_EQ(got.warnings.size(), 1U) << got.warnings.back().message;
    EXPECT_EQ(got.warnings[0].kind, WarningKind::year_uncertain);
    EXPECT_EQ(got.warnings[0].path, "/var/log/cron");
    EXPECT_EQ(got.warnings[0].line, c.at + 1);
    if (c.strays.size() == 2) {
      EXPECT_NE(got.warnings[0].message.find("lines 301 to 302 (2 records)"), std::string::npos)
          << got.warnings[0].message;
    }
  }
}

TEST(YearTracker, ABoundaryIsRealWhereTheLogStaysBehindIt) {
  struct Case {
    const char* name;
    std::vector<std::string> lines;
    Timestamp modified;
    std::vector<std::pair<std::size_t, int>> want;  ///< line from 0, its year
    std::size_t warnings;
  };
  const Case cases[] = {
      {"New Year", hourly(utc(2025, 12, 1), utc(2026, 1, 20)), utc(2026, 1, 20), {{0, 2025}}, 0},
      {"off for four months over New Year",
       joined(hourly(utc(2025, 10, 1), utc(2025, 11, 1)), hourly(utc(2026, 3, 1), utc(2026, 4, 1))),
       utc(2026, 4, 1),
       {{0, 2025}, {743, 2025}, {744, 2026}},
       0},
      {"a few lines after months, as the file's time says",
       joined(hourly(utc(2025, 10, 1), utc(2025, 11, 1)),
              hourly(utc(2026, 6, 10), utc(2026, 6, 10, 3))),
       utc(2026, 6, 10, 3),
       {{0, 2025}, {743, 2025}, {744, 2026}, {746, 2026}},
       0},
      {"off for eleven months, or set back",
       joined(hourly(utc(2025, 3, 15), utc(2025, 4, 15)), hourly(utc(2026, 3, 1), utc(2026, 4, 1))),
       utc(2026, 4, 1),
       {{0, 2025}, {743, 2025}, {744, 2026}},
       1},
      {"February 29 of a leap year",
       hourly(utc(2024, 2, 10), utc(2024, 3, 10)),
       utc(2024, 3, 10),
       {{0, 2024}, {600, 2024}},
       0},
      {"an excursion of some days in a row",
       joined(joined(hourly(utc(2026, 3, 1), utc(2026, 3, 10)),
                     hourly(utc(2026, 8, 1), utc(2026, 8, 5))),
              hourly(utc(2026, 3, 10, 2), utc(2026, 3, 20))),
       utc(2026, 3, 20),
       {{0, 2026}, {220, 2026}, {500, 2026}},
       1},
      {"the host was off where one line is misdated",
       joined(joined(hourly(utc(2026, 3, 1), utc(2026, 3, 15)), {kDecember}),
              hourly(utc(2026, 3, 20), utc(2026, 4, 1))),
       utc(2026, 4, 1),
       {{0, 2026}, {336, 2025}, {337, 2026}},
       1},
      {"yearly jobs",
       {line_at(utc(2024, 1, 1), 1), line_at(utc(2024, 7, 1), 2), line_at(utc(2025, 1, 1), 3),
        line_at(utc(2025, 7, 1), 4), line_at(utc(2026, 1, 1), 5)},
       utc(2026, 1, 1, 1),
       {{0, 2024}, {1, 2024}, {2, 2025}, {3, 2025}, {4, 2026}},
       0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Read got = read(c.lines, c.modified);
    ASSERT_EQ(got.records.size(), c.lines.size());
    for (const auto& [line, year] : c.want)
      EXPECT_EQ(year_of(got.records[line].time), year) << line;
    EXPECT_EQ(got.warnings.size(), c.warnings);
  }
}

TEST(YearTracker, StraysDoNotMixRotations) {
  std::vector<std::string> second = hourly(utc(2026, 2, 1), utc(2026, 3, 1));
  second.insert(second.begin() + 100, kMay);
  const MemoryLogFile older("/var/log/cron.1", text_of(second), utc(2026, 3, 1));
  const MemoryLogFile live("/var/log/cron", text_of(hourly(utc(2026, 3, 1), utc(2026, 4, 1))),
                           utc(2026, 4, 1));
  const LogFile* const files[] = {&live, &older};
  std::size_t warnings = 0;
  const auto all = read_log_series(files, {}, [&](const Warning&) { ++warnings; }, {});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(warnings, 1U);
  std::size_t back = 0;
  for (std::size_t i = 1; i < all[0].records.size(); ++i)
    back += all[0].records[i].time < all[0].records[i - 1].time ? 1 : 0;
  EXPECT_EQ(back, 1U);
}

TEST(YearTracker, LogsOutOfOrderAsAWholeAreNamed) {
  const std::vector<std::string> march = hourly(utc(2026, 3, 1), utc(2026, 3, 31));
  const std::vector<std::string> reversed(march.rbegin(), march.rend());
  std::vector<std::string> shuffled;
  for (std::size_t i = 0; i < march.size(); ++i)
    shuffled.push_back(march[i * 997 % march.size()]);  // a prime: each line once
  std::vector<std::string> stepped = march;
  for (std::size_t i = 100; i < 105; ++i) std::swap(stepped[i * 3], stepped[i * 3 + 2]);
  struct Case {
    const char* name;
    std::vector<std::string> lines;
    const char* want;
  };
  const Case cases[] = {
      {"in order", march, nullptr},
      {"a few steps", stepped, nullptr},
      {"reversed", reversed,
       "the lines stand newest first, times and PIDs run backwards throughout"},
      {"shuffled", shuffled, "of 720 lines stand before their predecessor: not in order of time"},
  };
  for (const Case& c : cases) {
    const Read got = read(c.lines, utc(2026, 3, 31));
    EXPECT_EQ(got.records.size(), march.size());
    std::size_t named = 0;
    for (const Warning& warning : got.warnings)
      if (c.want != nullptr && warning.message.find(c.want) != std::string::npos &&
          warning.kind == WarningKind::year_uncertain)
        ++named;
    EXPECT_EQ(named, c.want == nullptr ? 0U : 1U) << c.name;
    EXPECT_EQ(got.warnings.size(), named) << c.name << ": " << got.warnings.back().message;
  }
}

}  // namespace
}  // namespace pidometer
