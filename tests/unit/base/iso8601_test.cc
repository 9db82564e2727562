#include "base/iso8601.h"

#include <gtest/gtest.h>

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
  for (const char* text : {"2026-10-25T02:30:00 +02:00", "2026-10-25Tx", "2026-10-25T02:30:00z",
                           "2026-10-25T02:30:00+", "2026-02-29", "2026-10-25T02:30:00Z "})
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
