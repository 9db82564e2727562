#include "tsk_reader/file_system/ext/journal_inodes.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/made_ext.h"

namespace pidometer {
namespace {

using test::directory_block;
using test::MadeExt;
using test::MadeInode;
using test::MadeJournal;
using test::MadeTag;
using test::put_extent;
using test::put_extent_header;

constexpr std::uint64_t kBlock = 1024;
constexpr std::uint64_t kFirstOfBlock = 13;  ///< the inode that the table's last block begins with
constexpr std::uint64_t kTableBlock = MadeExt::kInodeTable + 3;

/// An inode of `count` blocks from `place` on.
std::string inode(MadeInode made, std::uint64_t place, std::uint64_t count) {
  if (made.size == 0) made.size = count * kBlock;
  std::string bytes = made.bytes();
  put_extent_header(bytes, 40, 1, 0);
  put_extent(bytes, 40, 0, 0, count, place);
  return bytes;
}

const std::string kNoInode(256, '\0');

/// Four inodes: 13 to 16.
MadeTag table(const std::string& first, const std::string& second = kNoInode,
              const std::string& third = kNoInode) {
  return {kTableBlock, first + second + third + kNoInode, true};
}

ExtFile live_file(std::uint64_t number, std::uint32_t generation, std::uint64_t size,
                  std::uint64_t place) {
  ExtFile file;
  file.node = {number, NodeKind::file, size, {}};
  file.generation = generation;
  file.links = 1;
  file.map.size = size;
  file.map.add({0, size, place * kBlock});
  return file;
}

std::vector<DeletedFile> find(MadeExt& file_system, const MadeJournal& journal,
                              std::vector<DamagedRange> bad = {}) {
  MemorySource volume(journal.bytes(), std::move(bad));
  const std::uint64_t folders[] = {MadeExt::kDirectory};
  auto files = find_journal_inodes(file_system, volume, folders);
  EXPECT_TRUE(files);
  return files ? std::move(*files) : std::vector<DeletedFile>{};
}

using Extents = std::vector<FileExtent>;
using Lost = std::vector<DamagedRange>;
constexpr const char* kTaken = "overwritten since: belongs to a file now";

TEST(JournalInodes, GivesADeletedFileBackWithItsName) {
  for (const std::uint32_t form : {0x1U, 0x3U, 0x9U, 0x13U}) {
    SCOPED_TRACE(form);
    MadeJournal journal({.incompatible = form});
    journal.descriptor({table(inode({}, 20, 3)), {8, directory_block({{"cron.1", 13}}, kBlock)}});
    journal.commit().descriptor({table(kNoInode)}).commit();
    MadeExt file_system(journal);
    file_system.free(20, 24);
    const auto files = find(file_system, journal);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].method, RecoveryMethod::journal_inode);
    EXPECT_EQ(files[0].name, "cron.1");
    EXPECT_EQ(files[0].node.inode, kFirstOfBlock);
    EXPECT_EQ(files[0].node.size, 3 * kBlock);
    EXPECT_EQ(files[0].node.modified, Timestamp(std::chrono::seconds(1'700'000'000)));
    EXPECT_EQ(files[0].map.size, 3 * kBlock);
    EXPECT_EQ(files[0].map.extents, (Extents{{0, 3 * kBlock, 20 * kBlock}}));
    EXPECT_TRUE(files[0].map.lost.empty());
  }
}

TEST(JournalInodes, LosesBlockByBlockWhatOthersOwnNow) {
  MadeJournal journal({});
  journal.descriptor({table(inode({}, 20, 6))}).commit();
  MadeExt file_system(journal);
  file_system.free(21, 22).free(24, 25);
  const auto files = find(file_system, journal);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].name, "");
  EXPECT_EQ(files[0].map.extents,
            (Extents{{kBlock, kBlock, 21 * kBlock}, {4 * kBlock, kBlock, 24 * kBlock}}));
  EXPECT_EQ(files[0].map.lost.all(), (Lost{{{0, kBlock}, kTaken},
                                           {{2 * kBlock, 4 * kBlock}, kTaken},
                                           {{5 * kBlock, 6 * kBlock}, kTaken}}));
}

TEST(JournalInodes, IsNothingWhereAllBlocksAreTaken) {
  MadeJournal journal({});
  journal.descriptor({table(inode({}, 20, 6))}).commit();
  MadeExt file_system(journal);
  file_system.free(26, 32);
  EXPECT_TRUE(find(file_system, journal).empty());
}

TEST(JournalInodes, TakesTheNewestCopyThatStillHasBytes) {
  MadeJournal journal({});
  journal.descriptor({table(inode({}, 20, 2))}).commit();
  journal.descriptor({table(inode({}, 20, 5))}).commit();
  // Emptied, then unlinked: neither copy has bytes.
  journal.descriptor({table(MadeInode{}.bytes())}).commit();
  journal.descriptor({table(inode({.links = 0}, 20, 5))}).commit();
  MadeExt file_system(journal);
  file_system.free(20, 30);
  const auto files = find(file_system, journal);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].map.size, 5 * kBlock);
}

TEST(JournalInodes, KeepsTwoFilesOfOneInodeApart) {
  MadeJournal journal({});
  journal.descriptor({table(inode({.generation = 1}, 20, 2))}).commit();
  journal.descriptor({table(inode({.generation = 2}, 24, 3))}).commit();
  MadeExt file_system(journal);
  file_system.free(20, 30);
  const auto files = find(file_system, journal);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].node.inode, files[1].node.inode);
  EXPECT_EQ(files[0].map.size + files[1].map.size, 5 * kBlock);
}

TEST(JournalInodes, LeavesOutWhatIsStillThere) {
  MadeJournal journal({});
  journal.descriptor({table(inode({}, 20, 2))}).commit();
  MadeExt file_system(journal);
  file_system.free(24, 30).live(live_file(13, 5, 3 * kBlock, 20));
  EXPECT_TRUE(find(file_system, journal).empty());
}

TEST(JournalInodes, GivesBackWhatATrimmedFileHad) {
  MadeJournal journal({});
  journal.descriptor({table(inode({}, 20, 4))}).commit();
  MadeExt file_system(journal);
  // The first block is still its own, the next two are free, the last is another's.
  file_system.free(21, 23).live(live_file(13, 5, kBlock, 20)).name("cron", 13);
  const auto files = find(file_system, journal);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].name, "cron");
  EXPECT_EQ(files[0].map.extents, (Extents{{0, 3 * kBlock, 20 * kBlock}}));
  EXPECT_EQ(files[0].map.lost.all(), (Lost{{{3 * kBlock, 4 * kBlock}, kTaken}}));
  // Another file in the same inode has no claim on the old one's blocks.
  MadeExt reused(journal);
  reused.free(21, 23).live(live_file(13, 6, kBlock, 20));
  const auto others = find(reused, journal);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].map.extents, (Extents{{kBlock, 2 * kBlock, 21 * kBlock}}));
}

TEST(JournalInodes, ReadsBlocksOfTheMapAsTheyWereThen) {
  MadeJournal journal({});
  std::string old = MadeInode{.size = 2 * kBlock}.bytes();
  put_extent_header(old, 40, 1, 1);
  test::put_extent_index(old, 40, 0, 0, 10);
  std::string then(kBlock, '\0');
  put_extent_header(then, 0, 1, 0);
  put_extent(then, 0, 0, 0, 2, 20);
  std::string later = then;
  put_extent(later, 0, 0, 0, 2, 28);
  journal.descriptor({table(old), {10, then}}).commit();
  journal.descriptor({{10, later, true}}).commit();  // another file's by now
  MadeExt file_system(journal);
  file_system.free(20, 32);
  const auto files = find(file_system, journal);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].map.extents, (Extents{{0, 2 * kBlock, 20 * kBlock}}));
}

TEST(JournalInodes, LooksAtRegularFilesWithAMapOnly) {
  MadeJournal journal({});
  journal
      .descriptor({table(inode({.mode = 0040755}, 20, 2), inode({.flags = 0x10080000}, 20, 2),
                         inode({.flags = 0x00080800}, 20, 2))})
      .commit();
  // A block of no inode table that reads like one.
  journal.descriptor({{9, inode({}, 20, 2), true}}).commit();
  MadeExt file_system(journal);
  file_system.free(20, 32);
  EXPECT_TRUE(find(file_system, journal).empty());
}

TEST(JournalInodes, DoesNotTrustACopyThatFailsItsChecksum) {
  for (const std::uint32_t form : {0x9U, 0x13U}) {
    MadeJournal journal({.incompatible = form});
    MadeTag good = table(inode({}, 20, 2));
    MadeTag bad = table(inode({}, 20, 5));
    bad.break_copy = true;
    journal.descriptor({good}).commit().descriptor({bad}).commit();
    MadeExt file_system(journal);
    file_system.free(20, 32);
    const auto files = find(file_system, journal);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].map.size, 2 * kBlock);
  }
}

TEST(JournalInodes, DoesNotTrustACopyInADamagedPartOfTheImage) {
  MadeJournal journal({});
  journal.descriptor({table(inode({}, 20, 2))}).commit();
  const std::uint64_t copy = journal.place(2);  // behind the superblock and the descriptor
  MadeExt file_system(journal);
  file_system.free(20, 32);
  EXPECT_EQ(find(file_system, journal).size(), 1U);
  EXPECT_TRUE(find(file_system, journal, {{{copy + 512, copy + 1024}, "bad chunk"}}).empty());
}

TEST(JournalInodes, SaysWhyNothingIsLookedFor) {
  MadeJournal journal({});
  journal.descriptor({table(inode({}, 20, 2))}).commit();
  MemorySource volume(journal.bytes());
  MadeExt elsewhere(journal);
  elsewhere.free(20, 32).external_journal();
  const auto none = find_journal_inodes(elsewhere, volume, {});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  MadeExt corrupt(journal);
  corrupt.unknown_free_space();
  const auto refused = find_journal_inodes(corrupt, volume, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the bitmaps are corrupt");
  MemorySource zeros(std::string(journal.bytes().size(), '\0'));
  MadeExt other(journal);
  EXPECT_FALSE(find_journal_inodes(other, zeros, {}));
}

TEST(ExtGeometry, NumbersTheInodesOfABlock) {
  ExtGeometry geometry;
  geometry.block_size = 4096;
  geometry.inode_size = 256;
  geometry.inodes_per_group = 32;  // two blocks
  geometry.inode_tables = {{100, 0}, {300, 1}};
  EXPECT_EQ(geometry.first_inode_of(99), std::nullopt);
  EXPECT_EQ(geometry.first_inode_of(100), 1U);
  EXPECT_EQ(geometry.first_inode_of(101), 17U);
  EXPECT_EQ(geometry.first_inode_of(102), std::nullopt);
  EXPECT_EQ(geometry.first_inode_of(301), 49U);
  geometry.inode_size = 0;
  EXPECT_EQ(geometry.first_inode_of(100), std::nullopt);
}

}  // namespace
}  // namespace pidometer
