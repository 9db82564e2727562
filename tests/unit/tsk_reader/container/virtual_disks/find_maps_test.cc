#include "tsk_reader/container/ddrescue/find_maps.h"

#include <gtest/gtest.h>

#include "tests/support/made_image.h"
#include "tests/support/memory_source.h"
#include "tests/support/temporary_folder.h"
#include "tsk_reader/container/block_source_open.h"

namespace pidometer {
namespace {

std::string map_text(const std::string& output, std::uint64_t bad, std::uint64_t end) {
  return "# Mapfile. Created by GNU ddrescue version 1.26\n# Command line: ddrescue /dev/sdb " +
         output + " some.map\n0x0 + 1\n0 " + std::to_string(bad) + " +\n" + std::to_string(bad) +
         " 512 -\n" + std::to_string(bad + 512) + " " + std::to_string(end - bad - 512) + " +\n";
}

class FindMaps : public testing::Test {
 protected:
  static constexpr std::uint64_t kSize = 100'352;
  std::string image(const std::string& name) { return folder_.write(name, disk_bytes(kSize, 4)); }
  std::vector<std::string> found(const std::vector<std::string>& given) {
    const GroupedInputs inputs = group_inputs(given, InputKind::automatic);
    errors_ = inputs.errors.size();
    std::vector<std::string> names;
    for (const InputGroup& group : inputs.groups)
      for (const auto& map : group.maps) names.push_back(map.filename().string());
    groups_ = inputs.groups.size();
    return names;
  }
  TemporaryFolder folder_;
  std::size_t errors_ = 0;
  std::size_t groups_ = 0;
};

TEST_F(FindMaps, ByNameByCommandLineAndBySize) {
  const std::string disk = image("disk.dd");
  folder_.write("other.map", map_text("other.dd", 512, kSize));
  folder_.write("disk-2.map", map_text("disk-2.dd", 512, kSize));
  EXPECT_EQ(found({disk}), std::vector<std::string>{});
  folder_.write("disk.log", "Nov  8 10:20:00 web01 CRON[842]: (root) CMD (run)\n");
  EXPECT_EQ(found({disk}), std::vector<std::string>{});
  folder_.write("disk.dd.map", map_text("elsewhere.dd", 512, kSize - 512));
  EXPECT_EQ(found({disk}), std::vector<std::string>{"disk.dd.map"});
  folder_.write("mapfile", map_text("elsewhere.dd", 512, kSize));
  EXPECT_EQ(found({disk}), (std::vector<std::string>{"mapfile", "disk.dd.map"}));
  folder_.write("zz.log", map_text("/mnt/case/disk.dd", 512, kSize));
  EXPECT_EQ(found({disk}), (std::vector<std::string>{"mapfile", "zz.log", "disk.dd.map"}));
}

TEST_F(FindMaps, GivenOnTheCommandLine) {
  const std::string disk = image("disk.dd");
  const std::string map = folder_.write("oddly.named", map_text("x", 512, kSize));
  EXPECT_EQ(found({map, disk}), std::vector<std::string>{"oddly.named"});
  EXPECT_EQ(groups_, 1U);
  EXPECT_EQ(found({map}), std::vector<std::string>{});
  EXPECT_EQ(errors_, 1U);
  EXPECT_EQ(found({map, disk, image("disk2.dd")}), std::vector<std::string>{});
  EXPECT_EQ(errors_, 1U);
}

TEST_F(FindMaps, UnreadBytesAreDamageAndZeros) {
  folder_.write("disk.dd.001", disk_bytes(50'176, 4));
  folder_.write("disk.dd.002", std::string(50'176, 'x'));
  folder_.write("disk.map", map_text("disk.dd", 60'416, kSize));
  const GroupedInputs inputs =
      group_inputs(std::vector{folder_.file("disk.dd.001")}, InputKind::automatic);
  ASSERT_EQ(inputs.groups.size(), 1U);
  InputReport report;
  const auto source = open_block_source(inputs.groups[0], report);
  ASSERT_TRUE(source);
  EXPECT_EQ(report.kind, "split raw");
  EXPECT_EQ(report.segments.size(), 3U);
  ASSERT_EQ(report.damage.size(), 1U);
  EXPECT_EQ(report.damage[0].range, (ByteRange{60'416, 60'928}));
  EXPECT_EQ(report.damage[0].reason, "not read by ddrescue (bad sector)");
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(read_range(**source, 60'415, 514), std::string("x").append(512, '\0') + "x");
}

TEST_F(FindMaps, AMapOfAnotherSizeIsToldAndUsed) {
  const std::string disk = image("disk.dd");
  folder_.write("disk.map", map_text("disk.dd", 512, kSize + 4096));
  const GroupedInputs inputs = group_inputs(std::vector{disk}, InputKind::automatic);
  InputReport report;
  ASSERT_TRUE(open_block_source(inputs.groups.at(0), report));
  ASSERT_EQ(report.warnings.size(), 2U);
  EXPECT_NE(report.warnings[0].message.find("ends at byte 104448, and the image has 100352"),
            std::string::npos);
  EXPECT_EQ(report.damage.size(), 1U);
}

}  // namespace
}  // namespace pidometer
