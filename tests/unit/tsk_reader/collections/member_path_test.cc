#include "tsk_reader/file_system/archive/member_path.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

struct Case {
  std::string_view name;
  std::string_view want;
  bool backslashes = false;
};

TEST(MemberPath, Table) {
  using namespace std::string_view_literals;
  const Case cases[] = {
      {"var/log/cron", "var/log/cron"},
      {"./var/log/cron", "var/log/cron"},
      {"/var/log/cron", "var/log/cron"},
      {"//var//log/./cron/", "var/log/cron"},
      {"[root]/var/log/cron", "[root]/var/log/cron"},
      {"", ""},
      {".", ""},
      {"/", ""},
      {"../../etc/passwd", "etc/passwd"},
      {"a/../../../var/log/cron", "var/log/cron"},
      {"var/log/..", "var"},
      {"...", "..."},
      {"var\\log\\cron", "var\\log\\cron"},
      {"var\\log\\cron", "var/log/cron", true},
      {"..\\..\\var\\log\\cron", "var/log/cron", true},
      {"var/log\\cron", "var/log\\cron", true},
      {"\xff\xfe/cron", "\xff\xfe/cron"},
      // Velociraptor: uploads/<accessor>/ and escapes below it only.
      {"uploads/auto/var/log/cron", "uploads/auto/var/log/cron"},
      {"uploads/auto/var/log/%2Ehidden", "uploads/auto/var/log/.hidden"},
      {"uploads/file/%2Fvar%2Flog%2Fcron", "uploads/file/var/log/cron"},
      {"uploads/auto/C%3A/x", "uploads/auto/C:/x"},
      {"Collection-h/uploads/auto/var/log/cron%2D1", "Collection-h/uploads/auto/var/log/cron-1"},
      {"uploads/auto/%2E%2E/%2E%2E/etc/passwd", "uploads/auto/etc/passwd"},
      {"uploads/auto/a%00b%zz%2", "uploads/auto/a%00b%zz%2"},
      {"var/log/cron%2D1", "var/log/cron%2D1"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(member_path(one.name, one.backslashes), one.want) << one.name;
}

}  // namespace
}  // namespace pidometer
