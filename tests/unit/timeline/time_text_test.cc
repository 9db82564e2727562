#include "plugin/timeline/time_text.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

Timestamp at(std::int64_t seconds, std::int64_t microseconds = 0) {
  return Timestamp(std::chrono::microseconds(seconds * 1000000 + microseconds));
}

TEST(Iso8601, HasMicrosecondsAndOffset) {
  EXPECT_EQ(iso8601(at(973695000)), "2000-11-08T14:50:00.000000+00:00");
  EXPECT_EQ(iso8601(at(0, 1)), "1970-01-01T00:00:00.000001+00:00");
  EXPECT_EQ(iso8601(at(0, -1)), "1969-12-31T23:59:59.999999+00:00");
  EXPECT_EQ(iso8601(at(951827696, 123456)), "2000-02-29T12:34:56.123456+00:00");
}

TEST(PosixMicroseconds, IsTheSameInstant) {
  EXPECT_EQ(posix_microseconds(at(973695000, 5)), 973695000000005);
}

struct WindowCase {
  const char* name;
  std::int64_t begin, end;
  int offset, end_offset;
  const char* certainty;
  const char* want;
};

constexpr WindowCase kWindows[] = {
    {"local", 973695000, 973695600, -360, -360, "year_inferred",
     "between 2000-11-08 08:50:00 and 09:00:00 (-06:00) = 14:50:00 to 15:00:00 UTC"},
    {"another_day_in_utc", 973663260, 973663800, 330, 330, "exact",
     "between 2000-11-08 11:31:00 and 11:40:00 (+05:30) = 06:01:00 to 06:10:00 UTC"},
    {"utc_is_the_day_before", 973641600, 973642200, 60, 60, "exact",
     "between 2000-11-08 01:00:00 and 01:10:00 (+01:00) = 00:00:00 to 00:10:00 UTC"},
    {"both_dates_change", 973640400, 973641900, 60, 60, "exact",
     "between 2000-11-08 00:40:00 and 01:05:00 (+01:00) = 2000-11-07 23:40:00 to 2000-11-08 "
     "00:05:00 UTC"},
    {"over_midnight", 973641300, 973641900, 0, 0, "exact",
     "between 2000-11-07 23:55:00 and 2000-11-08 00:05:00 (UTC)"},
    {"assumed", 973695000, 973695600, 0, 0, "zone_assumed_utc",
     "between 2000-11-08 14:50:00 and 15:00:00 (UTC by assumption)"},
    {"daylight_saving_ends", 972780900, 972782100, 120, 60, "zone_inferred",
     "between 2000-10-29 02:55:00 (+02:00) and 02:15:00 (+01:00) = 00:55:00 to 01:15:00 UTC"},
};

TEST(WindowWords, SaysLocalTimeAndUtc) {
  for (const WindowCase& c : kWindows) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(window_words({at(c.begin), at(c.end)}, c.offset, c.end_offset, {c.certainty, ""}),
              c.want);
  }
}

TEST(InstantWords, SaysLocalTimeAndUtc) {
  EXPECT_EQ(instant_words(at(973695000), -360, {"exact", ""}),
            "at 2000-11-08 08:50:00 (-06:00) = 14:50:00 UTC");
  EXPECT_EQ(instant_words(at(973640400, 250000), 60, {"exact", ""}),
            "at 2000-11-08 00:40:00.250000 (+01:00) = 2000-11-07 23:40:00.250000 UTC");
  EXPECT_EQ(instant_words(at(973695000), 0, {"year_and_zone_assumed_utc", ""}),
            "at 2000-11-08 14:50:00 (UTC by assumption)");
}

}  // namespace
}  // namespace pidometer
