#include <gtest/gtest.h>

#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer {
namespace {

using test::line;
using test::MemoryLogFile;
using test::pids;
using test::read;
using test::Read;
using test::utc;

const std::string kText = line("Mar  1 06:25:01", 10) + "Mar  1 06:26:00 web01 sshd[1]: x\n" +
                          line("Mar  2 06:25:01", 20) + line("Mar  3 06:25:01", 30);

TEST(IdenticalLogs, ACopyWithATimeOfItsOwnIsNotCounted) {
  const MemoryLogFile log("/var/log/syslog", kText, utc(2024, 3, 3, 12));
  for (const char* name : {"/var/log/syslog.bak", "/var/log/syslog.old", "/var/log/syslog_1"}) {
    const MemoryLogFile copy(name, kText, utc(2026, 11, 3));
    const Read got = read({&copy, &log});
    ASSERT_EQ(got.series.size(), 1U);
    EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 20, 30}));
    EXPECT_EQ(got.series[0].records[0].time, utc(2024, 3, 1, 6, 25, 1));
    ASSERT_EQ(got.series[0].reports.size(), 2U);
    EXPECT_EQ(got.series[0].reports[1].duplicate_lines, 3U);
    EXPECT_EQ(got.series[0].reports[1].last_record, utc(2024, 3, 3, 6, 25, 1));
    ASSERT_EQ(got.warnings.size(), 1U);
    EXPECT_EQ(got.warnings[0].kind, WarningKind::duplicate_input);
    EXPECT_EQ(got.warnings[0].path, name);
    EXPECT_NE(got.warnings[0].message.find("/var/log/syslog,"), std::string::npos);
  }
}

TEST(IdenticalLogs, ALogThatDiffersInOneLineIsNone) {
  const MemoryLogFile log("/var/log/syslog", kText, utc(2024, 3, 3, 12));
  const MemoryLogFile other("/var/log/syslog.bak",
                            kText.substr(0, kText.size() - line("Mar  3 06:25:01", 30).size()) +
                                line("Mar  3 06:25:01", 31),
                            utc(2026, 3, 3, 12));
  const Read got = read({&log, &other});
  EXPECT_EQ(pids(got.series[0]), (std::vector<Pid>{10, 20, 30, 10, 20, 31}));
}

TEST(IdenticalLogs, DamageThatIsToldLateLeavesNoRecord) {
  // More than the reader takes at once, so that lines are made before the checksum is met.
  std::string text;
  for (Pid pid = 1; pid <= 9000; ++pid) text += line("Mar  1 06:25:01", pid);
  MemoryLogFile log("/var/log/cron.1", text, utc(2024, 3, 3));
  log.damage(0, text.size(), "gzip checksum does not match").tells_damage_at_its_end();
  const Read got = read({&log});
  EXPECT_TRUE(got.series[0].records.empty());
  EXPECT_EQ(got.series[0].reports[0].unparsed_lines, 9000U);
  ASSERT_EQ(got.warnings.size(), 1U);
  EXPECT_EQ(got.warnings[0].message,
            "all lines of the log, 9000, are doubtful and left out (gzip checksum does not match)");
}

}  // namespace
}  // namespace pidometer
