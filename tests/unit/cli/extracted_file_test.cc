#include "cli/extracted_file.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

TEST(SafePath, NeverLeadsOutOfItsFolder) {
  struct Case {
    std::string path;
    const char* want;
  };
  const Case cases[] = {
      {"/var/log/cron", "var/log/cron"},
      {"//var///log/cron", "var/log/cron"},
      {"/var/log/../../etc/passwd", "var/log/___/___/etc/passwd"},
      {"/var/./log", "var/__/log"},
      {std::string("/var/a\0b", 8), "var/a_b"},
      {"", ""},
      {"/", ""},
      {"..", "___"},
      {"/var/log/cron\n1", "var/log/cron%0A1"},
      {"/var/\x1b[2J/cron", "var/%1B[2J/cron"},
  };
  for (const Case& c : cases) EXPECT_EQ(safe_path(c.path).string(), c.want) << c.path;
}

TEST(SafeName, IsOneComponent) {
  EXPECT_EQ(safe_name("p2"), "p2");
  EXPECT_EQ(safe_name("lvm-a/../b"), "lvm-a_.._b");
  EXPECT_EQ(safe_name(""), "_");
}

TEST(SafeName, HoldsNothingThatATerminalObeys) {
  EXPECT_EQ(safe_name("a\x1b]0;t\x07\t\x7f"), "a%1B]0;t%07%09%7F");
  EXPECT_EQ(safe_name("\xc2\x9b"
                      "31m"),
            "%C2%9B31m")
      << "CSI of ISO 6429 as UTF-8";
  EXPECT_EQ(safe_name("a\xe2\x80\xae"
                      "b"),
            "a%E2%80%AEb")
      << "right-to-left override";
  EXPECT_EQ(safe_name("caf\xe9"), "caf%E9") << "no UTF-8";
  EXPECT_EQ(safe_name("caf\xc3\xa9 a\\b"), "caf\xc3\xa9 a\\b");
  // different names stay different
  EXPECT_EQ(safe_name("a%1Bb"), "a%251Bb");
  EXPECT_EQ(safe_name("100%"), "100%");
  EXPECT_EQ(safe_name("a%25"), "a%2525");
}

TEST(SafeNames, GivesEachNameAFolderOfItsOwn) {
  SafeNames names;
  EXPECT_EQ(names.of("p1:@/var"), "p1:@_var");
  EXPECT_EQ(names.of("p1:@_var"), "p1:@_var-2");
  EXPECT_EQ(names.of("p1:@_var-2"), "p1:@_var-2-2");
  EXPECT_EQ(names.of("p1:@/var"), "p1:@_var");
  EXPECT_EQ(names.of("p1:@_var"), "p1:@_var-2");
}

TEST(SumLine, EscapesAsCoreutilsDoes) {
  EXPECT_EQ(sum_line("ab", "p2/var/log/cron"), "ab  p2/var/log/cron\n");
  EXPECT_EQ(sum_line("ab", "a\nb\\c"), "\\ab  a\\nb\\\\c\n");
}

}  // namespace
}  // namespace pidometer
