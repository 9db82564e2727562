#include "tsk_reader/volume/md/md_mirror_source.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

std::string words(const std::vector<DamagedRange>& damage) {
  std::string out;
  for (const DamagedRange& one : damage)
    out += std::to_string(one.range.begin) + "-" + std::to_string(one.range.end) + " " +
           one.reason + "; ";
  return out;
}

TEST(MdMirrorSource, ReadsTheFirstAndMendsFromTheOthers) {
  const struct {
    const char* name;
    std::vector<DamagedRange> first, second, third;  // offsets of the members: data begins at 10
    const char* bytes;
    const char* damage;
    const char* substituted;
  } cases[] = {
      {"none", {}, {}, {}, "aaaaaaaaaa", "", ""},
      {"in another leg only", {}, {{{10, 20}, "x"}}, {}, "aaaaaaaaaa", "", ""},
      {"outside of the data", {{{0, 10}, "x"}}, {}, {}, "aaaaaaaaaa", "", ""},
      {"in the first", {{{12, 15}, "x"}}, {}, {}, "aabbbaaaaa", "", "2-5 x; read from p2; "},
      {"in both, apart",
       {{{12, 14}, "x"}},
       {{{16, 18}, "y"}},
       {},
       "aabbaaaaaa",
       "",
       "2-4 x; read from p2; "},
      {"in both, over another",
       {{{12, 16}, "x"}},
       {{{14, 18}, "y"}},
       {},
       "aabbccaaaa",
       "",
       "2-4 x; read from p2; 4-6 x; read from p3; "},
      {"in all",
       {{{12, 16}, "x"}},
       {{{13, 18}, "y"}},
       {{{15, 20}, "z"}},
       "aabcc0aaaa",
       "5-6 x; ",
       "2-3 x; read from p2; 3-5 x; read from p3; "},
  };
  for (const auto& one : cases) {
    MemorySource a(std::string(30, 'a'), one.first);
    MemorySource b(std::string(30, 'b'), one.second);
    MemorySource c(std::string(30, 'c'), one.third);
    MdMirrorSource mirror({{&a, 10, "p1", {}}, {&b, 10, "p2", {}}, {&c, 10, "p3", {}}}, 10);
    std::string bytes = read_range(mirror, 0, 10);
    for (char& byte : bytes)
      if (byte == '\0') byte = '0';
    EXPECT_EQ(bytes, one.bytes) << one.name;
    EXPECT_EQ(words(mirror.damage({0, 10})), one.damage) << one.name;
    EXPECT_EQ(words(mirror.substituted().all()), one.substituted) << one.name;
  }
}

TEST(MdMirrorSource, WhatAMemberNeverHadIsDamage) {
  MemorySource a(std::string(30, 'a'));
  MirrorLeg leg{&a, 10, "p1", {}};
  leg.bad.add({3, 5}, "bad blocks");
  MdMirrorSource alone({leg}, 10);
  EXPECT_EQ(read_range(alone, 2, 4), std::string("a\0\0a", 4));
  EXPECT_EQ(words(alone.damage({0, 10})), "3-5 bad blocks; ");
  MemorySource b(std::string(30, 'b'));
  MdMirrorSource two({leg, {&b, 0, "p2", {}}}, 10);
  EXPECT_EQ(read_range(two, 2, 4), "abba");
  EXPECT_EQ(words(two.damage({0, 10})), "");
}

TEST(MdMirrorSource, EndsWhereTheArrayEnds) {
  MemorySource a(std::string(30, 'a'));
  MdMirrorSource mirror({{&a, 10, "p1", {}}}, 10);
  EXPECT_EQ(read_range(mirror, 8, 4), std::string("aa\0\0", 4));
  EXPECT_EQ(words(mirror.damage({0, kUnknownEnd})), "10-12 past the end of the array; ");
}

}  // namespace
}  // namespace pidometer
