#include "cli/time_argument.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

std::int64_t microseconds_of(const std::string& text, const TimeZone& zone = TimeZone()) {
  const Result<Timestamp> time = parse_time(text, zone);
  EXPECT_TRUE(time) << text;
  return time ? time->time_since_epoch().count() : -1;
}

TEST(ParseTime, ReadsIso8601) {
  struct Case {
    const char* text;
    std::int64_t want;  // microseconds UTC
  };
  const Case cases[] = {
      {"1970-01-01", 0},
      {"1970-01-01T00:01", 60'000'000},
      {"1970-01-01 00:00:01", 1'000'000},
      {"1970-01-01T00:00:01.5", 1'500'000},
      {"1970-01-01T00:00:01.1234567", 1'123'456},
      {"2000-11-08T14:50:00Z", 973'695'000'000'000},
      {"2000-11-08T08:50:00-06:00", 973'695'000'000'000},
      {"2000-11-08T08:50:00-0600", 973'695'000'000'000},
      {"2000-11-08T08:50:00-06", 973'695'000'000'000},
      {"2000-11-08T20:20:00+05:30", 973'695'000'000'000},
      {"2024-02-29", 1'709'164'800'000'000},
  };
  for (const Case& c : cases) EXPECT_EQ(microseconds_of(c.text), c.want) << c.text;
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2000", "2000-13-01", "2023-02-29", "2000-11-08T", "2000-11-08T25:00",
        "2000-11-08T08", "2000-11-08T08:60", "2000-11-08T08:50:00.", "2000-11-08T08:50:00X",
        "2000-11-08T08:50:00+25:00", "2000-11-08T08:50:00+06:00x", "-200-11-08", "2000-1-8"}) {
    const Result<Timestamp> time = parse_time(text, TimeZone());
    EXPECT_FALSE(time) << text;
    if (!time) {
      EXPECT_EQ(time.error().kind, ErrorKind::usage);
    }
  }
}

TEST(ParseTime, TakesTheZoneOnlyWhereTheTextHasNone) {
  const Result<TimeZone> berlin = find_time_zone("Europe/Berlin");
  ASSERT_TRUE(berlin) << berlin.error().reason;
  EXPECT_EQ(microseconds_of("2026-07-01T12:00:00", *berlin),
            microseconds_of("2026-07-01T10:00:00Z"));
  EXPECT_EQ(microseconds_of("2026-07-01T12:00:00Z", *berlin),
            microseconds_of("2026-07-01T12:00:00Z"));
  // 02:30 happens twice that night: the earlier one.
  EXPECT_EQ(microseconds_of("2026-10-25T02:30:00", *berlin),
            microseconds_of("2026-10-25T00:30:00Z"));
}

TEST(FindTimeZone, KnowsNamesAndOffsets) {
  struct Case {
    const char* name;
    int want;  // seconds east of UTC in November 2000
  };
  for (const Case& c : {Case{"UTC", 0}, Case{"America/Chicago", -21600}, Case{"+05:30", 19800},
                        Case{"-0600", -21600}, Case{"+02", 7200}}) {
    const Result<TimeZone> zone = find_time_zone(c.name);
    ASSERT_TRUE(zone) << c.name;
    EXPECT_EQ(zone->offset_at(std::chrono::sys_seconds(std::chrono::seconds(973695000))).count(),
              c.want)
        << c.name;
  }
}

TEST(FindTimeZone, RefusesWhatIsNoZone) {
  for (const char* name : {"", "Mars/Olympus", "/etc/localtime", "../zoneinfo/UTC", "Europe",
                           "tzdata.zi", "+25:00", "+99:00", "+5"}) {
    const Result<TimeZone> zone = find_time_zone(name);
    EXPECT_FALSE(zone) << name;
    if (!zone) {
      EXPECT_EQ(zone.error().message, "unknown time zone '" + std::string(name) + "'");
      EXPECT_EQ(zone.error().reason.starts_with("it is no offset from UTC"), *name == '+')
          << zone.error().reason;
    }
  }
}

}  // namespace
}  // namespace pidometer
