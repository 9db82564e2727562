#include "tsk_reader/volume/lvm/lvm_volume_group.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

/// A group of two physical volumes of 100 extents of 64 KiB, with these logical volumes.
std::string group_text(const std::string& volumes, const std::string& extent_size = "128") {
  return "vg0 { id = \"aaaaaa-0000-0000-0000-0000-0000-000000\" seqno = 4 extent_size = " +
         extent_size +
         " physical_volumes {"
         " pv0 { id = \"bbbbbb-0000-0000-0000-0000-0000-000000\" device = \"/dev/sda2\""
         " pe_start = 2048 pe_count = 100 }"
         " pv1 { id = \"cccccc-0000-0000-0000-0000-0000-000000\" pe_start = 384 pe_count = 100 } }"
         " logical_volumes {" +
         volumes + "} }";
}

std::string volume(const std::string& segments, const std::string& status = "\"VISIBLE\"") {
  return "v { status = [" + status + "] " + segments + " }";
}

std::string segment(const std::string& text, int start = 0, int count = 4) {
  return "segment1 { start_extent = " + std::to_string(start) +
         " extent_count = " + std::to_string(count) + " " + text + " }";
}

std::string striped(const std::string& stripes, int count = 1, const std::string& more = "") {
  return "type = \"striped\" stripe_count = " + std::to_string(count) + " " + more +
         " stripes = [" + stripes + "]";
}

std::optional<LvmVolumeGroup> read(const std::string& text) {
  std::string error;
  const auto parsed = parse_lvm_text(text, error);
  EXPECT_TRUE(parsed) << error;
  return parsed ? read_volume_group(*parsed, error) : std::nullopt;
}

TEST(LvmVolumeGroup, KeepsWhatTheMetadataSays) {
  const auto group =
      read(group_text(volume(segment(striped("\"pv1\", 7, \"pv0\", 9", 2, "stripe_size = 16")))));
  ASSERT_TRUE(group);
  EXPECT_EQ(group->name, "vg0");
  EXPECT_EQ(group->seqno, 4U);
  EXPECT_EQ(group->extent_size, 65536U);
  ASSERT_EQ(group->pvs.size(), 2U);
  EXPECT_EQ(group->pvs[0].uuid, "bbbbbb00000000000000000000000000");
  EXPECT_EQ(lvm_uuid_text(group->pvs[0].uuid), "bbbbbb-0000-0000-0000-0000-0000-000000");
  EXPECT_EQ(group->pvs[0].data_start, 1048576U);
  EXPECT_EQ(group->pvs[0].device, "/dev/sda2");
  ASSERT_EQ(group->lvs.size(), 1U);
  const LvmLogicalVolume& lv = group->lvs[0];
  EXPECT_EQ(lv.unsupported, "");
  EXPECT_TRUE(lv.visible);
  EXPECT_EQ(lv.extents, 4U);
  ASSERT_EQ(lv.segments.size(), 1U);
  EXPECT_EQ(lv.segments[0].stripe_size, 8192U);
  ASSERT_EQ(lv.segments[0].areas.size(), 2U);
  EXPECT_EQ(lv.segments[0].areas[0].pv, 1U);
  EXPECT_EQ(lv.segments[0].areas[0].first_extent, 7U);
}

TEST(LvmVolumeGroup, NamesWhatItCannotRead) {
  const char* huge = "9223372036854775807";
  const struct {
    std::string segments;
    const char* want;
  } cases[] = {
      {segment(striped("\"pv0\", 0")), ""},
      {segment(striped("\"pv0\", 96")), ""},
      {segment(striped("\"pv0\", 97")), "the stripes of segment1 make no sense"},
      {segment(striped(std::string("\"pv0\", ") + huge)), "the stripes of segment1 make no sense"},
      {segment(striped("\"pv0\", -1")), "the stripes of segment1 make no sense"},
      {segment(striped("\"pv0\", 0, \"pv1\", 0", 2)), "the stripes of segment1 make no sense"},
      {segment(striped("\"pv0\", 0, \"pv1\", 0", 2, "stripe_size = 0")),
       "the stripes of segment1 make no sense"},
      {segment(striped("\"pv0\", 0, \"pv1\", 0", 2, "stripe_size = 256")),
       "the stripes of segment1 make no sense"},
      {segment(striped("\"pv0\", 0, \"pv1\", 0", 2, "stripe_size = 8"), 0, 3),
       "the stripes of segment1 make no sense"},
      {segment(striped("\"pv0\", 0, \"pv1\"", 1)), "the stripes of segment1 make no sense"},
      {std::string("segment1 { start_extent = ") + huge + " extent_count = " + huge + " }",
       "segment1 has no place that makes sense"},
      {"segment1 { start_extent = 0 extent_count = 0 type = \"zero\" }",
       "segment1 has no place that makes sense"},
      {segment(striped("\"pv0\", 0")) +
           " segment2 { start_extent = 3 extent_count = 1 type = \"zero\" }",
       "its segments overlap in the metadata"},
      {"", "the metadata gives it no segments"},
      {segment("type = \"thin\" thin_pool = \"pool\""), "thin volume of the pool pool"},
      {segment("type = \"thin-pool\""), "thin pool"},
      {segment("type = \"raid6_zr\""), "RAID volume (raid6_zr)"},
      {segment("type = \"cache+METADATA_FORMAT\" cache_pool = \"c\""),
       "cached volume of the cache c"},
      {segment("type = \"vdo\" vdo_pool = \"p\""), "VDO volume of the pool p"},
      {segment("type = \"writecache\""), "volume with a write cache"},
      {segment("type = \"mirror\""), "mirror"},
      {segment("type = \"new\""), "volume of the type new"},
  };
  for (const auto& one : cases) {
    const auto group = read(group_text(volume(one.segments)));
    ASSERT_TRUE(group);
    EXPECT_EQ(group->lvs[0].unsupported, one.want) << one.segments;
  }
}

TEST(LvmVolumeGroup, KnowsSnapshotsAndHiddenVolumes) {
  const std::string store =
      "snap { status = [\"VISIBLE\"] " + segment(striped("\"pv0\", 10")) + "}";
  const auto plain = read(group_text(
      volume(segment(striped("\"pv0\", 0"))) + store + "snapshot0 { status = [] " +
      segment("type = \"snapshot\" chunk_size = 8 origin = \"v\" cow_store = \"snap\"") + "}"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->lvs[0].unsupported, "");
  EXPECT_EQ(plain->lvs[1].unsupported, "snapshot of v");
  EXPECT_FALSE(plain->lvs[2].visible);
  const auto merging = read(group_text(
      volume(segment(striped("\"pv0\", 0"))) + store + "snapshot0 { status = [] " +
      segment("type = \"snapshot\" chunk_size = 8 origin = \"v\" merging_store = \"snap\"") + "}"));
  ASSERT_TRUE(merging);
  EXPECT_EQ(merging->lvs[0].unsupported, "the snapshot snap was being merged into it");
}

TEST(LvmVolumeGroup, RefusesWhatIsNoGroup) {
  for (const std::string& text :
       {std::string("contents = \"x\""), std::string("vg0 { extent_size = 8 }"),
        group_text("", "0"), group_text("", "9223372036854775807"), group_text("", "\"8\"")})
    EXPECT_FALSE(read(text)) << text;
}

TEST(LvmVolumeGroup, KeepsGoingWherePlacesMakeNoSense) {
  const auto group = read(
      "vg0 { id = \"a\" seqno = 1 extent_size = 128 physical_volumes { pv0 { id = \"b\" pe_start = "
      "9223372036854775807 pe_count = 9223372036854775807 } } logical_volumes { " +
      volume(segment(striped("\"pv0\", 0"))) + " } }");
  ASSERT_TRUE(group);
  EXPECT_EQ(group->problems.size(), 1U);
  EXPECT_EQ(group->lvs[0].unsupported, "the stripes of segment1 make no sense");
}

}  // namespace
}  // namespace pidometer
