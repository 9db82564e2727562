#include "tsk_reader/volume/lvm/lvm_grouping.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"
#include "tsk_reader/volume/lvm/lvm_volumes.h"

namespace pidometer {
namespace {

std::string uuid(char c) {
  return std::string(32, c);
}

/// A group of the physical volumes `a` and `b`, one volume over both, newest change `seqno`.
std::shared_ptr<LvmVolumeGroup> group_of_two(std::uint64_t seqno) {
  auto group = std::make_shared<LvmVolumeGroup>();
  group->name = "vg";
  group->uuid = uuid('g');
  group->seqno = seqno;
  group->extent_size = 1024;
  for (const char c : {'a', 'b'}) {
    LvmPvEntry pv;
    pv.name = std::string("pv") + c;
    pv.uuid = uuid(c);
    pv.extents = 10;
    group->pvs.push_back(pv);
  }
  LvmLogicalVolume lv;
  lv.name = "v";
  lv.visible = true;
  lv.extents = 4;
  lv.segments = {{0, 2, "striped", 0, {{"pva", 0, 0}}}, {2, 2, "striped", 0, {{"pvb", 1, 0}}}};
  group->lvs.push_back(lv);
  return group;
}

LvmMember member(char id, std::size_t image, std::uint64_t seqno, bool sound = true) {
  LvmMember out;
  out.pv.uuid = uuid(id);
  out.pv.copies.push_back({group_of_two(seqno), sound});
  out.image = image;
  out.place = std::string(1, id) + std::to_string(image);
  return out;
}

std::string words(const std::vector<LvmGroup>& groups) {
  std::string out;
  for (const LvmGroup& group : groups) {
    for (const LvmMember* one : group.pvs) out += one == nullptr ? "- " : one->place + " ";
    for (const LvmMember* one : group.copies) out += "(" + one->place + ") ";
    out += "| ";
  }
  return out;
}

TEST(LvmGrouping, NeverMixesCopies) {
  const struct {
    const char* name;
    std::vector<LvmMember> members;
    const char* want;
  } cases[] = {
      {"one image", {member('a', 0, 1), member('b', 0, 1)}, "a0 b0 | "},
      {"over two images", {member('b', 0, 1), member('a', 1, 1)}, "a1 b0 | "},
      {"a missing one", {member('b', 0, 1)}, "- b0 | "},
      {"a whole image takes nothing from another",
       {member('a', 0, 1), member('b', 0, 1), member('a', 1, 1)},
       "a0 b0 | a1 - | "},
      {"two pairs",
       {member('a', 0, 1), member('b', 1, 1), member('a', 2, 1), member('b', 3, 1)},
       "a0 b1 | a2 b3 | "},
      {"two pairs, crossed",
       {member('a', 0, 1), member('a', 1, 2), member('b', 2, 2), member('b', 3, 1)},
       "a0 b3 | a1 b2 | "},
      {"copies in one image: the newer one",
       {member('a', 0, 1), member('b', 0, 2), member('a', 0, 2)},
       "a0 b0 (a0) | "},
  };
  for (const auto& one : cases)
    EXPECT_EQ(words(group_physical_volumes(one.members)), one.want) << one.name;
}

TEST(LvmGrouping, TakesTheNewestSoundMetadata) {
  std::vector<LvmMember> members{member('a', 0, 5), member('b', 0, 7)};
  auto groups = group_physical_volumes(members);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].metadata->seqno, 7U);
  ASSERT_EQ(groups[0].problems.size(), 1U);
  EXPECT_EQ(groups[0].problems[0],
            "a0 holds older metadata of the volume group vg than the newest (seqno 5 and 7); what "
            "lies on it may be older too");
  members[1].pv.copies[0].sound = false;
  groups = group_physical_volumes(members);
  EXPECT_EQ(groups[0].metadata->seqno, 5U);
  ASSERT_EQ(groups[0].problems.size(), 1U);
  EXPECT_EQ(groups[0].problems[0],
            "b0 holds newer metadata of the volume group vg (seqno 7) that is damaged; seqno 5 is "
            "used");
}

TEST(LvmGrouping, FindsWhatKeepsNoMetadataByItsUuid) {
  std::vector<LvmMember> members{member('a', 0, 1), member('b', 1, 1), member('b', 0, 1)};
  members[1].pv.copies.clear();
  members[2].pv.copies.clear();
  EXPECT_EQ(words(group_physical_volumes(members)), "a0 b0 | ");  // that of the same image
  members.pop_back();
  EXPECT_EQ(words(group_physical_volumes(members)), "a0 b1 | ");
  EXPECT_EQ(group_physical_volumes(members)[0].owner(), 0U);
}

TEST(LvmVolumes, AMissingPhysicalVolumeIsTold) {
  MemorySource bytes(std::string(10240, 'x'));
  std::vector<LvmMember> members{member('a', 0, 1)};
  members[0].source = &bytes;
  const LvmVolumes made = make_logical_volumes(group_physical_volumes(members)[0]);
  ASSERT_EQ(made.volumes.size(), 1U);
  EXPECT_EQ(made.volumes[0].name, "lvm-vg-v");
  EXPECT_EQ(made.volumes[0].size, 4096U);
  ASSERT_EQ(made.warnings.size(), 1U);
  EXPECT_EQ(made.warnings[0].message,
            "2048 of 4096 bytes of the volume are lost: physical volume "
            "bbbbbb-bbbb-bbbb-bbbb-bbbb-bbbb-bbbbbb (pvb) is missing; give the image that holds it "
            "as well");
}

TEST(LvmVolumes, CirclesEnd) {
  auto group = group_of_two(1);
  group->lvs[0].segments = {{0, 4, "striped", 0, {{"w", std::nullopt, 0}}}};
  LvmLogicalVolume other = group->lvs[0];
  other.name = "w";
  other.index = 1;
  other.segments = {{0, 4, "striped", 0, {{"v", std::nullopt, 0}}}};
  group->lvs.push_back(other);
  std::vector<LvmMember> members{member('a', 0, 1)};
  members[0].pv.copies[0].group = group;
  const LvmVolumes made = make_logical_volumes(group_physical_volumes(members)[0]);
  ASSERT_EQ(made.volumes.size(), 2U);
  for (const Volume& volume : made.volumes) {
    EXPECT_EQ(volume.source, nullptr);
    EXPECT_NE(volume.unsupported, "");
  }
}

}  // namespace
}  // namespace pidometer
