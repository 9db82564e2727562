#include "merge/canonical_json.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

std::string canonical(std::string_view value, KeyTypes* types = nullptr) {
  std::string out;
  if (types == nullptr) {
    append_canonical(out, value, nullptr);
  } else {
    TypeRecorder recorder{*types, {0, 1}, "k"};
    append_canonical(out, value, &recorder);
    EXPECT_EQ(recorder.path, "k");
  }
  return out;
}

TEST(Canonical, IsTheSameForTheSameContent) {
  const std::pair<const char*, const char*> cases[] = {
      {"1", "1"},
      {"1.50", "1.50"},
      {"[ 1 , 2 ]", "[1,2]"},
      {"{ \"a\" : [ ] , \"b\" : { } }", "{\"a\":[],\"b\":{}}"},
      {"{\"b\":{\"d\":1,\"c\":[{\"z\":1,\"y\":2}]},\"_x\":0,\"a\":3}",
       "{\"a\":3,\"b\":{\"c\":[{\"y\":2,\"z\":1}],\"d\":1}}"},
      {"{\"b\":1,\"a\":2,\"b\":0,\"ab\":3,\"\\u0061\":1}",
       "{\"a\":2,\"a\":1,\"ab\":3,\"b\":1,\"b\":0}"},
      {"\"\\/ \\u0041\\u00E4\\u001b\\n\\u000a\\u0022\"", "\"/ A\\u00e4\\u001b\\n\\n\\\"\""},
      {"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"", "\"\\u00e4\\u20ac\\ud83d\\ude00\\u007f\""},
      {"\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\""},
      {"\"\\\\\\\"\"", "\"\\\\\\\"\""},
      {"true", "true"},
      {"null", "null"},
  };
  for (const auto& [from, to] : cases) {
    EXPECT_EQ(canonical(from), to);
    EXPECT_EQ(canonical(to), to);
  }
}

TEST(Canonical, LoneSurrogatesBecomeText) {
  std::string out;
  EXPECT_TRUE(append_canonical(out, "\"a\\udcffb\\ud800c\\udc00\"", nullptr));
  EXPECT_EQ(out, "\"a\\\\xffb\\\\ud800c\\\\udc00\"");
  out.clear();
  EXPECT_TRUE(append_canonical(out, "\"\\ud800\\ud83d\\ude00\"", nullptr));
  EXPECT_EQ(out, "\"\\\\ud800\\ud83d\\ude00\"");
  out.clear();
  EXPECT_FALSE(append_canonical(out, "\"\\ud83d\\ude00\"", nullptr));
}

TEST(Canonical, LeavesOutWhatStartsWithAnUnderscore) {
  EXPECT_EQ(canonical("{\"_a\":1,\"b\":{\"__c\":[{}],\"d\":2,\"\\u005fe\":3},\"_f\":4}"),
            "{\"b\":{\"d\":2}}");
  EXPECT_EQ(canonical("[{\"_a\":1},{\"a_\":1,\"_b\":1}]"), "[{},{\"a_\":1}]");
}

TEST(Canonical, TellsTheTypesOfNestedKeys) {
  KeyTypes types;
  canonical("{\"a\":1,\"b\":[\"x\",{\"c\":true}],\"_d\":1,\"e\":null}", &types);
  canonical("{\"a\":1.0,\"b\":[2],\"_d\":\"x\",\"e\":5}", &types);
  const auto conflicts = types.conflicts();
  ASSERT_EQ(conflicts.size(), 2U);
  EXPECT_EQ(conflicts[0].key, "k.a");
  EXPECT_EQ(conflicts[0].types[0].type, JsonType::integer);
  EXPECT_EQ(conflicts[0].types[1].type, JsonType::real);
  EXPECT_EQ(conflicts[1].key, "k.b");
  EXPECT_EQ(conflicts[1].types.size(), 3U);
}

TEST(KeyTypes, NamesWhereEachTypeWasFirst) {
  KeyTypes types;
  types.saw("pid", JsonType::string, {1, 7});
  types.saw("pid", JsonType::integer, {0, 3});
  types.saw("pid", JsonType::integer, {0, 2});
  types.saw("pid", JsonType::null, {0, 1});
  types.saw("pid", JsonType::array, {0, 1});
  types.saw("other", JsonType::string, {0, 1});
  const auto conflicts = types.conflicts();
  ASSERT_EQ(conflicts.size(), 1U);
  ASSERT_EQ(conflicts[0].types.size(), 2U);
  EXPECT_EQ(conflicts[0].types[0].place.line, 3U);
  EXPECT_EQ(conflicts[0].types[1].place.input, 1U);
  EXPECT_EQ(types.keys(), 2U);
  EXPECT_FALSE(types.incomplete());
}

TEST(KeyTypes, AreBounded) {
  KeyTypes types;
  for (std::size_t i = 0; i < KeyTypes::kMostKeys + 5; ++i)
    types.saw(std::to_string(i), JsonType::string, {0, 1});
  EXPECT_EQ(types.keys(), KeyTypes::kMostKeys);
  EXPECT_TRUE(types.incomplete());
  KeyTypes others;
  others.saw(std::string(KeyTypes::kLongestKey + 1, 'k'), JsonType::string, {0, 1});
  EXPECT_EQ(others.keys(), 0U);
  EXPECT_TRUE(others.incomplete());
}

}  // namespace
}  // namespace pidometer
