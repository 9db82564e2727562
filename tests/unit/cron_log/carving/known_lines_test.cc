#include "plugin/cron_log/carving/known_lines.h"

#include <gtest/gtest.h>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

constexpr const char* kLine = "Nov  2 05:50:01 web01 CROND[812]: (root) CMD (/bin/a)";

TEST(KnownLines, KnowsTheCronLinesOfALogAndNoOthers) {
  const test::MemoryLogFile log("/var/log/syslog", std::string(kLine) +
                                                       "\r\nNov  2 05:50:02 web01 sshd[9]: hello\n"
                                                       "root (11/08-08:50:00-2441) CMD (x)\n");
  KnownLines known;
  EXPECT_TRUE(known.add_log(log, [](std::uint64_t) { return true; }).value());
  EXPECT_TRUE(known.contains(kLine));
  EXPECT_TRUE(known.contains("root (11/08-08:50:00-2441) CMD (x)"));
  EXPECT_FALSE(known.contains("Nov  2 05:50:02 web01 sshd[9]: hello"));
  EXPECT_FALSE(known.contains("Nov  2 05:50:01 web01 CROND[812]: (root) CMD (/bin/b)"));
}

TEST(KnownLines, KnowsALineByItsStartWherePidIsWhole) {
  KnownLines known;
  known.add(kLine);
  EXPECT_TRUE(known.contains_start("Nov  2 05:50:01 web01 CROND[812]: (ro"));
  EXPECT_FALSE(known.contains_start("Nov  2 05:50:01 web01 CROND[81"));
  EXPECT_FALSE(known.contains_start("Nov  2 05:50:01 web01 CROND[813]: (ro"));
}

}  // namespace
}  // namespace pidometer
