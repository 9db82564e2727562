#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer {
namespace {

using namespace test;

TEST(LogFaults, FaultsCostNoIntactRecord) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20);
  struct Case {
    const char* name;
    std::string bytes;
    std::vector<Pid> want;
    std::uint64_t other, unparsed;
    std::size_t warnings;
  };
  const Case cases[] = {
      {"clean", a + b, {10, 20}, 0, 0, 0},
      {"no final newline", a + b.substr(0, b.size() - 1), {10, 20}, 0, 0, 0},
      {"CRLF",
       a.substr(0, a.size() - 1) + "\r\n" + b.substr(0, b.size() - 1) + "\r\n",
       {10, 20},
       0,
       0,
       0},
      {"NULs before a line", a + std::string(5, '\0') + b, {10, 20}, 0, 0, 1},
      {"bytes above 127",
       a + line("Nov  2 06:00:01", 15, "caf\xE9 \xF0\x9F\x98\x80") + b,
       {10, 15, 20},
       0,
       0,
       0},
      {"torn first line", a.substr(11) + b, {20}, 0, 1, 1},
      {"torn last line", a + b.substr(0, b.size() - 4), {10, 20}, 0, 0, 1},
      {"cut within the PID", a + b.substr(0, 30), {10}, 0, 1, 1},
      {"other programs", a + "Nov  2 05:51:01 web01 sshd[9]: hello\n\n" + b, {10, 20}, 2, 0, 0},
      {"PID out of range", a + line("Nov  2 06:00:01", 5000000) + b, {10, 20}, 0, 1, 1},
      {"two lines run together", a.substr(0, 30) + b, {}, 0, 1, 1},
      {"NULs in a line", a.substr(0, a.size() - 3) + std::string(5000, '\0') + b, {}, 0, 1, 1},
      {"0xff in a line", a.substr(0, a.size() - 3) + std::string(500, '\xff') + b, {}, 0, 1, 1},
      {"control bytes in a line",
       a + line("Nov  2 06:00:01", 15, "\x01\x02\x03\x1b") + b,
       {10, 20},
       0,
       1,
       1},
      {"an escape in a line",
       a + line("Nov  2 06:00:01", 15, "\x1b[1m") + b,
       {10, 15, 20},
       0,
       0,
       0},
      {"junk", a + std::string(300000, 'x') + "\n" + b, {10, 20}, 0, 1, 1},
  };
  for (const Case& c : cases) {
    const MemoryLogFile file("/var/log/cron", c.bytes, utc(2026, 11, 3));
    const Read got = read({&file});
    ASSERT_EQ(got.series.size(), 1U) << c.name;
    EXPECT_EQ(pids(got.series[0]), c.want) << c.name;
    EXPECT_EQ(got.series[0].reports[0].other_lines, c.other) << c.name;
    EXPECT_EQ(got.series[0].reports[0].unparsed_lines, c.unparsed) << c.name;
    EXPECT_EQ(got.warnings.size(), c.warnings) << c.name;
    std::uint64_t lines = 0;  // NULs are a place where lines may be missing, and no line
    for (const UnreadSpan& span : got.series[0].unread) lines += span.lines;
    EXPECT_EQ(lines, c.unparsed) << c.name;
  }
}

// Several pieces of damage may hit a stretch of lines.
TEST(LogFaults, EachStretchNamesTheFirstDamageThatHitsIt) {
  const std::string a = line("Nov  2 05:50:01", 10);
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += a;
  const std::uint64_t n = a.size();
  MemoryLogFile file("/var/log/cron", bytes, utc(2026, 11, 3));
  file.damage(n + 2, n + 4, "first").damage(n + 8, 2 * n + 1, "second");  // lines 2 and 3
  file.damage(4 * n + 1, 4 * n + 2, "third").damage(4 * n + 3, 4 * n + 4, "fourth");
  file.damage(6 * n, 6 * n + 1, "fifth");
  const Read got = read({&file});
  std::vector<std::string> reasons;
  for (const Warning& warning : got.warnings) {
    const std::size_t begin = warning.message.find("evidence (");
    ASSERT_NE(begin, std::string::npos) << warning.message;
    const std::size_t word = begin + 10;
    reasons.push_back(warning.message.substr(word, warning.message.find(')', word) - word));
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"first", "third", "fifth"}));
}

// Lines may be missing there: no gap in the records is laid at anybody's door.
TEST(LogFaults, NulsBeforeALineAreAPlaceWhereLinesMayBeMissing) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20);
  const MemoryLogFile file("/var/log/cron", a + std::string(5, '\0') + b, utc(2026, 11, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.series[0].unread.size(), 1U);
  EXPECT_EQ(got.series[0].unread[0].range, (ByteRange{a.size(), a.size() + 5}));
  EXPECT_EQ(got.series[0].unread[0].lines, 0U);
}

TEST(LogFaults, AnEndThatIsNoTextIsDamage) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20);
  std::string noise;
  for (unsigned i = 0; i < 5000; ++i) noise += static_cast<char>(i * 2654435761U >> 24U);
  struct Case {
    const char* name;
    std::string end;
    std::uint64_t lost, nuls;
  };
  const Case cases[] = {
      {"nothing", "", 0, 0},
      {"a blank line", "\n\n", 0, 0},
      {"a short line", "x\n", 0, 0},
      {"a few NULs", std::string(15, '\0'), 0, 15},
      {"NULs", std::string(5372, '\0'), 5372, 5372},
      {"NULs and a line feed", std::string(300000, '\0') + "\n", 300001, 300000},
      {"NULs in the last line", b.substr(0, 30) + std::string(100000, '\0'), 100000, 100000},
      {"noise", noise, noise.size(), static_cast<std::uint64_t>(std::ranges::count(noise, '\0'))},
      {"other programs", "Nov  2 06:51:01 web01 sshd[9]: hello\n", 0, 0},
      {"KOI8-R",
       "Nov  2 06:51:01 web01 su[9]: \xd0\xd2\xc9\xd7\xc5\xd4 \xd0\xd2\xc9\xd7\xc5\xd4 "
       "\xd0\xd2\xc9\xd7\xc5\xd4\n",
       0, 0},
      {"Latin-1", "Nov  2 06:51:01 web01 sshd[9]: caf\xe9\n", 0, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const MemoryLogFile file("/var/log/cron", a + b + c.end, utc(2026, 11, 3));
    const Read got = read({&file});
    ASSERT_EQ(got.series.size(), 1U);
    const LogReport& report = got.series[0].reports[0];
    EXPECT_EQ(report.nul_bytes, c.nuls);
    EXPECT_EQ(report.unreadable_end, c.lost);
    ASSERT_EQ(report.damage.size(), c.lost > 0 ? 1U : 0U);
    if (c.lost == 0) continue;
    const std::uint64_t size = a.size() + b.size() + c.end.size();
    EXPECT_EQ(report.damage[0].range, (ByteRange{size - c.lost, size}));
    const auto told = std::ranges::count_if(got.warnings, [&](const Warning& warning) {
      return warning.kind == WarningKind::damaged_log &&
             warning.message.find(std::to_string(c.lost) + " bytes that are no text, " +
                                  std::to_string(c.nuls) + " of them NUL") != std::string::npos;
    });
    EXPECT_EQ(told, 1);
  }
}

TEST(LogFaults, NulsWithinALogAreCounted) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20);
  const MemoryLogFile file("/var/log/cron",
                           a + std::string(100, '\0') + b + b.substr(0, 40) +
                               std::string(90000, '\0') + "\n" + line("Nov  2 07:50:01", 30),
                           utc(2026, 11, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  EXPECT_EQ(got.series[0].reports[0].nul_bytes, 90100U);
  EXPECT_EQ(got.series[0].reports[0].unreadable_end, 0U);
  EXPECT_NE(got.warnings.back().message.find("90000 of its bytes are NUL"), std::string::npos);
}

TEST(LogFaults, ALineThatIsTooLongIsDamage) {
  const std::string a = line("Nov  2 05:50:01", 10);
  const std::string b = line("Nov  2 06:50:01", 20, std::string(70000, 'x').c_str());
  const MemoryLogFile file("/var/log/cron", a + b + line("Nov  2 07:50:01", 30), utc(2026, 11, 3));
  const Read got = read({&file});
  ASSERT_EQ(got.series.size(), 1U);
  const LogReport& report = got.series[0].reports[0];
  EXPECT_EQ(report.unparsed_lines, 1U);
  ASSERT_EQ(report.damage.size(), 1U);
  EXPECT_EQ(report.damage[0].range, (ByteRange{a.size(), a.size() + b.size()}));
}

}  // namespace
}  // namespace pidometer
