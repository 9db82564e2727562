#include "base/journal_entry.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pidometer {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

JournalEntry entry_of(const Fields& fields) {
  JournalEntry entry;
  entry.offset = 17;
  for (const auto& [name, value] : fields) journal_field(entry, name, value);
  return entry;
}

TEST(JournalEntry, LinesHoldTimeHostProgramPidAndPlace) {
  const std::string id(32, 'a');
  EXPECT_EQ(journal_line(entry_of({{"__CURSOR", "s=" + id + ";i=1b2e;b=" + id + ";m=1;t=2;x=3"},
                                   {"__REALTIME_TIMESTAMP", "1772368217500900"},
                                   {"_SOURCE_REALTIME_TIMESTAMP", "1772368217500000"},
                                   {"PRIORITY", "6"},
                                   {"SYSLOG_FACILITY", "9"},
                                   {"SYSLOG_IDENTIFIER", "CRON"},
                                   {"_COMM", "cron"},
                                   {"_PID", "2201"},
                                   {"_HOSTNAME", "web-1"},
                                   {"MESSAGE", "(root) CMD (true)"},
                                   {"MESSAGE", "a second one"}})),
            "<78>1 2026-03-01T12:30:17.500000Z web-1 CRON 2201 - [journal at=\"17\" cursor=\"s=" +
                id + ";i=1b2e;b=" + id + "\"] (root) CMD (true)");
  EXPECT_EQ(journal_line(entry_of({{"__REALTIME_TIMESTAMP", "0"}, {"_PID", "x"}})),
            "<14>1 1970-01-01T00:00:00.000000Z - - - - [journal at=\"17\"] ");
  EXPECT_EQ(journal_line(entry_of({{"__REALTIME_TIMESTAMP", "253402300800000000"}})), "");
  EXPECT_EQ(journal_line(entry_of({{"MESSAGE", "no time"}})), "");
}

TEST(JournalEntry, ThePidIsTheProgramsOwn) {
  struct Case {
    const char* name;
    Fields fields;
    std::optional<Pid> want;
  };
  const Case cases[] = {
      {"both", {{"_PID", "5"}, {"SYSLOG_PID", "5"}}, 5U},
      {"native", {{"_PID", "5"}, {"SYSLOG_IDENTIFIER", "x"}}, 5U},
      {"kernel", {{"SYSLOG_IDENTIFIER", "kernel"}}, std::nullopt},
      {"a container's number",
       {{"_PID", "9005"}, {"SYSLOG_PID", "5"}, {"SYSLOG_IDENTIFIER", "CRON"}, {"_COMM", "cron"}},
       9005U},
      {"an old tag",
       {{"_PID", "6"},
        {"SYSLOG_PID", "5"},
        {"SYSLOG_IDENTIFIER", "/USR/SBIN/CRON"},
        {"_COMM", "cron"}},
       6U},
      {"passed on by a syslog daemon",
       {{"_PID", "400"}, {"SYSLOG_PID", "5"}, {"SYSLOG_IDENTIFIER", "CRON"}, {"_COMM", "rsyslogd"}},
       5U},
      {"sender gone before it was looked at",
       {{"_PID", "6"}, {"SYSLOG_PID", "5"}, {"SYSLOG_IDENTIFIER", "CRON"}},
       5U},
      {"no PID", {{"SYSLOG_PID", "0"}, {"_PID", "99999999"}}, std::nullopt},
  };
  for (const Case& c : cases) EXPECT_EQ(journal_pid(entry_of(c.fields)), c.want) << c.name;
  const std::string line = journal_line(entry_of({{"__REALTIME_TIMESTAMP", "1"},
                                                  {"_PID", "400"},
                                                  {"SYSLOG_PID", "5"},
                                                  {"SYSLOG_IDENTIFIER", "CRON"},
                                                  {"_COMM", "logger"}}));
  EXPECT_NE(line.find(" CRON 5 - [journal at=\"17\" sender=\"400\"] "), std::string::npos) << line;
}

}  // namespace
}  // namespace pidometer
