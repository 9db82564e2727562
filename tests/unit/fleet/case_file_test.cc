#include "fleet/case_file.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

Result<std::vector<FleetImage>> read(std::string_view bytes) {
  return read_case_list(bytes, "case", "/cases/7");
}

TEST(CaseFile, PathsAreRelativeToItsFolder) {
  const auto images = read("\xef\xbb\xbfsegments,evidence\r\na.E01;/b/a.E02,\"E,1\"\r\n");
  ASSERT_TRUE(images) << images.error().message;
  ASSERT_EQ(images->size(), 1U);
  EXPECT_EQ((*images)[0].segments, (std::vector<std::string>{"/cases/7/a.E01", "/b/a.E02"}));
  EXPECT_EQ((*images)[0].evidence_id, "E,1");
}

TEST(CaseFile, TheListSpeaksForItsEntries) {
  const auto images = read(
      R"({"case": "c", "year": 2001, "images": [{"segments": "a"}, {"segments": ["b"], "case": "d", "year": "1999"}]})");
  ASSERT_TRUE(images) << images.error().message;
  EXPECT_EQ((*images)[0].case_id, "c");
  EXPECT_EQ((*images)[0].year, 2001);
  EXPECT_EQ((*images)[1].case_id, "d");
  EXPECT_EQ((*images)[1].year, 1999);
}

TEST(CaseFile, AnyBytesAreAnErrorAndNoMore) {
  for (const std::string_view bytes :
       {"{", "[[[[[[", "\"", "[{\"segments\": {\"a\": 1}}]", "{\"images\": 5}", "\x00\xff",
        "segments\n;\n", "[{\"segments\": \"\xff\"}]"}) {
    const auto images = read(bytes);
    ASSERT_FALSE(images) << bytes;
    EXPECT_EQ(images.error().kind, ErrorKind::usage);
    EXPECT_FALSE(images.error().help.empty());
  }
}

}  // namespace
}  // namespace pidometer
