#include "plugin/timeline/column_text.h"

#include <gtest/gtest.h>

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
