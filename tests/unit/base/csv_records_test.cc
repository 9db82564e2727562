#include "base/csv_records.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

std::string message(std::string_view bytes) {
  const auto records = read_csv(bytes, "list.csv", "help");
  return records ? std::string() : records.error().message + ": " + records.error().reason;
}

TEST(CsvRecords, KnowTheirLines) {
  const auto records = read_csv("a,b\n\n\"x\ny\",\"1\"\"2\"\nlast,\n", "list.csv", "help");
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 3U);
  EXPECT_EQ((*records)[1].fields, (std::vector<std::string>{"x\ny", "1\"2"}));
  EXPECT_EQ((*records)[1].line, 3U);
  EXPECT_EQ((*records)[2].line, 5U);
}

/// The parser stumbles over one far behind, or at the end of the file.
TEST(CsvRecords, AnOpenQuotationIsNamedWhereItBegins) {
  const std::string words =
      " of list.csv is no CSV: a quotation mark opens there whose partner is missing, or has "
      "something behind it";
  EXPECT_EQ(message("a,b\n\"x,y\nc,d\ne,f\n"), "line 2" + words);
  EXPECT_EQ(message("a,b\nx,\"y\nc,d\n\"e\",f\n"), "line 2" + words);
  EXPECT_EQ(message("a\n\"x\"\"\ny\"\"z\n"), "line 2" + words) << "doubled marks are text";
  EXPECT_EQ(message("a\n\"x\ny\"\nz,\"w"), "line 4" + words) << "the first has its partner";
  EXPECT_EQ(message("a\n\"x\"y\n"), "line 2" + words);
  EXPECT_EQ(message("a\n\"x\"\nb\"c\n"),
            "line 3 of list.csv is no CSV: a quotation mark stands where none may stand");
}

}  // namespace
}  // namespace pidometer
