#include "tsk_reader/volume/md/md_arrays.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

struct Wish {
  std::size_t image;
  std::uint32_t number;
  std::uint64_t events;
  std::optional<std::uint32_t> role;
  std::optional<std::uint64_t> rebuilt = std::nullopt;
  std::map<std::uint32_t, bool> active = {{0, true}, {1, true}};
};

std::vector<MdMember> members_of(const std::vector<Wish>& wishes) {
  std::vector<MdMember> out;
  for (const Wish& wish : wishes) {
    MdMember one;
    one.super.version = "1.2";
    one.super.array_uuid = "00112233445566778899aabbccddeeff";
    one.super.level = 1;
    one.super.raid_disks = 2;
    one.super.size = 1 << 20;
    one.super.number = wish.number;
    one.super.member_id = std::to_string(wish.number);
    one.super.events = wish.events;
    one.super.role = wish.role;
    one.super.state = wish.role ? "" : "spare";
    one.super.rebuilt = wish.rebuilt;
    one.super.active = wish.active;
    one.image = wish.image;
    one.place = std::to_string(wish.image) + "/" + std::to_string(wish.number);
    out.push_back(one);
  }
  return out;
}

/// The legs of each array, the best first.
std::string words(const std::vector<MdArray>& arrays) {
  std::string out;
  for (const MdArray& array : arrays) {
    for (const MdMember* leg : array.legs) out += leg->place + " ";
    out += array.complete() ? "| " : "? ";
  }
  return out;
}

TEST(MdArrays, ReadTheBestMembers) {
  const struct {
    const char* name;
    std::vector<Wish> members;
    const char* want;
  } cases[] = {
      {"one of two", {{0, 1, 9, 1}}, "0/1 ? "},
      {"both: the lower place first", {{0, 1, 9, 1}, {0, 0, 9, 0}}, "0/0 0/1 | "},
      {"the newer one", {{0, 0, 8, 0}, {0, 1, 9, 1}}, "0/1 | "},
      {"in sync before newer and not rebuilt", {{0, 0, 9, 0, 4096}, {0, 1, 9, 1}}, "0/1 ? "},
      {"only a rebuilt one", {{0, 0, 9, 0, 4096}}, "0/0 ? "},
      {"a spare only", {{0, 2, 9, std::nullopt}}, "? "},
      {"one that another of the newest does not count",
       {{0, 0, 9, 0}, {0, 1, 9, 1, std::nullopt, {{0, false}, {1, true}}}},
       "0/1 | "},
      {"over two images", {{0, 1, 9, 1}, {1, 0, 9, 0}}, "1/0 0/1 | "},
      {"a copy in another image", {{0, 1, 9, 1}, {1, 1, 9, 1}}, "0/1 ? 1/1 ? "},
      {"a complete image takes no other's",
       {{0, 0, 9, 0}, {0, 1, 9, 1}, {1, 0, 9, 0}},
       "0/0 0/1 | 1/0 ? "},
  };
  for (const auto& one : cases) {
    const auto members = members_of(one.members);
    EXPECT_EQ(words(group_md_members(members)), one.want) << one.name;
  }
}

TEST(MdArrays, SayWhyAMemberIsNotRead) {
  const auto members = members_of({{0, 0, 8, 0}, {0, 1, 9, 1}, {0, 2, 9, std::nullopt}});
  const auto arrays = group_md_members(members);
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_EQ(arrays[0].member_words(members[0]), "stale, its event count is 8 and that of 0/1 is 9");
  EXPECT_EQ(arrays[0].member_words(members[1]), "");
  EXPECT_EQ(arrays[0].member_words(members[2]), "spare");
  EXPECT_EQ(arrays[0].description(), "md RAID1 array 00112233 (metadata 1.2), 1 of 2 members: 0/1");
}

TEST(MdArrays, OtherLevelsAreNotRead) {
  auto members = members_of({{0, 0, 8, 0}});
  members[0].super.level = 5;
  const auto arrays = group_md_members(members);
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_TRUE(arrays[0].legs.empty());
  EXPECT_EQ(arrays[0].unsupported, "not read by this version");
  EXPECT_EQ(md_level_name(5), "RAID5");
}

}  // namespace
}  // namespace pidometer
