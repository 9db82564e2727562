#include "tsk_reader/volume/lvm/lvm_text.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

/// A section as one line: `a=1,"x" b{c="d"}`.
std::string words(const LvmSection& section) {
  std::string out;
  for (const auto& [name, value] : section.values) {
    out += name + "=";
    for (const LvmScalar& one : value)
      out += (one.number ? std::to_string(*one.number) : '"' + one.text + '"') + ",";
    out += " ";
  }
  for (const LvmSection& inner : section.sections) out += inner.name + "{" + words(inner) + "} ";
  return out;
}

TEST(LvmText, ReadsWhatLibdevmapperReads) {
  const struct {
    const char* name;
    std::string_view text;
    const char* want;
  } cases[] = {
      {"nothing", "", ""},
      {"comments only", "# a\n  # b", ""},
      {"values", "a = 1\nb = \"x y\"\nc=-7", "a=1, b=\"x y\", c=-7, "},
      {"escapes", R"(a = "q\"b\\s")", "a=\"q\"b\\s\", "},
      {"single quotes", R"(a = 'q"\')", "a=\"q\"\\\", "},
      {"a hash in a string", "a = \"#\" # c\n", "a=\"#\", "},
      {"arrays", "a = []\nb = [1,\n \"x\" , 2]", "a= b=1,\"x\",2, "},
      {"nested", "vg0 {\n id = 1\n pv { pv0 { x = 2 } }\n}\nv = 3\n",
       "v=3, vg0{id=1, pv{pv0{x=2, } } } "},
      {"up to a zero byte", std::string_view("a = 1\0}}", 8), "a=1, "},
      {"a float is no number", "a = 1.5", "a=\"\", "},
      {"a number beyond 64 bits is none", "a = 99999999999999999999", "a=\"\", "},
      {"names as volumes have them", "lv+a_b.c-d { }", "lv+a_b.c-d{} "},
  };
  for (const auto& one : cases) {
    std::string error;
    const auto parsed = parse_lvm_text(one.text, error);
    ASSERT_TRUE(parsed) << one.name << ": " << error;
    EXPECT_EQ(words(*parsed), one.want) << one.name;
  }
}

TEST(LvmText, RefusesWhatIsNone) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "a {";
  std::string many = "a = [";
  for (std::size_t i = 0; i <= kMostLvmValues; ++i) many += "1,";
  const struct {
    std::string text;
    const char* want;
  } cases[] = {
      {"a {\n b = 1\n", "the text ends inside a section in line 3"},
      {"a = [1, 2", "the text ends inside an array in line 1"},
      {"a = \"x", "the text ends inside a string in line 1"},
      {"a = \"x\\", "the text ends inside a string in line 1"},
      {"a = 1 }", "a brace too many in line 1"},
      {"\na", "neither a value nor a section follows a name in line 2"},
      {"= 1", "a name is missing in line 1"},
      {"a = {", "a value is missing in line 1"},
      {"a = [ x ]", "a value is missing in line 1"},
      {deep, "sections are nested too deep in line 1"},
      {many, "more values than any volume group has in line 1"},
  };
  for (const auto& one : cases) {
    std::string error;
    EXPECT_FALSE(parse_lvm_text(one.text, error)) << one.want;
    EXPECT_EQ(error, one.want);
  }
}

TEST(LvmText, LooksUp) {
  std::string error;
  const auto parsed =
      parse_lvm_text("a = 1\na = 2\nn = -1\nt = \"x\"\ns = [\"READ\", \"VISIBLE\"]\nq { }", error);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->number("a"), 2U);  // the later one
  EXPECT_EQ(parsed->number("n"), std::nullopt);
  EXPECT_EQ(parsed->number("t"), std::nullopt);
  EXPECT_EQ(parsed->number("s"), std::nullopt);
  EXPECT_EQ(parsed->text("t"), "x");
  EXPECT_EQ(parsed->text("missing"), "");
  EXPECT_TRUE(parsed->lists("s", "VISIBLE"));
  EXPECT_FALSE(parsed->lists("s", "VIS"));
  EXPECT_NE(parsed->section("q"), nullptr);
  EXPECT_EQ(parsed->section("a"), nullptr);
}

}  // namespace
}  // namespace pidometer
