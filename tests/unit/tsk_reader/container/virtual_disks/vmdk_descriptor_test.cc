#include "tsk_reader/container/vmdk/vmdk_descriptor.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

TEST(VmdkDescriptor, ReadsWhatVmwareAndQemuWrite) {
  const auto got = parse_vmdk_descriptor(
      "# Disk DescriptorFile\r\nversion=1\r\nCID=fffffffe\r\nparentCID=1a2b3c4d\r\n"
      "parentFileNameHint=\"C:\\VMs\\base disk.vmdk\"\r\ncreateType=\"custom\"\r\n\r\n"
      "# Extent description\r\nRW 4192256 SPARSE \"disk-s001.vmdk\"\r\n"
      "RW 63 FLAT \"a flat.vmdk\" 128\r\nRDONLY 10 ZERO\r\nRW 5 VMFS \"x-flat.vmdk\"\r\n"
      "ddb.adapterType = \"ide\"\r\n\0garbage=1");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->cid, 0xfffffffeU);
  EXPECT_TRUE(got->has_parent());
  EXPECT_EQ(got->parent, "C:\\VMs\\base disk.vmdk");
  ASSERT_EQ(got->extents.size(), 4U);
  EXPECT_EQ(got->extents[0].sectors, 4192256U);
  EXPECT_EQ(got->extents[1].file, "a flat.vmdk");
  EXPECT_EQ(got->extents[1].offset, 128U);
  EXPECT_EQ(got->extents[2].type, "ZERO");
  EXPECT_EQ(got->extents[3].file, "x-flat.vmdk");
  EXPECT_TRUE(got->bad_lines.empty());
  EXPECT_FALSE(got->encrypted);
}

TEST(VmdkDescriptor, TellsLinesThatMakeNoSense) {
  for (const char* line : {"RW", "RW x FLAT \"a\"", "RW 5", "RW 5 FLAT", "RW 5 FLAT a",
                           "RW 5 FLAT \"a", "RW 5 FLAT \"a\" x", "RW 99999999999999999999 ZERO",
                           "RW 5 FLAT \"", "RW 999999999999999999 ZERO"}) {
    SCOPED_TRACE(line);
    const auto got = parse_vmdk_descriptor(std::string("# Disk DescriptorFile\n") + line + "\n");
    ASSERT_TRUE(got);
    EXPECT_EQ(got->extents.size(), 0U);
    EXPECT_EQ(got->bad_lines.size(), 1U);
  }
  EXPECT_FALSE(parse_vmdk_descriptor("RW 5 ZERO\n"));
  EXPECT_FALSE(parse_vmdk_descriptor(""));
}

}  // namespace
}  // namespace pidometer
