#include "tsk_reader/file_system/ext/jbd2_superblock.h"

#include <gtest/gtest.h>

#include "tests/support/made_journal.h"

namespace pidometer {
namespace {

using test::JournalForm;
using test::MadeJournal;

Result<Jbd2Superblock> parse(MadeJournal& journal, std::uint64_t file_blocks = 64) {
  return parse_jbd2_superblock(std::as_bytes(std::span(journal.at(0), journal.form().block_size)),
                               1024, file_blocks);
}

TEST(Jbd2Superblock, ReadsBothVersions) {
  MadeJournal journal({.incompatible = 0x13, .sequence = 99, .start = 5});
  const auto super = parse(journal);
  ASSERT_TRUE(super) << super.error().reason;
  EXPECT_EQ(super->version, 2U);
  EXPECT_EQ(super->sequence, 99U);
  EXPECT_EQ(super->start, 5U);
  EXPECT_EQ(super->ring_end(), 64U);
  EXPECT_TRUE(super->has_64bit() && super->has_checksum_v3() && super->has_revokes());
  EXPECT_FALSE(super->checksum_failed);

  MadeJournal old({.version = 1, .incompatible = 0xFFFF});
  const auto first = parse(old);
  ASSERT_TRUE(first) << first.error().reason;
  EXPECT_EQ(first->incompatible, 0U);  // its words mean nothing there
  EXPECT_FALSE(first->has_block_checksums());
}

TEST(Jbd2Superblock, WrapsAtTheEndOfTheRing) {
  MadeJournal journal({});
  const auto super = parse(journal);
  ASSERT_TRUE(super);
  EXPECT_EQ(super->after(62), 63U);
  EXPECT_EQ(super->after(63), 1U);
  EXPECT_EQ(super->after(60, 10), 7U);
  EXPECT_TRUE(is_later_transaction(1, 0xFFFFFFFF));
  EXPECT_FALSE(is_later_transaction(5, 5));
}

TEST(Jbd2Superblock, TakesAWrongChecksumAndSaysSo) {
  MadeJournal journal({.incompatible = 0x11});
  journal.at(0)[252] ^= 1;
  const auto super = parse(journal);
  ASSERT_TRUE(super);
  EXPECT_TRUE(super->checksum_failed);
}

TEST(Jbd2Superblock, LeavesRoomForFastCommits) {
  MadeJournal journal({.incompatible = 0x21, .blocks = 2048});
  journal.put32(0, 84, 100);
  EXPECT_EQ(parse(journal, 2048)->ring_end(), 1948U);
  journal.put32(0, 84, 0);
  EXPECT_EQ(parse(journal, 2048)->ring_end(), 2048U - 256);
  journal.put32(0, 84, 2000);
  EXPECT_FALSE(parse(journal, 2048));
  journal.put32(0, 84, 0xFFFFFFFF);
  EXPECT_FALSE(parse(journal, 2048));
}

TEST(Jbd2Superblock, RefusesWhatCannotBeRight) {
  struct Case {
    const char* name;
    std::size_t place;
    std::uint32_t value;
    ErrorKind kind;
  };
  constexpr Case kCases[] = {
      {"magic", 0, 1, ErrorKind::unreadable},
      {"block type", 4, 1, ErrorKind::unreadable},
      {"block size of another filesystem", 12, 4096, ErrorKind::unreadable},
      {"more blocks than its file", 16, 65, ErrorKind::unreadable},
      {"no blocks", 16, 0, ErrorKind::unreadable},
      {"first block 0", 20, 0, ErrorKind::unreadable},
      {"first block behind the end", 20, 64, ErrorKind::unreadable},
      {"start before the ring", 20, 6, ErrorKind::unreadable},
      {"start behind the ring", 28, 64, ErrorKind::unreadable},
      {"unknown feature", 40, 0x41, ErrorKind::unsupported},
      {"unknown read-only feature", 44, 1, ErrorKind::unsupported},
      {"checksums v2 and v3", 40, 0x18, ErrorKind::unreadable},
      {"unknown type of checksum", 40, 0x08, ErrorKind::unreadable},
  };
  for (const Case& one : kCases) {
    MadeJournal journal({.start = 5});
    journal.put32(0, one.place, one.value);
    const auto super = parse(journal);
    ASSERT_FALSE(super) << one.name;
    EXPECT_EQ(super.error().kind, one.kind) << one.name;
  }
  EXPECT_FALSE(parse_jbd2_superblock({}, 1024, 64));
}

}  // namespace
}  // namespace pidometer
