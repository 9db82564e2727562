#include "plugin/cron_log/framing.h"

#include <gtest/gtest.h>

#include "plugin/cron_log/dialects.h"

namespace pidometer {
namespace {

WrittenTime time(int year, int month, int day, int hour, int minute, int second,
                 std::uint32_t microsecond = 0, std::optional<int> offset = std::nullopt) {
  WrittenTime t;
  t.year = year;
  t.month = static_cast<std::uint8_t>(month);
  t.day = static_cast<std::uint8_t>(day);
  t.hour = static_cast<std::uint8_t>(hour);
  t.minute = static_cast<std::uint8_t>(minute);
  t.second = static_cast<std::uint8_t>(second);
  t.microsecond = microsecond;
  t.has_offset = offset.has_value();
  t.offset_minutes = static_cast<std::int16_t>(offset.value_or(0));
  return t;
}

TEST(Framing, EachFormIsTakenApart) {
  struct Case {
    const char* line;
    FramingKind kind;
    WrittenTime time;
    const char* host;
    const char* tag;
    Pid pid;
    const char* text;
  };
  const Case cases[] = {
      {"Nov  2 05:50:01 web01 CROND[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1),
       "web01", "CROND", 12, "x"},
      {"Nov 02 05:50:01 web01 CROND[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1),
       "web01", "CROND", 12, "x"},
      {"Feb 29 23:59:60 web01 CROND[12]: x", FramingKind::rfc3164, time(0, 2, 29, 23, 59, 60),
       "web01", "CROND", 12, "x"},
      {"<78>Nov  2 05:50:01 cron[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1), "",
       "cron", 12, "x"},
      {"Nov  2 05:50:01.123456789 web01 CROND[12]: x", FramingKind::rfc3164,
       time(0, 11, 2, 5, 50, 1, 123456), "web01", "CROND", 12, "x"},
      {"Nov  2 05:50:01 fe80::1 CROND[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1),
       "fe80::1", "CROND", 12, "x"},
      {"Nov  2 05:50:01 web01 last message repeated 2 times", FramingKind::rfc3164,
       time(0, 11, 2, 5, 50, 1), "web01", "", 0, "last message repeated 2 times"},
      {"2026-11-02T05:50:01.5+01:00 web01 CRON[12]: x", FramingKind::rfc3339,
       time(2026, 11, 2, 5, 50, 1, 500000, 60), "web01", "CRON", 12, "x"},
      {"2026-11-02T05:50:01-0330 web01 CRON[12]: x", FramingKind::rfc3339,
       time(2026, 11, 2, 5, 50, 1, 0, -210), "web01", "CRON", 12, "x"},
      {"2026-11-02T05:50:01Z CRON[12]: x", FramingKind::rfc3339, time(2026, 11, 2, 5, 50, 1, 0, 0),
       "", "CRON", 12, "x"},
      {"2026-11-02 05:50:01 web01 CRON[12]: x", FramingKind::rfc3339, time(2026, 11, 2, 5, 50, 1),
       "web01", "CRON", 12, "x"},
      {"<78>1 2026-11-02T05:50:01.000001Z web01 CRON 12 - - \xEF\xBB\xBFx", FramingKind::rfc5424,
       time(2026, 11, 2, 5, 50, 1, 1, 0), "web01", "CRON", 12, "x"},
      {"<78>1 2026-11-02T05:50:01Z - CRON 12 m [a b=\"]\\\"\"][c d=\"e\"] x", FramingKind::rfc5424,
       time(2026, 11, 2, 5, 50, 1, 0, 0), "", "CRON", 12, "x"},
      {"root (11/05-08:50:00-2441) CMD (x)", FramingKind::vixie_file, time(0, 11, 5, 8, 50, 0), "",
       "", 2441, "CMD (x)"},
  };
  for (const Case& c : cases) {
    const auto framed = parse_framing(c.line);
    ASSERT_TRUE(framed) << c.line;
    EXPECT_EQ(framed->framing, c.kind) << c.line;
    EXPECT_EQ(framed->time, c.time) << c.line;
    EXPECT_EQ(framed->hostname, c.host) << c.line;
    EXPECT_EQ(framed->tag, c.tag) << c.line;
    EXPECT_EQ(framed->pid, c.pid) << c.line;
    EXPECT_EQ(framed->text, c.text) << c.line;
  }
}

TEST(Framing, ImpossibleTimesAreRefused) {
  for (const char* line :
       {"Nov 31 05:50:01 web01 CROND[12]: x", "Nov  0 05:50:01 web01 CROND[12]: x",
        "Nov  2 24:00:00 web01 CROND[12]: x", "Nov  2 05:60:01 web01 CROND[12]: x",
        "Nov  2 05:50:61 web01 CROND[12]: x", "nov  2 05:50:01 web01 CROND[12]: x",
        "2025-02-29T05:50:01Z web01 CRON[12]: x", "2026-13-02T05:50:01Z web01 CRON[12]: x",
        "0000-01-02T05:50:01Z web01 CRON[12]: x", "2026-11-02T05:50:01+27:00 web01 CRON[12]: x",
        "<192>Nov  2 05:50:01 web01 CROND[12]: x", "<78>2 2026-11-02T05:50:01Z web01 CRON 12 - - x",
        "<78>1 2026-11-02T05:50:01Z web01 CRON 12 - [a b=\"c x",
        "root (02/30-08:50:00-2441) CMD (x)", "root (11/05-08:50:00-) CMD (x)",
        "Nov  2 05:50:01. web01 CROND[12]: x", "Nov  2 05:50:01"})
    EXPECT_FALSE(parse_framing(line)) << line;
}

TEST(Framing, ALineIsOfOneFramingAtMost) {
  for (const Dialect& dialect : dialects())
    for (const std::string_view sample : dialect.samples) {
      int taken = 0;
      for (const Framing& framing : framings()) taken += framing.parse(sample) ? 1 : 0;
      EXPECT_EQ(taken, 1) << sample;
    }
}

}  // namespace
}  // namespace pidometer
