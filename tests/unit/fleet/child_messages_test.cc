#include "fleet/child_messages.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

namespace pidometer {
namespace {

std::string message_of(const std::string& log, const std::string& loss = {}) {
  const std::string name = testing::TempDir() + "child_messages_test.log";
  std::ofstream(name, std::ios::binary) << log;
  return first_message(name, loss);
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
  EXPECT_EQ(message_of(log, "lost"), "a.gz: from byte 9: lost");
  EXPECT_EQ(message_of(log), "a.gz: line 136: not read");
  EXPECT_EQ(message_of("", "lost"), "lost");
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
