#include "tsk_reader/file_system/ext/jbd2_log.h"

#include <gtest/gtest.h>

#include "tests/support/made_journal.h"

namespace pidometer {
namespace {

using test::JournalForm;
using test::MadeJournal;
using test::MadeTag;

TEST(Jbd2Log, FindsBlocksInAFragmentedFile) {
  MadeJournal journal({.blocks = 8});
  MemorySource volume(journal.bytes());
  // Journal blocks 0..3 where they are, 4..5 in a hole, 6..7 at the volume's start.
  FileMap map;
  map.size = 8 * 1024;
  map.add({0, 4096, journal.place(0)});
  map.add({6144, 2048, 1024});
  const auto log = Jbd2Log::open(volume, map, 1024);
  ASSERT_TRUE(log) << log.error().reason;
  EXPECT_EQ(log->place(3), journal.place(3));
  EXPECT_EQ(log->place(4), std::nullopt);
  EXPECT_EQ(log->place(6), 1024U);
  EXPECT_EQ(log->place(7), 2048U);
  EXPECT_EQ(log->place(8), std::nullopt);
  EXPECT_EQ(log->place(0xFFFFFFFF), std::nullopt);
  std::vector<std::byte> block(1024);
  EXPECT_FALSE(log->read(5, block).done);
  EXPECT_TRUE(log->read(6, block).done);
}

TEST(Jbd2Log, SaysWhatIsDamaged) {
  MadeJournal journal({.blocks = 8});
  MemorySource volume(journal.bytes(), {{{journal.place(2), journal.place(2) + 1}, "chunk"}});
  const auto log = Jbd2Log::open(volume, journal.map(), 1024);
  ASSERT_TRUE(log);
  std::vector<std::byte> block(1024);
  EXPECT_EQ(log->read(2, block).damage, "chunk");
  EXPECT_EQ(log->read(1, block).damage, "");
  MemorySource headless(journal.bytes(), {{{journal.place(0), journal.place(1)}, "chunk"}});
  const auto none = Jbd2Log::open(headless, journal.map(), 1024);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, "chunk");
  EXPECT_FALSE(Jbd2Log::open(volume, {}, 1024));
}

TEST(Jbd2Log, ListsOldTransactionsToo) {
  MadeJournal journal({.incompatible = 0x11, .sequence = 0xFFFFFFFF, .start = 0});
  journal.descriptor({{3, "old", true, false}, {4, "\xC0\x3B\x39\x98mag", false, false}}).commit();
  journal.descriptor({{3, "new", true, false}}).commit();
  MemorySource volume(journal.bytes());
  const auto log = Jbd2Log::open(volume, journal.map(), 1024);
  ASSERT_TRUE(log) << log.error().reason;
  const auto found = find_logged_blocks(*log);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].sequence, 0xFFFFFFFFU);  // the numbers went round
  EXPECT_EQ(found[2].sequence, 0U);
  EXPECT_EQ(found[2].block, 3U);
  std::vector<std::byte> copy(1024);
  ASSERT_TRUE(log->read_copy(found[1], copy).done);
  EXPECT_EQ(static_cast<char>(copy[4]), 'm');
  EXPECT_EQ(copy[0], std::byte{0xC0});
  for (const auto& one : found) EXPECT_TRUE(logged_copy_holds(*log, one));
}

TEST(Jbd2Log, LeavesOutCopiesThatAreOverwritten) {
  MadeJournal journal({.incompatible = 0x11, .start = 1});
  journal.descriptor({{3, "a", true, false}, {4, "b", false, false}, {5, "c", false, false}})
      .commit();
  // A later, shorter life of the journal writes over block 3, the copy of 4.
  const auto plain = journal.next();
  std::fill_n(journal.at(3), 1024, '\0');
  journal.put32(3, 0, kJbd2Magic);
  journal.put32(3, 4, 2);
  journal.put32(3, 8, 20);
  journal.at(4)[0] = 'x';  // and data over block 4, the copy of 5
  EXPECT_EQ(plain, 6U);
  MemorySource volume(journal.bytes());
  const auto log = Jbd2Log::open(volume, journal.map(), 1024);
  ASSERT_TRUE(log);
  const auto found = find_logged_blocks(*log);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].block, 3U);
  EXPECT_TRUE(logged_copy_holds(*log, found[0]));
  EXPECT_EQ(found[1].block, 5U);
  EXPECT_FALSE(logged_copy_holds(*log, found[1]));
}

}  // namespace
}  // namespace pidometer
