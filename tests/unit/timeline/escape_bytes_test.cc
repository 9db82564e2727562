#include "plugin/timeline/escape_bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pidometer {
namespace {

using std::string_view_literals::operator""sv;

struct EscapeCase {
  const char* name;
  std::string_view input;
  std::string_view want;
};

// Split literals keep C++ from reading on into the next hex digit.
constexpr EscapeCase kCases[] = {
    {"empty", "", ""},
    {"plain", "root CMD (  a)", "root CMD (  a)"},
    {"tab_is_kept", "a\tb", "a\tb"},
    {"escape_sequence", "\x1b[31mred", "\\x1b[31mred"},
    {"nul", "a\0b"sv, "a\\x00b"},
    {"carriage_return", "a\r", "a\\x0d"},
    {"newline", "a\nb", "a\\x0ab"},
    {"del", "\x7f", "\\x7f"},
    {"utf8_is_kept", "m\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x90\x8c",
     "m\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x90\x8c"},
    {"latin1",
     "m\xfc"
     "nchen",
     "m\\xfcnchen"},
    {"c1_control_in_utf8",
     "\xc2\x9b"
     "31m",
     "\\xc2\\x9b31m"},
    {"first_printable_after_c1", "\xc2\xa0", "\xc2\xa0"},
    {"overlong_slash", "\xc0\xaf", "\\xc0\\xaf"},
    {"overlong_three", "\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
    {"surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"last_code_point", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"beyond_unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    {"f5", "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
    {"cut_short", "a\xe2\x82", "a\\xe2\\x82"},
    {"lone_continuation", "\x80", "\\x80"},
    {"wrong_continuation",
     "\xc3"
     "a",
     "\\xc3a"},
    {"right_to_left_override",
     "a\xe2\x80\xae"
     "b",
     "a\\xe2\\x80\\xaeb"},
    {"isolate", "\xe2\x81\xa6", "\\xe2\\x81\\xa6"},
    {"line_separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8"},
    {"backslash", "date +\\%s", "date +\\%s"},
    {"backslash_at_end", "a\\", "a\\"},
    {"looks_escaped", "\\x1b", "\\x5cx1b"},
    {"looks_escaped_upper", "\\x1B", "\\x5cx1B"},
    {"not_quite_escaped", "\\x1g", "\\x1g"},
    {"two_backslashes", "\\\\x41", "\\\\x5cx41"},
    {"backslash_before_bad_byte", "\\\xff", "\\\\xff"},
    {"half_escape_before_bad_byte", "\\x4\xff", "\\x4\\xff"},
};

TEST(EscapeBytes, WritesWhatIsShownAndEscapesTheRest) {
  for (const EscapeCase& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(escape_bytes(c.input), c.want);
    EXPECT_EQ(unescape_bytes(escape_bytes(c.input)), c.input);
  }
}

TEST(EscapeBytes, EveryPairOfBytesComesBack) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string input = {'\\', 'x', '4', static_cast<char>(first),
                                 static_cast<char>(second)};
      ASSERT_EQ(unescape_bytes(escape_bytes(input)), input) << first << ' ' << second;
    }
  }
}

TEST(EscapeBytes, WhatIsNoEscapeIsKept) {
  EXPECT_EQ(unescape_bytes("a\\x1g\\x4"), "a\\x1g\\x4");
  EXPECT_EQ(unescape_bytes("\\x5cx41 \\xFf"), "\\x41 \xff");
}

}  // namespace
}  // namespace pidometer
