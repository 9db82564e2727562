#include "plugin/cron_log/rotation.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

TEST(Rotation, NamesTellFamilyAndPlace) {
  struct Case {
    const char* path;
    const char* family;
    std::uint32_t number, date;
  };
  const Case cases[] = {
      {"/var/log/cron", "cron", 0, 0},
      {"/var/log/cron.1", "cron", 2, 0},
      {"cron.0.bz2", "cron", 1, 0},
      {"/var/log/cron.log.2.gz", "cron.log", 3, 0},
      {"/var/log/cron-20261102.xz", "cron", 0, 20261102},
      {"/var/log/cron-20261102", "cron", 0, 20261102},
      {"/var/log/syslog.1.gz.text", "syslog", 2, 0},
      {"/var/log/cron-20261399", "cron-20261399", 0, 0},
      {"/var/log/web-1", "web-1", 0, 0},
      {".1", ".1", 0, 0},
  };
  for (const Case& c : cases) {
    const Rotation got = parse_rotation(c.path);
    EXPECT_EQ(got.family, c.family) << c.path;
    EXPECT_EQ(got.number, c.number) << c.path;
    EXPECT_EQ(got.date, c.date) << c.path;
  }
}

TEST(Rotation, TheLiveLogIsTheNewest) {
  const char* const newest_first[] = {"cron", "cron.1", "cron.2.gz", "cron.10"};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      EXPECT_EQ(is_newer(parse_rotation(newest_first[i]), parse_rotation(newest_first[j])), i < j);
  EXPECT_TRUE(is_newer(parse_rotation("cron-20261102"), parse_rotation("cron-20261026.gz")));
  EXPECT_TRUE(is_newer(parse_rotation("cron"), parse_rotation("cron-20261102")));
}

}  // namespace
}  // namespace pidometer
