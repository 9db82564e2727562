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
      {"November 02 05:50:01 web01 CROND[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1),
       "web01", "CROND", 12, "x"},
      {"5月 07 07:59:00 web01 CROND[12]: x", FramingKind::rfc3164, time(0, 5, 7, 7, 59, 0), "web01",
       "CROND", 12, "x"},
      {" 5월 07 07:59:00 web01 CROND[12]: x", FramingKind::rfc3164, time(0, 5, 7, 7, 59, 0),
       "web01", "CROND", 12, "x"},
      {"Mär 07 07:59:00 web01 CROND[12]: x", FramingKind::rfc3164, time(0, 3, 7, 7, 59, 0), "web01",
       "CROND", 12, "x"},
      {"Nov  2 05:50:01 web01 cron.info crond[12]: x", FramingKind::rfc3164,
       time(0, 11, 2, 5, 50, 1), "web01", "crond", 12, "x"},
      {"Nov  2 05:50:01 notice web01 crond[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1),
       "web01", "crond", 12, "x"},
      {"Nov  2 05:50:01 <cron.info> web01 /usr/sbin/cron[12]: x", FramingKind::rfc3164,
       time(0, 11, 2, 5, 50, 1), "web01", "/usr/sbin/cron", 12, "x"},
      {"Nov  2 05:50:01 <9.6> web01 cron[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1),
       "web01", "cron", 12, "x"},
      // a host may be called so
      {"Nov  2 05:50:01 info crond[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1), "info",
       "crond", 12, "x"},
      {"Nov  2 05:50:01 cron.info crond[12]: x", FramingKind::rfc3164, time(0, 11, 2, 5, 50, 1),
       "cron.info", "crond", 12, "x"},
      {"Mon Nov  2 05:50:01 2026 cron.info crond[12]: x", FramingKind::ctime,
       time(2026, 11, 2, 5, 50, 1), "", "crond", 12, "x"},
      {"Mon Nov  2 05:50:01 2026 [1793595001.250] cron.info crond[12]: x", FramingKind::ctime,
       time(2026, 11, 2, 5, 50, 1, 0, 60), "", "crond", 12, "x"},
      {"Mon 2026-11-02 05:50:01 CET web01 CRON[12]: x", FramingKind::journalctl,
       time(2026, 11, 2, 5, 50, 1, 0, 60), "web01", "CRON", 12, "x"},
      {"Mon 2026-11-02 05:50:01.5 -0330 web01 CRON[12]: x", FramingKind::journalctl,
       time(2026, 11, 2, 5, 50, 1, 500000, -210), "web01", "CRON", 12, "x"},
      // China, Cuba, or the middle of America
      {"Mon 2026-11-02 05:50:01 CST web01 CRON[12]: x", FramingKind::journalctl,
       time(2026, 11, 2, 5, 50, 1), "web01", "CRON", 12, "x"},
      {"1793595001.000250 web01 CRON[12]: x", FramingKind::journalctl,
       time(2026, 11, 2, 4, 50, 1, 250, 0), "web01", "CRON", 12, "x"},
      {"2026-11-02T04:50:02.86969 cron.info: Nov  2 05:50:01 crond[12]: x", FramingKind::svlogd,
       time(2026, 11, 2, 5, 50, 1, 0, 60), "", "crond", 12, "x"},
      {"2027-01-01_02:30:00.5 cron.info: Dec 31 20:30:00 crond[12]: x", FramingKind::svlogd,
       time(2026, 12, 31, 20, 30, 0, 0, -360), "", "crond", 12, "x"},
      // two clocks that no zone brings together: the one that is known to be UTC
      {"2026-11-02T04:50:02.5 cron.info: Nov  2 05:53:01 crond[12]: x", FramingKind::svlogd,
       time(2026, 11, 2, 4, 50, 2, 500000, 0), "", "crond", 12, "x"},
      {"@4000000069e0f59a0ee6b280 crond[12]: x", FramingKind::svlogd,
       time(2026, 4, 16, 14, 43, 28, 250000, 0), "", "crond", 12, "x"},
      {"- 1131566461 2005.11.09 dn1 Nov 9 12:01:01 relay/dn1 crond[12]: x", FramingKind::sandia,
       time(2005, 11, 9, 12, 1, 1, 0, -480), "dn1", "crond", 12, "x"},
      {"R_HDA 1131566461 2005.11.09 dn1 Nov 9 12:01:01 dn1/dn1 crond[12]: x", FramingKind::sandia,
       time(2005, 11, 9, 12, 1, 1, 0, -480), "dn1", "crond", 12, "x"},
      {">  root 12 c Mon Nov  2 05:50:01 2026", FramingKind::solaris, time(2026, 11, 2, 5, 50, 1),
       "", "", 12, ">  root 12 c Mon Nov  2 05:50:01 2026"},
      {"! SIGTERM Mon Nov  2 05:50:01 2026", FramingKind::solaris, time(2026, 11, 2, 5, 50, 1), "",
       "", 0, "! SIGTERM Mon Nov  2 05:50:01 2026"},
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
  for (const char* line : {"Nov 31 05:50:01 web01 CROND[12]: x",
                           "Nov  0 05:50:01 web01 CROND[12]: x",
                           "Nov  2 24:00:00 web01 CROND[12]: x",
                           "Nov  2 05:60:01 web01 CROND[12]: x",
                           "Nov  2 05:50:61 web01 CROND[12]: x",
                           "nov  2 05:50:01 web01 CROND[12]: x",
                           "2025-02-29T05:50:01Z web01 CRON[12]: x",
                           "2026-13-02T05:50:01Z web01 CRON[12]: x",
                           "0000-01-02T05:50:01Z web01 CRON[12]: x",
                           "2026-11-02T05:50:01+27:00 web01 CRON[12]: x",
                           "<192>Nov  2 05:50:01 web01 CROND[12]: x",
                           "<78>2 2026-11-02T05:50:01Z web01 CRON 12 - - x",
                           "<78>1 2026-11-02T05:50:01Z web01 CRON 12 - [a b=\"c x",
                           "root (02/30-08:50:00-2441) CMD (x)",
                           "root (11/05-08:50:00-) CMD (x)",
                           "Mon Feb 29 05:50:01 2026 cron.info crond[12]: x",
                           "Mon Nov  2 05:50:01 20266 cron.info crond[12]: x",
                           "November 2 05:50:01 web01 CROND[12]: x",
                           "Mon 2026-02-29 05:50:01 CET web01 CRON[12]: x",
                           "Mon 2026-11-02 05:50:01 CET",
                           "1793595001.25 web01 CRON[12]: x",
                           "99999999999.000250 web01 CRON[12]:x",
                           "2026-02-29T04:50:02.5 cron.info: Nov  2 05:53:01 crond[12]: x",
                           "2026-11-02T04:50:02.5 cron.info: Nov  2 05:5",
                           "@4000000069e0f58a0ee6b28 crond[12]: x",
                           "@4000000069e0f58affffffff crond[12]: x",
                           "@8000000069e0f58a00000000 crond[12]: x",
                           "- 1131566461 2005.11.09 dn1 Nov 9 12:01:01",
                           "- 1131566461 2005-11-09 dn1 Nov 9 12:01:01 a b[1]: x",
                           ">  root 12 c Mon Nov  2 05:50:01 202",
                           ">  root 12 cc Mon Nov  2 05:50:01 2026",
                           ">  root 12 c Mon Nov  2 05:50:01 2026x",
                           "Nov  2 05:50:01. web01 CROND[12]: x",
                           "Nov  2 05:50:01"})
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
