#include <gtest/gtest.h>

#include <string>

#include "plugin/known/known_windows.h"

namespace pidometer {
namespace {

Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

/// Times are numbers of seconds here.
Result<Timestamp> seconds(const std::string& text) {
  if (text.find_first_not_of("0123456789") != std::string::npos || text.empty())
    return fail(ErrorKind::usage, "'" + text + "' is no time", {}, {});
  return at(std::stoll(text));
}

Result<KnownWindows> read(std::string_view bytes) {
  return read_known_windows(bytes, "known.csv", seconds);
}

void expect_error(std::string_view bytes, const std::string& message, const std::string& reason) {
  const Result<KnownWindows> found = read(bytes);
  ASSERT_FALSE(found) << bytes;
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_NE(found.error().message.find(message), std::string::npos) << found.error().message;
  EXPECT_NE(found.error().reason.find(reason), std::string::npos) << found.error().reason;
  EXPECT_NE(found.error().help.find("begin,end,reason"), std::string::npos);
}

TEST(KnownFile, Csv) {
  const auto found =
      read("begin,end,reason\n100,200,backup\n300,400,\"upgrade, \"\"dist\"\"\"\r\n");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0]->range.begin, at(100));
  EXPECT_EQ((*found)[0]->range.end, at(200));
  EXPECT_EQ((*found)[0]->reason, "backup");
  EXPECT_EQ((*found)[0]->hostname, "");
  EXPECT_EQ((*found)[1]->reason, "upgrade, \"dist\"");
}

TEST(KnownFile, ColumnsInAnyOrderWithHostByteOrderMarkAndNoLastNewline) {
  const auto found = read("\xef\xbb\xbfhost,reason,end,begin\nweb01,backup,200,100");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0]->hostname, "web01");
  EXPECT_EQ((*found)[0]->range.begin, at(100));
}

TEST(KnownFile, Json) {
  const auto found = read(
      R"([{"begin":"100","end":"200","reason":"backup"},{"begin":"1","end":"1","reason":"r","host":"h"}])");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[1]->hostname, "h");
  EXPECT_TRUE(read("[]")->empty());
}

TEST(KnownFile, AFieldOfSeveralLinesIsOneReason) {
  const auto found = read(
      "begin,end,reason\r\n1,2,\"upgrade \r\n  to 12.9\n\nby night\"\r\n3,4,backup\r\n5,x,y\r\n");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("line 7 "), std::string::npos) << found.error().message;
  const auto good = read("begin,end,reason\r\n1,2,\"upgrade \r\n  to 12.9\n\nby night\"\r\n");
  ASSERT_TRUE(good) << good.error().message << good.error().reason;
  ASSERT_EQ(good->size(), 1U);
  EXPECT_EQ((*good)[0]->reason, "upgrade to 12.9 by night");
  EXPECT_EQ((*good)[0]->entry, "line 2 of known.csv");
  const auto json = read(R"([{"begin":"1","end":"2","reason":"a\nb"}])");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)[0]->reason, "a b");
  EXPECT_EQ((*json)[0]->entry, "object 1 of known.csv");
  expect_error("begin,end,reason\n1,2,\"\n \n\"\n", "line 2", "reason is empty");
  expect_error("begin,end,reason,host\n1,2,x,\"web\n01\"\n", "line 2", "printable");
}

TEST(KnownFile, AReplacementCharacterIsPrintable) {
  const auto found = read("begin,end,reason\n1,2,caf\xef\xbf\xbd\n");
  ASSERT_TRUE(found) << found.error().reason;
  EXPECT_EQ((*found)[0]->reason, "caf\xef\xbf\xbd");
  expect_error("begin,end,reason\n1,2,x\xed\xa0\x80\n", "line 2", "printable");  // a surrogate
  expect_error("begin,end,reason\n1,2,x\xc2\x9b\n", "line 2", "printable");      // CSI of ISO 6429
}

TEST(KnownFile, NoWindowsButAHead) {
  const auto found = read("begin,end,reason\n");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST(KnownFile, SaysWhatIsWrongAndWhere) {
  expect_error("", "first line", "");
  expect_error("start,end,reason\n1,2,x\n", "first line", "");
  expect_error("begin,begin,end,reason\n", "first line", "");
  expect_error("begin,end,reason\n1,2,x\n1,2\n", "line 3", "2 fields");
  expect_error("begin,end,reason\n1,2,x\nnoon,2,x\n", "line 3", "'noon' is no time");
  expect_error("begin,end,reason\n1,2,\n", "line 2", "reason is empty");
  expect_error("begin,end,reason\n200,100,x\n", "line 2", "ends before");
  expect_error("begin,end,reason\n1,2,x\x1b[2J\n", "line 2", "printable");
  expect_error("begin,end,reason\n1,2,x\xff\n", "line 2", "printable");
  expect_error("begin,end,reason\n1,2,\"x\n", "no CSV", "partner");
  expect_error("begin,end,reason\n1,2,\"x\"y\n", "line 2 of known.csv is no CSV", "");
  expect_error("[{\"begin\":\"1\"", "no JSON array", "");
  expect_error("{\"begin\":\"1\"}", "no JSON array", "");
  // another reader would take the first of them
  expect_error(
      R"([{"begin":"1","end":"2","reason":"a"},{"begin":"1","end":"2","reason":"a","end":"9"}])",
      "the key 'end' of object 2 of known.csv stands in it twice", "");
  expect_error("[1]", "object 1", "no object");
  expect_error(R"([{"begin":"1","end":"2","reason":"x"},{"begin":1,"end":"2","reason":"x"}])",
               "object 2", "begin is no string");
  expect_error(R"([{"begin":"1","end":"2","reason":"x","why":"y"}])", "object 1", "'why'");
  expect_error(R"([{"begin":"1","end":"2"}])", "object 1", "reason is empty");
}

}  // namespace
}  // namespace pidometer
