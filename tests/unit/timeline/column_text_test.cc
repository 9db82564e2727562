#include "plugin/timeline/column_text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace pidometer {
namespace {

TEST(HarmlessCell, MarksWhatASpreadsheetWouldRun) {
  for (const char* cell : {"=1+1", "+1", "-1", "@SUM(1)", "\tx", "\"x",
                           "\xef\xbc\x9d"
                           "1"})
    EXPECT_EQ(harmless_cell(cell), std::string("'") + cell);
  for (const char* cell : {"", "-", "a=1", "1-1", "'=1", "\xef\xbc", "root (11/05) CMD (=1)"})
    EXPECT_EQ(harmless_cell(cell), cell);
}

TEST(Replaced, NeverReplacesWhatItWrote) {
  EXPECT_EQ(replaced("a\"b\"\"", '"', "\"\""), "a\"\"b\"\"\"\"");
  EXPECT_EQ(replaced("a,b,,c", ',', " "), "a b  c");
  EXPECT_EQ(replaced("", ',', " "), "");
}

// Of a row in which every byte is one: what stands behind must not be moved at each.
TEST(Replaced, TakesTimeByTheLengthOfItsText) {
  constexpr std::size_t kLength = std::size_t{4} << 20;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(replaced(std::string(kLength, '"'), '"', "\"\"").size(), 2 * kLength);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(Columns, AbsentOnesAreADash) {
  const RowJson row = {{"message", "m"}, {"pid", 7}, {"tag", {"a", "b"}}};
  EXPECT_EQ(column(row, "message"), "m");
  EXPECT_EQ(column(row, "hostname"), "-");
  EXPECT_EQ(column(row, "pid"), "-");
  EXPECT_EQ(joined_tags(row, " "), "a b");
  EXPECT_EQ(joined_tags(RowJson::object(), " "), "-");
  EXPECT_EQ(one_line("a\nb\tc"), "a b c");
}

}  // namespace
}  // namespace pidometer
