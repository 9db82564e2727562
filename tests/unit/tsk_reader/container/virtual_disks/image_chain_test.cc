#include "tsk_reader/container/image_chain.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"
#include "tests/unit/tsk_reader/container/virtual_disks/disk_test.h"

namespace pidometer {
namespace {

/// A qcow2 of 64 KiB in clusters of 512 bytes: header, L1 at 512, one L2 at 1024, data after it.
std::string qcow2(const std::vector<std::uint64_t>& l2) {
  std::string bytes(4096, '\0');
  bytes.replace(0, 4, "QFI\xfb");
  put_be(bytes, 4, 3, 4);
  put_be(bytes, 20, 9, 4);
  put_be(bytes, 24, 65536, 8);
  put_be(bytes, 36, 2, 4);
  put_be(bytes, 40, 512, 8);
  put_be(bytes, 100, 104, 4);
  put_be(bytes, 512, std::uint64_t{1} << 63 | 1024, 8);
  for (std::size_t i = 0; i < l2.size(); ++i) put_be(bytes, 1024 + i * 8, l2[i], 8);
  for (std::size_t at = 1536; at < 4096; ++at) bytes[at] = static_cast<char>('a' + at / 512);
  return bytes;
}

class Chain : public DiskTest {
 protected:
  Chain() : DiskTest("disk.qcow2") {}
};

constexpr std::uint64_t kCopied = std::uint64_t{1} << 63;

TEST_F(Chain, ReadsClustersAndZeros) {
  const auto source = open(qcow2({kCopied | 1536, 0, kCopied | 2048 | 1, kCopied | 2560}));
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->size(), 65536U);
  EXPECT_EQ(read_range(**source, 0, 2048),
            std::string(512, 'd') + std::string(1024, '\0') + std::string(512, 'f'));
  EXPECT_TRUE(report_.damage.empty());
  EXPECT_TRUE(report_.warnings.empty());
}

TEST_F(Chain, WhatCannotBeLocatedIsDamage) {
  struct Case {
    const char* name;
    std::uint64_t entry;
    const char* reason;
  };
  for (const Case& one : std::vector<Case>{
           {"past the end", kCopied | 1 << 20, "disk.qcow2 is truncated"},
           {"no cluster's start", kCopied | 1536 | 256, "bits that must be zero"},
           {"reserved", kCopied | 1536 | std::uint64_t{1} << 60, "bits that must be zero"},
           {"in the header", kCopied | 512, "claim the same place"},
           {"the place of another", kCopied | 2560, "claim the same place"},
           {"compressed and copied", kCopied | std::uint64_t{1} << 62 | 1536, "is corrupt"},
           {"compressed past the end", std::uint64_t{1} << 62 | 1 << 20, "is truncated"},
       }) {
    SCOPED_TRACE(one.name);
    const auto source = open(qcow2({one.entry, kCopied | 2560}));
    ASSERT_TRUE(source);
    ASSERT_FALSE(report_.damage.empty());
    EXPECT_EQ(report_.damage[0].range.begin, 0U);
    EXPECT_NE(report_.damage[0].reason.find(one.reason), std::string::npos)
        << report_.damage[0].reason;
    EXPECT_EQ(read_range(**source, 0, 512), std::string(512, '\0'));
  }
}

TEST_F(Chain, HostileHeaders) {
  struct Case {
    const char* name;
    std::size_t at;
    std::uint64_t value;
    std::size_t width;
  };
  for (const Case& one : std::vector<Case>{
           {"version 9", 4, 9, 4},
           {"clusters of a byte", 20, 0, 4},
           {"clusters of 2^40", 20, 40, 4},
           {"no disk", 24, 0, 8},
           {"a disk of 2^63", 24, std::uint64_t{1} << 63, 8},
           {"an L1 of 2^32 entries", 36, 0xffffffff, 4},
           {"encrypted", 32, 1, 4},
           {"unknown feature", 72, 1 << 9, 8},
           {"a header of 0 bytes", 100, 0, 4},
           {"a header of 2^31 bytes", 100, 1U << 31, 4},
       }) {
    SCOPED_TRACE(one.name);
    std::string bytes = qcow2({kCopied | 1536});
    put_be(bytes, one.at, one.value, one.width);
    EXPECT_FALSE(open(bytes));
  }
  std::string nowhere = qcow2({kCopied | 1536});
  put_be(nowhere, 40, ~std::uint64_t{0} - 7, 8);
  const auto source = open(nowhere);
  ASSERT_TRUE(source);
  ASSERT_EQ(report_.damage.size(), 1U);
  EXPECT_EQ(report_.damage[0].range, (ByteRange{0, 65536}));
}

TEST_F(Chain, NamesOfTheEvidenceStayInItsFolder) {
  EXPECT_EQ(base_name("/etc/passwd"), "passwd");
  EXPECT_EQ(base_name("C:\\VMs\\disk.vmdk"), "disk.vmdk");
  EXPECT_EQ(base_name("../../disk"), "disk");
  EXPECT_EQ(base_name(".."), "");
  EXPECT_EQ(base_name("a/"), "");
  EXPECT_EQ(base_name(std::string_view("a\0b", 3)), "");
}

}  // namespace
}  // namespace pidometer
