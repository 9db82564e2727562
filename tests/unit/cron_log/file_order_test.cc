#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

// Files that somebody turned round, joined in the wrong order, or gave twice in one.
namespace pidometer {
namespace {

using test::MemoryLogFile;

enum class Stamp { rfc3339, rfc3164, new_year };

// Every ten minutes of two days, four PIDs apart.
std::vector<std::string> host_lines(Stamp stamp) {
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::vector<std::string> lines;
  const std::chrono::sys_days start = stamp == Stamp::new_year
                                          ? std::chrono::sys_days{std::chrono::December / 31 / 2024}
                                          : std::chrono::sys_days{std::chrono::March / 4 / 2024};
  for (int k = 0; k < 288; ++k) {
    const auto time = start + std::chrono::minutes(10 * k);
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time - day).count();
    char text[64];
    if (stamp == Stamp::rfc3339)
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:01+00:00",
                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), static_cast<int>(minutes / 60),
                    static_cast<int>(minutes % 60));
    else
      std::snprintf(text, sizeof text, "%s %2u %02d:%02d:01",
                    kMonths[static_cast<unsigned>(date.month()) - 1],
                    static_cast<unsigned>(date.day()), static_cast<int>(minutes / 60),
                    static_cast<int>(minutes % 60));
    lines.push_back(test::line(text, static_cast<Pid>(1000 + 4 * k)));
  }
  return lines;
}

using Lines = std::vector<std::string>;

std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

Lines part(const Lines& lines, std::size_t begin, std::size_t end) {
  return {lines.begin() + static_cast<std::ptrdiff_t>(begin),
          lines.begin() + static_cast<std::ptrdiff_t>(end)};
}

Lines operator+(Lines a, const Lines& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

test::Read read_text(const std::string& text) {
  MemoryLogFile file("/var/log/cron", text);
  LogSeriesOptions options;
  options.year = 2024;
  return test::read({&file}, options);
}

TEST(FileOrder, a_file_that_is_not_in_order_is_read_in_order) {
  for (const Stamp stamp : {Stamp::rfc3339, Stamp::rfc3164, Stamp::new_year}) {
    const Lines all = host_lines(stamp);
    Lines turned = all;
    std::reverse(turned.begin(), turned.end());
    const std::size_t n = all.size();
    struct Case {
      std::string name;
      Lines lines;
      std::size_t warnings;
    };
    const std::vector<Case> cases = {
        {"in order", all, 0},
        {"newest first", turned, 1},
        {"newest first, twice", turned + turned, 2},
        {"twice", all + all, 1},
        {"three times", all + all + all, 1},
        {"the newer half first", part(all, 150, n) + part(all, 0, 150), 1},
        {"three parts, the newest first",
         part(all, 200, n) + part(all, 100, 200) + part(all, 0, 100), 1},
        {"a part, and then all", part(all, 0, 100) + all, 1},
        {"the newer part, and then all", part(all, 100, n) + all, 1},
        {"parts that overlap", part(all, 0, 200) + part(all, 100, n), 1},
    };
    std::vector<Timestamp> times;
    for (const Case& c : cases) {
      SCOPED_TRACE(c.name + ", form " + std::to_string(static_cast<int>(stamp)));
      const std::string text = text_of(c.lines);
      const test::Read read = read_text(text);
      ASSERT_EQ(read.series.size(), 1U);
      const LogSeries& series = read.series[0];
      ASSERT_EQ(series.records.size(), n);
      std::vector<Timestamp> got;
      for (std::size_t i = 0; i < n; ++i) {
        const StoredRecord& record = series.records[i];
        EXPECT_EQ(record.pid, 1000 + 4 * i);
        got.push_back(record.time);
        // offset and line are those of the file
        EXPECT_EQ(text.compare(record.offset, all[i].size(), all[i]), 0);
        EXPECT_EQ(c.lines[record.line - 1], all[i]);
      }
      if (times.empty()) times = got;
      EXPECT_EQ(got, times);
      EXPECT_EQ(series.reports[0].reordered, c.warnings > 0);
      EXPECT_EQ(series.reports[0].duplicate_lines, c.lines.size() - n);
      std::size_t said = 0;
      for (const Warning& warning : read.warnings) {
        EXPECT_EQ(warning.path, "/var/log/cron");
        said += warning.message.find("read from its end") != std::string::npos ||
                        warning.message.find("counted once") != std::string::npos ||
                        warning.message.find("read in that order") != std::string::npos
                    ? 1
                    : 0;
      }
      EXPECT_EQ(said, c.warnings > 0 ? 1U : 0U);
    }
  }
}

// A clock that was set, a boot that took it elsewhere, single lines that stand elsewhere: these are
// what a log tells.
TEST(FileOrder, what_a_log_tells_of_its_host_is_left_as_it_is) {
  const Lines all = host_lines(Stamp::rfc3339);
  const std::size_t n = all.size();
  const auto shifted = [](int hours, Pid pid) {
    Lines lines;
    for (int k = 0; k < 100; ++k) {
      char text[64];
      const int minutes = 60 * hours + 10 * k;
      std::snprintf(text, sizeof text, "2024-03-%02dT%02d:%02d:01+00:00", 1 + minutes / 1440,
                    minutes / 60 % 24, minutes % 60);
      lines.push_back(test::line(text, pid + static_cast<Pid>(4 * k)));
    }
    return lines;
  };
  Lines swapped = all;
  std::swap(swapped[50], swapped[150]);
  Lines zigzag = all;
  for (std::size_t i = 0; i + 30 < n; i += 30)
    std::rotate(zigzag.begin() + static_cast<std::ptrdiff_t>(i),
                zigzag.begin() + static_cast<std::ptrdiff_t>(i + 15),
                zigzag.begin() + static_cast<std::ptrdiff_t>(i + 30));
  const std::vector<std::pair<std::string, Lines>> cases = {
      {"the clock was set back by a day, and stayed there", all + shifted(5 * 24 - 20, 2200)},
      {"set back to before the log", all + shifted(0, 2200)},
      {"the host was booted with another date", all + shifted(24, 400)},
      {"two lines in exchanged places", swapped},
      {"a screen of lines repeated", part(all, 0, 150) + part(all, 100, 150) + part(all, 150, n)},
      {"out of order throughout", zigzag},
  };
  for (const auto& [name, lines] : cases) {
    SCOPED_TRACE(name);
    const test::Read read = read_text(text_of(lines));
    ASSERT_EQ(read.series.size(), 1U);
    ASSERT_EQ(read.series[0].records.size(), lines.size());
    EXPECT_FALSE(read.series[0].reports[0].reordered);
    for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(read.series[0].records[i].line, i + 1);
  }
}

// A line whose bytes are damaged lies between the records that it stood between.
TEST(FileOrder, what_is_lost_stays_where_it_was) {
  Lines lines = host_lines(Stamp::rfc3339);
  const std::string lost = lines[100];
  const auto read_damaged = [&] {
    const std::string text = text_of(lines);
    MemoryLogFile file("/var/log/cron", text);
    const std::uint64_t at = text.find(lost);
    file.damage(at + 5, at + 10);
    return test::read({&file});
  };
  const test::Read in_order = read_damaged();
  std::reverse(lines.begin(), lines.end());
  const test::Read turned = read_damaged();
  ASSERT_EQ(in_order.series[0].unread.size(), 1U);
  ASSERT_EQ(turned.series[0].unread.size(), 1U);
  EXPECT_TRUE(turned.series[0].reports[0].reordered);
  EXPECT_EQ(turned.series[0].unread[0].after, in_order.series[0].unread[0].after);
  EXPECT_EQ(turned.series[0].unread[0].before, in_order.series[0].unread[0].before);
}

}  // namespace
}  // namespace pidometer
