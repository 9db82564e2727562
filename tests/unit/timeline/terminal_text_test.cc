#include "plugin/timeline/terminal_text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "plugin/timeline/summary_words.h"
#include "tests/unit/timeline/terminal_looks.h"

namespace pidometer {
namespace {

TEST(TerminalText, IsMeasuredInColumns) {
  for (const auto& [text, columns] : std::vector<std::pair<std::string, std::size_t>>{
           {"", 0}, {"abc", 3}, {"日本", 4}, {"e\u0301", 1}, {"→", 1}})
    EXPECT_EQ(display_width(text, look()), columns) << text;
}

TEST(TerminalText, ShowsWhatTheTerminalCanShow) {
  for (const auto& [bytes, utf8, ascii] :
       std::vector<std::array<std::string, 3>>{{"a\tb", "a b", "a b"},
                                               {"日", "日", "\\xe6\\x97\\xa5"},
                                               {"\x1b[2J", "\\x1b[2J", "\\x1b[2J"},
                                               {"\xff", "\\xff", "\\xff"},
                                               {"\u0378", "\\xcd\\xb8", "\\xcd\\xb8"}}) {
    EXPECT_EQ(shown_bytes(bytes, look()), utf8);
    EXPECT_EQ(shown_bytes(bytes, look(80, false)), ascii);
  }
}

TEST(TerminalText, IsCutBetweenCharacters) {
  EXPECT_EQ(fit_width("abcdef", 6, look()), "abcdef");
  EXPECT_EQ(fit_width("abcdefg", 6, look()), "abcde…");
  EXPECT_EQ(fit_width("abcdefg", 6, look(80, false)), "abc...");
  // A wide one that does not fit whole is left out; a combining one stays with its letter.
  EXPECT_EQ(fit_width("日本語", 5, look()), "日本…");
  EXPECT_EQ(fit_width("日本語", 4, look()), "日…");
  EXPECT_EQ(fit_width("ae\u0301bcd", 4, look()), "ae\u0301b…");
  EXPECT_EQ(padded("日", 4, look()), "日  ");
}

TEST(TerminalText, IsWrappedAtSpaces) {
  EXPECT_EQ(wrapped("one two three", 2, look(9)), "  one two\n  three\n");
  EXPECT_EQ(wrapped("a-very-long-word x", 0, look(4)), "a-very-long-word\nx\n");
}

TEST(TerminalText, WordsOfAShell) {
  EXPECT_EQ(shell_word("disk.E01", look()), "disk.E01");
  EXPECT_EQ(shell_word("", look()), "''");
  EXPECT_EQ(shell_word("a b", look()), "'a b'");
  EXPECT_EQ(shell_word("it's", look()), "'it'\\''s'");
  EXPECT_EQ(shell_word("$(id)", look()), "'$(id)'");
  EXPECT_EQ(shell_word("a\n'b", look()), "$'a\\012\\'b'");
  EXPECT_EQ(shell_word("日", look()), "'日'");
  EXPECT_EQ(shell_word("日", look(80, false)), "$'\\346\\227\\245'");
}

}  // namespace
}  // namespace pidometer
