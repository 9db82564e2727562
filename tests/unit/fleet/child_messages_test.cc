#include "fleet/child_messages.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

namespace pidometer {
namespace {

std::string message_of(const std::string& log, const std::string& summary = {}) {
  const std::string name = testing::TempDir() + "child_messages_test.log";
  std::ofstream(name, std::ios::binary) << log;
  const std::string other = testing::TempDir() + "child_messages_test.json";
  std::ofstream(other, std::ios::binary) << summary;
  return first_message(name, other);
}

TEST(ChildMessages, AreTheFirstErrorAndTheFirstWarning) {
  EXPECT_EQ(
      message_of("warning: a\nwarning: b\nerror: c\nreason: d\nhelp: e\nerror: f\nreason: g\n"),
      "c: d; a");
  EXPECT_EQ(message_of("error: c\nhelp: e\nreason: x\n"), "c");
  EXPECT_EQ(message_of("1 volume, 1 log\nwarning: a"), "a");
  EXPECT_EQ(message_of(""), "");
  EXPECT_LE(message_of("error: " + std::string(100000, 'x') + "\n").size(), 1000U);
  EXPECT_EQ(first_message(testing::TempDir() + "none/none", ""), "");
}

TEST(ChildMessages, PreferTheWarningOfALoss) {
  const std::string log = "warning: a.gz: line 136: not read\nwarning: a.gz: from byte 9: lost\n";
  const std::string line = R"({"kind": "unparsed_line", "message": "not read"})";
  const std::string loss = R"({"kind": "damaged_log", "message": "lost"})";
  const auto listed = [](const std::string& all) { return "{\"warnings\": [" + all + "]}"; };
  EXPECT_EQ(message_of(log, listed(line + ", " + loss)), "a.gz: from byte 9: lost");
  EXPECT_EQ(message_of(log, listed(line)), "a.gz: line 136: not read");
  EXPECT_EQ(message_of("", listed(loss)), "lost");
  for (const char* odd : {"", "{", "[]", R"({"warnings": 1})", R"({"warnings": [1, {"kind": 2}]})"})
    EXPECT_EQ(message_of(log, odd), "a.gz: line 136: not read") << odd;
}

TEST(ChildMessages, SayHowItEnded) {
  EXPECT_EQ(end_words({1, 0}, "a"), "a");
  EXPECT_EQ(end_words({126, 0}, ""), "its process ended with status 126");
  EXPECT_EQ(end_words({std::nullopt, SIGSEGV}, ""), "its process was ended by signal 11 (SIGSEGV)");
  EXPECT_EQ(end_words({std::nullopt, SIGKILL}, "a"),
            "its process was ended by signal 9 (SIGKILL); the machine may have run out of memory; "
            "before that: a");
}

}  // namespace
}  // namespace pidometer
