#include "tsk_reader/container/ddrescue/ddrescue_map.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

constexpr const char* kHead =
    "# Mapfile. Created by GNU ddrescue version 1.26\n"
    "# Command line: ddrescue -d /dev/sdb disk.dd disk.map\n"
    "# current_pos  current_status  current_pass\n";

TEST(DdrescueMap, EverythingButFinishedIsUnread) {
  const DdrescueMap map = parse_ddrescue_map(std::string(kHead) +
                                                 "0x1000     ?     1\n"
                                                 "0x00000000  0x1000  +\n"
                                                 "0x00001000  512  -\n"
                                                 "4608  0x200  /\n"
                                                 "0x1400  0x400  *\n"
                                                 "0x1800  0x800  ?  # not yet\n"
                                                 "0x2000  010000  +\n",
                                             0x3000);
  EXPECT_EQ(map.problem, "");
  EXPECT_EQ(map.end, 0x3000U);
  EXPECT_FALSE(map.shifted());
  const std::vector<DamagedRange> want = {
      {{0x1000, 0x1200}, "not read by ddrescue (bad sector)"},
      {{0x1200, 0x1400}, "not read by ddrescue (non-scraped)"},
      {{0x1400, 0x1800}, "not read by ddrescue (non-trimmed)"},
      {{0x1800, 0x2000}, "not read by ddrescue (non-tried)"},
  };
  EXPECT_EQ(map.unread.all(), want);
}

TEST(DdrescueMap, WhatMakesNoSenseIsNotTakenForRead) {
  struct Case {
    const char* name;
    std::string body;
    std::uint64_t unread_from;
    const char* problem;
  };
  const std::string status = "0x0 + 1\n";
  const std::vector<Case> cases = {
      {"no status line", "", 0, "is cut off after line 3"},
      {"no block", status, 0, "is cut off after line 4"},
      {"cut within a line", status + "0 0x1000 +\n0x1000 0x10", 0x1000, "is cut off in line 6"},
      {"a gap", status + "0 0x1000 +\n0x2000 0x1000 +\n", 0x1000, "makes no sense from line 6"},
      {"an overlap", status + "0 0x1000 +\n0x800 0x1000 +\n", 0x1000, "makes no sense from line 6"},
      {"unknown status", status + "0 0x1000 x\n", 0, "makes no sense from line 5"},
      {"two characters", status + "0 0x1000 ++\n", 0, "makes no sense from line 5"},
      {"a fourth word", status + "0 0x1000 + 3\n", 0, "makes no sense from line 5"},
      {"no number", status + "0 0x +\n", 0, "makes no sense from line 5"},
      {"size 0", status + "0 0 +\n", 0, "makes no sense from line 5"},
      {"too large", status + "0 0x7fffffffffffffff +\n", 0, "makes no sense from line 5"},
      {"overflow", status + "0 99999999999999999999999 +\n", 0, "makes no sense from line 5"},
      {"bad status line", "0x0 z 1\n0 0x1000 +\n", 0, "makes no sense from line 4"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const DdrescueMap map = parse_ddrescue_map(kHead + one.body, 0x10000);
    EXPECT_EQ(map.problem, one.problem);
    ASSERT_EQ(map.unread.all().size(), 1U);
    EXPECT_EQ(map.unread.all()[0].range, (ByteRange{one.unread_from, 0x10000}));
  }
}

TEST(DdrescueMap, OldFormAndPositions) {
  const DdrescueMap old = parse_ddrescue_map(
      "# Rescue Logfile. Created by GNU ddrescue version 1.11\r\n"
      "# Command line: ddrescue -o 512 /dev/sdb disk.dd x.log\r\n"
      "0x0 ?\r\n0x200 0x200 +\r\n",
      0x400);
  EXPECT_EQ(old.problem, "");
  EXPECT_TRUE(old.shifted());
  ASSERT_EQ(old.unread.all().size(), 1U);
  EXPECT_EQ(old.unread.all()[0].range, (ByteRange{0, 0x200}));
}

TEST(DdrescueMap, IsToldByItsFirstLine) {
  EXPECT_TRUE(is_ddrescue_map(kHead));
  EXPECT_TRUE(is_ddrescue_map("# Rescue Logfile. Created by GNU ddrescue version 1.19\n"));
  EXPECT_FALSE(is_ddrescue_map("# Mapfile. Created by hand\nGNU ddrescue\n"));
  EXPECT_FALSE(is_ddrescue_map("Nov  8 10:20:00 web01 CRON[842]: (root) CMD (ddrescue)\n"));
  EXPECT_FALSE(is_ddrescue_map(""));
}

}  // namespace
}  // namespace pidometer
