#include "tsk_reader/file_system/ext/jbd2_blocks.h"

#include <gtest/gtest.h>

#include "tests/support/made_journal.h"

namespace pidometer {
namespace {

using test::JournalForm;
using test::MadeJournal;
using test::MadeTag;

struct Form {
  const char* name;
  std::uint32_t incompatible;
};
/// Every form of tag that Linux has written.
constexpr Form kForms[] = {
    {"v1 of 32 bits", 0x1}, {"v1 of 64 bits", 0x3},  {"v2 of 32 bits", 0x9},
    {"v2 of 64 bits", 0xB}, {"v3 of 32 bits", 0x11}, {"v3 of 64 bits", 0x13},
};

Jbd2Superblock super_of(MadeJournal& journal) {
  const auto super = parse_jbd2_superblock(
      std::as_bytes(std::span(journal.at(0), journal.form().block_size)), 1024, 64);
  EXPECT_TRUE(super);
  return super ? *super : Jbd2Superblock{};
}
std::span<const std::byte> block(MadeJournal& journal, std::uint32_t number) {
  return std::as_bytes(std::span<const char>(journal.at(number), 1024));
}

TEST(Jbd2Tags, ReadsEveryForm) {
  for (const Form& form : kForms) {
    SCOPED_TRACE(form.name);
    MadeJournal journal({.incompatible = form.incompatible});
    const std::uint64_t high = journal.form().has_64bit() ? std::uint64_t{3} << 32 : 0;
    journal.descriptor({{high | 11, "a", true, false},
                        {12,
                         "\xC0\x3B\x39\x98"
                         "b",
                         false, false},
                        {high | 13, "c", false, false}});
    const Jbd2Superblock super = super_of(journal);
    const auto tags = parse_jbd2_tags(super, block(journal, 1));
    ASSERT_EQ(tags.size(), 3U);
    EXPECT_EQ(tags[0].block, high | 11);
    EXPECT_EQ(tags[1].block, 12U);
    EXPECT_EQ(tags[2].block, high | 13);
    EXPECT_FALSE(tags[0].escaped);
    EXPECT_TRUE(tags[1].escaped);
    EXPECT_TRUE(jbd2_tail_checksum_holds(super, block(journal, 1)));
    for (std::uint32_t i = 0; i < 3; ++i)
      EXPECT_TRUE(jbd2_copy_checksum_holds(super, tags[i].checksum, 7, block(journal, 2 + i)));
    if (!super.has_block_checksums()) continue;
    EXPECT_FALSE(jbd2_copy_checksum_holds(super, tags[0].checksum, 8, block(journal, 2)));
    EXPECT_FALSE(jbd2_copy_checksum_holds(super, tags[0].checksum, 7, block(journal, 3)));
    journal.at(1)[20] ^= 1;
    EXPECT_FALSE(jbd2_tail_checksum_holds(super, block(journal, 1)));
  }
}

TEST(Jbd2Tags, EndsAtTheBlocksEndWithoutALastTag) {
  for (const Form& form : kForms) {
    SCOPED_TRACE(form.name);
    MadeJournal journal({.incompatible = form.incompatible});
    const Jbd2Superblock super = super_of(journal);
    // No UUIDs and no last tag: as many as fit before the tail.
    std::string all(1024, '\0');
    for (std::size_t i = 12; i < all.size(); ++i) all[i] = 2;
    const std::size_t tail = super.has_block_checksums() ? 4 : 0;
    const std::size_t size = super.has_checksum_v3() ? 16
                                                     : 8U + (super.has_64bit() ? 4U : 0U) +
                                                           (super.has_checksum_v2() ? 2U : 0U);
    EXPECT_EQ(parse_jbd2_tags(super, std::as_bytes(std::span<const char>(all))).size(),
              (1024 - 12 - tail) / size);
    // All with UUIDs.
    const std::string zeros(1024, '\0');
    EXPECT_EQ(parse_jbd2_tags(super, std::as_bytes(std::span<const char>(zeros))).size(),
              (1024 - 12 - tail + 16) / (size + 16));
  }
  EXPECT_TRUE(parse_jbd2_tags({}, {}).empty());
}

TEST(Jbd2Revokes, ReadsBothWidthsAndRefusesACountThatDoesNotFit) {
  for (const Form& form : kForms) {
    SCOPED_TRACE(form.name);
    MadeJournal journal({.incompatible = form.incompatible});
    const std::uint64_t high = journal.form().has_64bit() ? std::uint64_t{7} << 32 : 0;
    journal.revoke({5, high | 6}).revoke({5}, 2000).revoke({5}, 3);
    const Jbd2Superblock super = super_of(journal);
    std::vector<std::uint64_t> blocks;
    ASSERT_TRUE(parse_jbd2_revokes(super, block(journal, 1), blocks));
    EXPECT_EQ(blocks, (std::vector<std::uint64_t>{5, high | 6}));
    EXPECT_FALSE(parse_jbd2_revokes(super, block(journal, 2), blocks));
    blocks.clear();
    ASSERT_TRUE(parse_jbd2_revokes(super, block(journal, 3), blocks));
    EXPECT_EQ(blocks.size(), 1U);  // a part of a record is none
  }
}

TEST(Jbd2Commit, ChecksumsOfBothKinds) {
  for (const std::uint32_t incompatible : {0x9U, 0x11U}) {
    MadeJournal journal({.incompatible = incompatible});
    journal.commit(0x123456789).commit(5, true);
    const Jbd2Superblock super = super_of(journal);
    EXPECT_EQ(parse_jbd2_commit(block(journal, 1)).seconds, 0x123456789U);
    EXPECT_TRUE(jbd2_commit_checksum_holds(super, block(journal, 1)));
    EXPECT_FALSE(jbd2_commit_checksum_holds(super, block(journal, 2)));
    // Only the header reached the disk: what stood behind it is still there.
    journal.at(1)[600] = 'x';
    EXPECT_TRUE(jbd2_commit_checksum_holds(super, block(journal, 1)));
    journal.at(1)[40] = 'x';
    EXPECT_FALSE(jbd2_commit_checksum_holds(super, block(journal, 1)));
  }
}

TEST(Jbd2Header, NeedsTheMagicNumber) {
  MadeJournal journal({});
  journal.commit();
  EXPECT_TRUE(parse_jbd2_header(block(journal, 1)).is(Jbd2BlockType::commit));
  EXPECT_EQ(parse_jbd2_header(block(journal, 1)).sequence, 7U);
  EXPECT_FALSE(parse_jbd2_header(block(journal, 2)).valid);
  EXPECT_FALSE(parse_jbd2_header({}).valid);
}

}  // namespace
}  // namespace pidometer
