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
      {"/var/log/cron\n1", "var/log/cron\n1"},
  };
  for (const Case& c : cases) EXPECT_EQ(safe_path(c.path).string(), c.want) << c.path;
}

TEST(SafeName, IsOneComponent) {
  EXPECT_EQ(safe_name("p2"), "p2");
  EXPECT_EQ(safe_name("lvm-a/../b"), "lvm-a_.._b");
  EXPECT_EQ(safe_name(""), "_");
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
