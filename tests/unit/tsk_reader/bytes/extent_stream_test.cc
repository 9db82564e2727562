#include "tsk_reader/bytes/extent_stream.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

using Damage = std::vector<DamagedRange>;

/// abcdefghijklmnopqrstuvwxyz
std::string alphabet() {
  std::string text;
  for (char c = 'a'; c <= 'z'; ++c) text += c;
  return text;
}

/// A file of 20 bytes: 2..7 from 10, 7..10 from 0, a hole, 15..20 from 20; holes at 0..2, 10..15.
FileMap map_of_20() {
  FileMap map;
  map.size = 20;
  map.add({2, 5, 10});
  map.add({7, 3, 0});
  map.add({15, 5, 20});
  return map;
}
const std::string kWant = std::string(2, '\0') + "klmnoabc" + std::string(5, '\0') + "uvwxy";

TEST(ExtentStream, GivesTheBytesInOrderWithHolesAsZeros) {
  MemorySource source(alphabet());
  for (const std::size_t step : {1U, 3U, 7U, 100U}) {
    const auto stream = make_extent_stream(source, map_of_20());
    EXPECT_EQ(read_all(*stream, step), kWant) << step;
    EXPECT_EQ(stream->damage(), Damage{});
  }
}

struct Case {
  const char* name;
  Damage source;
  Damage want;
};

TEST(ExtentStream, DamageOfTheVolumeBecomesDamageOfTheFile) {
  for (const Case& one : std::initializer_list<Case>{
           {"in one extent", {{{11, 13}, "bad"}}, {{{3, 5}, "bad"}}},
           {"over an extent's end", {{{13, 30}, "bad"}}, {{{5, 7}, "bad"}, {{15, 20}, "bad"}}},
           {"across the seam of two extents",
            {{{0, 1}, "bad"}, {{14, 15}, "bad"}},
            {{{6, 8}, "bad"}}},
           {"two reasons side by side",
            {{{10, 12}, "one"}, {{12, 13}, "two"}},
            {{{2, 4}, "one"}, {{4, 5}, "two"}}},
           {"elsewhere on the volume", {{{4, 9}, "bad"}}, {}},
           {"all", {{{0, 26}, "bad"}}, {{{2, 10}, "bad"}, {{15, 20}, "bad"}}},
       }) {
    for (const std::size_t step : {1U, 4U, 100U}) {
      MemorySource source(alphabet(), one.source);
      const auto stream = make_extent_stream(source, map_of_20());
      const std::string got = read_all(*stream, step);
      EXPECT_EQ(stream->damage(), one.want) << one.name << " in steps of " << step;
      std::string want = kWant;
      for (const DamagedRange& bad : one.want)
        std::fill(want.begin() + static_cast<std::ptrdiff_t>(bad.range.begin),
                  want.begin() + static_cast<std::ptrdiff_t>(bad.range.end), '\0');
      EXPECT_EQ(got, want) << one.name;
    }
  }
}

TEST(ExtentStream, SkipPassesOverHolesAndExtents) {
  MemorySource source(alphabet());
  for (std::uint64_t count = 0; count <= 20; ++count) {
    const auto stream = make_extent_stream(source, map_of_20());
    EXPECT_EQ(stream->skip(count).value(), count);
    EXPECT_EQ(read_all(*stream), kWant.substr(count));
  }
  EXPECT_EQ(make_extent_stream(source, map_of_20())->skip(1000).value(), 20U);
}

TEST(ExtentStream, AnExtentPastTheVolumesEndIsDamage) {
  MemorySource source(alphabet());
  FileMap map;
  map.size = 10;
  map.add({0, 10, 20});
  const auto stream = make_extent_stream(source, std::move(map));
  EXPECT_EQ(read_all(*stream), "uvwxyz" + std::string(4, '\0'));
  EXPECT_EQ(stream->damage(), (Damage{{{6, 10}, "image is truncated"}}));
}

TEST(ExtentStream, LostPartsAreDamageWhenTheyArePassed) {
  MemorySource source(alphabet());
  FileMap map = map_of_20();
  map.lost.add({10, 13}, "map is gone");
  const auto stream = make_extent_stream(source, std::move(map));
  ASSERT_EQ(stream->skip(11).value(), 11U);
  EXPECT_EQ(stream->damage(), (Damage{{{10, 11}, "map is gone"}}));
  EXPECT_EQ(read_all(*stream), kWant.substr(11));
  EXPECT_EQ(stream->damage(), (Damage{{{10, 13}, "map is gone"}}));
}

TEST(FileMap, JoinsWhatGoesOnInBoth) {
  FileMap map;
  map.size = 100;
  map.add({0, 4, 10});
  map.add({4, 4, 14});   // goes on
  map.add({8, 4, 30});   // other place
  map.add({20, 0, 1});   // nothing
  map.add({20, 4, 34});  // other offset
  EXPECT_EQ(map.extents, (std::vector<FileExtent>{{0, 8, 10}, {8, 4, 30}, {20, 4, 34}}));
}

TEST(FileMap, AClaimOfMoreThanTheVolumeIsCutAndTold) {
  FileMap small = map_of_20();
  small.bound_to(20);
  EXPECT_EQ(small.size, 20U);
  EXPECT_FALSE(small.missing_tail);

  FileMap map = map_of_20();
  map.size = std::uint64_t{1} << 50;
  map.bound_to(26);
  MemorySource source(alphabet());
  const auto stream = make_extent_stream(source, std::move(map));
  EXPECT_EQ(read_all(*stream), kWant);
  ASSERT_EQ(stream->damage().size(), 1U);
  EXPECT_EQ(stream->damage()[0].range, (ByteRange{20, std::uint64_t{1} << 50}));
}

TEST(FileMap, DistrustedHolesAreLost) {
  FileMap map = map_of_20();
  map.size = 22;
  map.distrust_holes("map");
  EXPECT_EQ(map.lost.all(), (Damage{{{0, 2}, "map"}, {{10, 15}, "map"}, {{20, 22}, "map"}}));
}

}  // namespace
}  // namespace pidometer
