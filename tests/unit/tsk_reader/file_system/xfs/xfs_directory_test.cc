#include "tsk_reader/file_system/xfs/xfs_directory.h"

#include <gtest/gtest.h>

#include "tests/support/xfs_bytes.h"

namespace pidometer {
namespace {

using Names = std::vector<std::pair<std::string, std::uint64_t>>;

Names as_pairs(const XfsNames& names) {
  Names out;
  for (const DirectoryEntry& entry : names.entries) out.emplace_back(entry.name, entry.inode);
  return out;
}

XfsSuperblock geometry(bool v5, bool file_type) {
  XfsSuperblock super = xfs_geometry(v5);
  super.file_type = file_type;
  return super;
}

/// An entry of a directory block at `at`; gives where the next begins.
std::size_t put_entry(std::string& block, std::size_t at, const std::string& name,
                      std::uint64_t inode, bool file_type) {
  const std::size_t length = (9 + name.size() + (file_type ? 1 : 0) + 2 + 7) / 8 * 8;
  put_be(block, at, inode, 8);
  put_be(block, at + 8, name.size(), 1);
  block.replace(at + 9, name.size(), name);
  put_be(block, at + length - 2, at, 2);
  return at + length;
}
void put_unused(std::string& block, std::size_t at, std::size_t end) {
  put_be(block, at, 0xFFFF, 2);
  put_be(block, at + 2, end - at, 2);
  put_be(block, end - 2, at, 2);
}

/// Three names, one of them in front of a gap.
std::string data_block(bool v5, bool file_type, const char* magic) {
  std::string block(1024, '\0');
  block.replace(0, 4, magic);
  std::size_t at = v5 ? 64 : 16;
  at = put_entry(block, at, ".", 16, file_type);
  at = put_entry(block, at, "..", 16, file_type);
  at = put_entry(block, at, "cron", 17, file_type);
  put_unused(block, at, at + 48);
  at = put_entry(block, at + 48, "cron-20260101", 18, file_type);
  at = put_entry(block, at, "x", 19, file_type);
  put_unused(block, at, 1024);
  return block;
}
const Names kThree = {{"cron", 17}, {"cron-20260101", 18}, {"x", 19}};

TEST(XfsDirectory, ShortForm) {
  for (const bool file_type : {false, true}) {
    for (const std::size_t width : {4U, 8U}) {
      std::string bytes;
      put_be(bytes, 0, 2, 1);
      put_be(bytes, 1, width == 8 ? 2 : 0, 1);
      put_be(bytes, 2, 16, width);
      for (const auto& [name, inode] : Names{{"cron", 17}, {"log", 19}}) {
        put_be(bytes, bytes.size(), name.size(), 1);
        put_be(bytes, bytes.size(), 0x60, 2);
        bytes += name;
        if (file_type) bytes += '\1';
        put_be(bytes, bytes.size(), inode, width);
      }
      XfsNames names;
      parse_xfs_short_directory(geometry(true, file_type), as_bytes(bytes), names);
      EXPECT_EQ(as_pairs(names), (Names{{"cron", 17}, {"log", 19}}));
      EXPECT_EQ(names.fault, "");
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        XfsNames less;
        parse_xfs_short_directory(geometry(true, file_type), as_bytes(bytes).first(size), less);
        EXPECT_LT(less.entries.size(), 2U);
        EXPECT_EQ(less.fault, size > 0 ? "an entry does not fit" : "") << size;
      }
    }
  }
}

TEST(XfsDirectory, BlocksOfBothVersions) {
  for (const bool v5 : {false, true}) {
    for (const bool file_type : {false, true}) {
      XfsNames names;
      parse_xfs_directory_block(geometry(v5, file_type),
                                as_bytes(data_block(v5, file_type, v5 ? "XDD3" : "XD2D")), names);
      EXPECT_EQ(as_pairs(names), kThree);
      EXPECT_EQ(names.fault, "");
    }
  }
}

TEST(XfsDirectory, TheOnlyBlockEndsInAnIndex) {
  std::string block(1024, '\0');
  block.replace(0, 4, "XDB3");
  const std::size_t at = put_entry(block, 64, "cron", 17, true);
  const std::size_t index = 1024 - 8 - 2 * 8;
  put_unused(block, at, index);
  put_be(block, 1024 - 8, 2, 4);
  XfsNames names;
  parse_xfs_directory_block(geometry(true, true), as_bytes(block), names);
  EXPECT_EQ(as_pairs(names), (Names{{"cron", 17}}));
  EXPECT_EQ(names.fault, "");
  put_be(block, 1024 - 8, 0xFFFFFFFF, 4);
  XfsNames corrupt;
  parse_xfs_directory_block(geometry(true, true), as_bytes(block), corrupt);
  EXPECT_EQ(as_pairs(corrupt), (Names{{"cron", 17}}));
  EXPECT_NE(corrupt.fault, "");
}

TEST(XfsDirectory, ACorruptEntryHidesOnlyItself) {
  const struct {
    const char* name;
    std::size_t at;
    std::uint64_t value;
    std::size_t width;
    Names want;
  } cases[] = {
      // "cron" begins at 64 + 16 + 16.
      {"length of a name", 96 + 8, 200, 1, {{"cron-20260101", 18}, {"x", 19}}},
      {"no name", 96 + 8, 0, 1, {{"cron-20260101", 18}, {"x", 19}}},
      {"a slash", 96 + 9, '/', 1, {{"cron-20260101", 18}, {"x", 19}}},
      {"a zero", 96 + 9, 0, 1, {{"cron-20260101", 18}, {"x", 19}}},
      {"inode", 96, 1 << 20, 8, {{"cron-20260101", 18}, {"x", 19}}},
      {"length of a gap", 112 + 2, 8, 2, kThree},
      {"length of a gap, no multiple", 112 + 2, 47, 2, kThree},
      {"gap of 0", 112 + 2, 0, 2, kThree},
      {"a gap's tag", 160 - 2, 7, 2, kThree},
      {"an entry's tag", 112 - 2, 7, 2, kThree},
  };
  for (const auto& one : cases) {
    std::string block = data_block(true, true, "XDD3");
    put_be(block, one.at, one.value, one.width);
    XfsNames names;
    parse_xfs_directory_block(geometry(true, true), as_bytes(block), names);
    EXPECT_EQ(as_pairs(names), one.want) << one.name;
    EXPECT_NE(names.fault, "") << one.name;
  }
}

TEST(XfsDirectory, OtherBlocksAreTold) {
  for (const char* magic : {"XDF3", "XD2D", "\0\0\0\0"}) {
    XfsNames names;
    parse_xfs_directory_block(geometry(true, true), as_bytes(data_block(true, true, magic)), names);
    EXPECT_TRUE(names.entries.empty());
    EXPECT_EQ(names.fault, "a block of it has no magic number");
  }
}

}  // namespace
}  // namespace pidometer
