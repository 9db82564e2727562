#include "base/posix_tz.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

TEST(PosixTz, ParsesOffsetsAndRules) {
  struct Case {
    const char* text;
    seconds standard;
    bool has_daylight;
    seconds daylight;
  };
  const Case cases[] = {
      {"UTC0", 0s, false, 0s},
      {"<+0545>-5:45", 5h + 45min, false, 0s},
      {"<-03>3", -3h, false, 0s},
      {"CET-1CEST,M3.5.0,M10.5.0/3", 1h, true, 2h},
      {"CST6CDT,M3.2.0,M11.1.0", -6h, true, -5h},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 10h + 30min, true, 11h},
      {"IST-1GMT0,M10.5.0,M3.5.0/1", 1h, true, 0s},
      {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -2h, true, -1h},
      {"XXX3EDT4,0/0,J365/23", -3h, true, -4h},
      {"ABC-12:34:56DEF,J60/167:59:59,365/-167", 12h + 34min + 56s, true, 13h + 34min + 56s},
  };
  for (const Case& c : cases) {
    const auto tz = parse_posix_tz(c.text);
    ASSERT_TRUE(tz) << c.text;
    EXPECT_EQ(tz->standard, c.standard) << c.text;
    EXPECT_EQ(tz->has_daylight, c.has_daylight) << c.text;
    if (c.has_daylight) {
      EXPECT_EQ(tz->daylight, c.daylight) << c.text;
    }
  }
}

TEST(PosixTz, RefusesWhatIsNotEntirelyOfTheForm) {
  for (const char* text : {"",
                           "C",
                           "CE-1",
                           "CET",
                           "CET-",
                           "CET-25",
                           "CET-1:60",
                           "CET-1CEST",
                           "CET-1CEST,",
                           "CET-1CEST,M3.5.0",
                           "CET-1CEST,M3.5.0,",
                           "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0",
                           "CET-1CEST,M3.5.7,M10.5.0",
                           "CET-1CEST,M3.5.0,M10.5.0/168",
                           "CET-1CEST,J0,J365",
                           "CET-1CEST,0,366",
                           "CET-1CEST,M3.5.0,M10.5.0x",
                           "<+03-3",
                           "<+>-3",
                           "+03-3",
                           "CET-1 "})
    EXPECT_FALSE(parse_posix_tz(text)) << text;
}

TEST(PosixTz, JumpsFallWhereTheRuleSays) {
  using namespace std::chrono;
  struct Case {
    const char* text;
    sys_seconds last_before;  ///< the last second of the old offset
    seconds before, after;
  };
  const Case cases[] = {
      {"CET-1CEST,M3.5.0,M10.5.0/3", sys_days(2026y / 10 / 25) + 59min + 59s, 2h, 1h},
      {"CET-1CEST,M3.5.0,M10.5.0/3", sys_days(2400y / 3 / 26) + 59min + 59s, 1h, 2h},
      {"NZST-12NZDT,M9.5.0,M4.1.0/3", sys_days(2026y / 4 / 4) + 13h + 59min + 59s, 13h, 12h},
      // a negative hour: 23:00 of the day before
      {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", sys_days(2026y / 3 / 29) + 59min + 59s, -2h, -1h},
      // J60 is March 1 in every year, n=59 is February 29 in a leap year
      {"AAA0BBB,J60/0,J365/0", sys_days(2024y / 2 / 29) + 23h + 59min + 59s, 0h, 1h},
      {"AAA0BBB,J60/0,J365/0", sys_days(2025y / 2 / 28) + 23h + 59min + 59s, 0h, 1h},
      {"AAA0BBB,59/0,364/0", sys_days(2024y / 2 / 28) + 23h + 59min + 59s, 0h, 1h},
      // an hour that reaches into the next day but one
      {"AAA0BBB,M1.1.0/50,J200/0", sys_days(2026y / 1 / 6) + 1h + 59min + 59s, 0h, 1h},
  };
  for (const Case& c : cases) {
    const auto tz = parse_posix_tz(c.text);
    ASSERT_TRUE(tz) << c.text;
    EXPECT_EQ(tz->offset_at(c.last_before), c.before) << c.text;
    EXPECT_EQ(tz->offset_at(c.last_before + 1s), c.after) << c.text;
  }
}

TEST(PosixTz, DaylightAllYearNeverEnds) {
  using namespace std::chrono;
  const auto tz = parse_posix_tz("XXX3EDT4,0/0,J365/23");
  ASSERT_TRUE(tz);
  for (sys_seconds t = sys_days(2023y / 12 / 30); t < sys_days(2024y / 1 / 3); t += 1800s)
    EXPECT_EQ(tz->offset_at(t), -4h);
}

TEST(PosixTz, FarInstantsRepeatAfterFourHundredYears) {
  using namespace std::chrono;
  const auto tz = parse_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(tz);
  const seconds cycles = days(146097) * 500LL;
  for (sys_seconds t = sys_days(2026y / 1 / 1); t < sys_days(2027y / 1 / 1); t += 86399s) {
    EXPECT_EQ(tz->offset_at(t + cycles), tz->offset_at(t));
    EXPECT_EQ(tz->offset_at(t - cycles), tz->offset_at(t));
  }
}

}  // namespace
}  // namespace pidometer
