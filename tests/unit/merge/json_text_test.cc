#include "merge/json_text.h"

#include <gtest/gtest.h>

#include <string>

namespace pidometer {
namespace {

std::string repeated(const char* text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(SplitJsonObject, GivesTheMembersAsTheyAreWritten) {
  std::vector<JsonMember> members;
  const std::string text =
      " { \"a\" : 1 ,\"b\":-0.5e+3, \"c\\n\":\"\\u00e4\\\"x\",\"d\":[ {\"e\" : [] } ], \"f\":{},"
      "\"g\":true,\"h\":false,\"i\":null,\"\":0}\r";
  EXPECT_FALSE(split_json_object(text, members));
  ASSERT_EQ(members.size(), 9U);
  const std::pair<const char*, const char*> want[] = {{"a", "1"},
                                                      {"b", "-0.5e+3"},
                                                      {"c\\n", "\"\\u00e4\\\"x\""},
                                                      {"d", "[ {\"e\" : [] } ]"},
                                                      {"f", "{}"},
                                                      {"g", "true"},
                                                      {"h", "false"},
                                                      {"i", "null"},
                                                      {"", "0"}};
  const JsonType types[] = {JsonType::integer, JsonType::real,   JsonType::string,
                            JsonType::array,   JsonType::object, JsonType::boolean,
                            JsonType::boolean, JsonType::null,   JsonType::integer};
  for (std::size_t i = 0; i < members.size(); ++i) {
    EXPECT_EQ(members[i].key, want[i].first);
    EXPECT_EQ(members[i].value, want[i].second);
    EXPECT_EQ(members[i].type, types[i]) << i;
  }
}

TEST(SplitJsonObject, SaysWhereAndWhyItIsNone) {
  struct Case {
    std::string text;
    const char* reason;
    std::size_t at;
  };
  const Case cases[] = {
      {"", "it ends too early", 0},
      {"[1]", "it is no JSON object", 0},
      {"date,time", "it is no JSON object", 0},
      {"{", "it ends too early", 1},
      {"{\"a\":1", "it ends too early", 6},
      {"{\"a\":[1", "it ends too early", 7},
      {"{\"a\":\"\\", "an unknown escape", 6},
      {"{\"a\":1}x", "more follows the object", 7},
      {"{\"a\":1,}", "a string should stand here", 7},
      {"{\"a\" 1}", "a colon should stand here", 5},
      {"{\"a\":}", "a value should stand here", 5},
      {"{\"a\":01}", "a comma or } should stand here", 6},
      {"{\"a\":1.}", "a digit should stand here", 7},
      {"{\"a\":-}", "a digit should stand here", 6},
      {"{\"a\":1e}", "a digit should stand here", 7},
      {"{\"a\":NaN}", "NaN and Infinity are no JSON", 5},
      {"{\"a\":tru}", "a value should stand here", 5},
      {"{\"a\":\"x}", "it ends too early", 8},
      {"{\"a\":\"\\x\"}", "an unknown escape", 6},
      {"{\"a\":\"\\u12g4\"}", "\\u without four hex digits", 6},
      {"{\"a\":\"\\u12\"}", "\\u without four hex digits", 6},
      {"{\"a\":\"\t\"}", "a control character in a string", 6},
      {"{\"a\":\"\xff\"}", "bytes that are not UTF-8", 6},
      {"{\"a\":\"\xed\xa0\x80\"}", "bytes that are not UTF-8", 6},
      {"{\"a\":[1 2]}", "a comma or a closing bracket should stand here", 8},
      {"{\"a\":[1,]}", "a value should stand here", 8},
      {"{\"a\":[1}", "a comma or a closing bracket should stand here", 7},
      {"{\"a\":{\"b\":1]}", "a comma or a closing bracket should stand here", 11},
      {"{\"a\":{1:2}}", "a string should stand here", 6},
      {"{\"a\":" + repeated("[", 65) + repeated("]", 65) + "}", "nested too deep", 70},
      {std::string("{\"a\":1}\0", 8), "more follows the object", 7},
  };
  std::vector<JsonMember> members;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto fault = split_json_object(c.text, members);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->reason, c.reason);
    EXPECT_EQ(fault->at, c.at);
  }
}

TEST(SplitJsonObject, TakesAsManyLevelsAsItSays) {
  std::vector<JsonMember> members;
  EXPECT_FALSE(split_json_object("{\"a\":" + repeated("[", 64) + repeated("]", 64) + "}", members));
  // A bomb is refused at once.
  EXPECT_TRUE(split_json_object("{\"a\":" + repeated("[", 1'000'000), members));
  EXPECT_TRUE(split_json_object("{\"a\":" + repeated("{\"a\":", 1'000'000), members));
}

TEST(SplitJsonObject, TakesAsManyMembersAsItSays) {
  std::vector<JsonMember> members;
  const std::string most = "{\"\":0" + repeated(",\"\":0", kMostMembers - 1);
  EXPECT_FALSE(split_json_object(most + "}", members));
  EXPECT_EQ(members.size(), kMostMembers);
  const auto fault = split_json_object(most + ",\"\":0}", members);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->reason, "it has more than 10000 keys");
}

}  // namespace
}  // namespace pidometer
