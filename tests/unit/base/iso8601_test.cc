#include "base/iso8601.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <utility>

#include "base/utf8.h"

namespace pidometer {
namespace {

TEST(ParseIso8601, TellsWhetherAnOffsetStandsThere) {
  using std::chrono::minutes;
  EXPECT_EQ(parse_iso8601("2026-10-25T02:30:00Z")->offset, minutes(0));
  EXPECT_EQ(parse_iso8601("2026-10-25T02:30:00-05:30")->offset, minutes(-330));
  EXPECT_EQ(parse_iso8601("2026-10-25+02")->offset, minutes(120));
  EXPECT_EQ(parse_iso8601("2026-10-25 02:30:00")->offset, std::nullopt);
  EXPECT_EQ(parse_iso8601("2026-10-25T02:30:00.1234567+00:00")->fraction.count(), 123456);
  for (const char* text : {"2026-10-25T02:30:00 +02:00", "2026-10-25Tx", "2026-10-25T02:30:00+",
                           "2026-02-29", "2026-10-25T02:30:00Z "})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

/// As UTC, in microseconds.
std::int64_t utc(const Iso8601Time& time) {
  return std::chrono::microseconds(time.local.time_since_epoch() -
                                   time.offset.value_or(std::chrono::minutes(0)) + time.fraction)
      .count();
}

TEST(ParseIso8601, TakesAllThatTheStandardsAllow) {
  const std::pair<const char*, const char*> forms[] = {
      {"20260102T030405Z", "2026-01-02T03:04:05Z"},
      {"20260102T0304Z", "2026-01-02T03:04:00Z"},
      {"20260102T030405.25+0200", "2026-01-02T03:04:05.25+02:00"},
      {"20260102", "2026-01-02"},
      {"2026-01-02T03:04:05,125Z", "2026-01-02T03:04:05.125Z"},
      {"2026-01-02t03:04:05z", "2026-01-02T03:04:05Z"},
      {"2026-01-02T24:00:00Z", "2026-01-03T00:00:00Z"},
      {"2026-12-31T24:00Z", "2027-01-01T00:00:00Z"},
      {"20261231T240000.000Z", "2027-01-01T00:00:00Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
      {"2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z"},
      {"2017-01-01T05:29:60+05:30", "2017-01-01T00:00:00Z"},
      {"2016-12-31T18:59:60", "2016-12-31T19:00:00"},
  };
  for (const auto& [text, same] : forms) {
    const auto time = parse_iso8601(text);
    ASSERT_TRUE(time) << text;
    EXPECT_TRUE(time->reshaped) << text;
    EXPECT_EQ(utc(*time), utc(*parse_iso8601(same))) << text;
    EXPECT_FALSE(parse_iso8601(same)->reshaped) << same;
  }
}

TEST(ParseIso8601, TakesNothingThatTheyForbid) {
  for (const char* text : {"2026-01-02T24:00:01Z",
                           "2026-01-02T24:01Z",
                           "2026-01-02T24:00:00.5Z",
                           "2026-01-02T25:00Z",
                           "2026-01-02T03:04:60Z",
                           "2026-01-15T23:59:60Z",
                           "2026-01-01T00:00:60Z",
                           "2016-12-31T23:59:60+01:00",
                           "2016-12-31T18:33:60",
                           "2016-12-31T23:59:61Z",
                           "20260102T03:04:05Z",
                           "2026-01-02T030405Z",
                           "202601-02T03:04:05Z",
                           "2026-0102",
                           "202601",
                           "2026-01-02T03:04:05,Z",
                           "2026-01-02T03:04:05.Z",
                           "2026-01-02T03:04,5Z",
                           "20260102T03",
                           "2026-W01-5",
                           "2026-002",
                           "2026002",
                           "20260102T0304051Z"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(DecodeUtf8, TakesWellFormedCharactersAlone) {
  EXPECT_EQ(decode_utf8("a").code, U'a');
  EXPECT_EQ(decode_utf8("\xc3\xa4x").code, U'\u00e4');
  EXPECT_EQ(decode_utf8("\xf0\x9f\x98\x80").length, 4U);
  for (const char* bytes : {"\x80", "\xc0\x80", "\xc3", "\xc3(", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xe0\x80\x80", "\xff"})
    EXPECT_EQ(decode_utf8(bytes).length, 0U) << bytes;
}

}  // namespace
}  // namespace pidometer
