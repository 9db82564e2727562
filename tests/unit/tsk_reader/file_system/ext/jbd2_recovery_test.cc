#include "tsk_reader/file_system/ext/jbd2_recovery.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/made_journal.h"

namespace pidometer {
namespace {

using test::JournalForm;
using test::MadeJournal;
using test::MadeTag;

/// What a replay left: the text each block begins with, up to `|`, by block.
struct Replayed {
  std::map<std::uint64_t, std::string> blocks;
  Jbd2Recovery recovery;
  bool opened = false;
};

Replayed replay(const MadeJournal& journal, std::vector<DamagedRange> bad = {}) {
  MemorySource volume(journal.bytes(), std::move(bad));
  Replayed out;
  const auto log = Jbd2Log::open(volume, journal.map(), 1024);
  if (!log) return out;
  out.opened = true;
  out.recovery = recover_jbd2(*log, volume.size());
  for (const Jbd2LoggedBlock& one : out.recovery.blocks) {
    std::vector<std::byte> copy(1024);
    EXPECT_TRUE(log->read_copy(one, copy).done);
    const std::string text(reinterpret_cast<const char*>(copy.data()), copy.size());
    out.blocks[one.block] = text.substr(0, std::min(text.find('|'), text.find('\0')));
  }
  return out;
}

using Blocks = std::map<std::uint64_t, std::string>;

constexpr std::uint32_t kEveryForm[] = {0x1, 0x3, 0x9, 0xB, 0x11, 0x13};

TEST(Jbd2Recovery, NothingWaits) {
  const Replayed done = replay(MadeJournal({.start = 0}));
  ASSERT_TRUE(done.opened);
  EXPECT_TRUE(done.blocks.empty());
  EXPECT_TRUE(done.recovery.problems.empty());
  EXPECT_EQ(done.recovery.transactions(), 0U);
}

TEST(Jbd2Recovery, TheNewestCopyOfEachBlockStands) {
  for (const std::uint32_t form : kEveryForm) {
    SCOPED_TRACE(form);
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "a|", true}, {9, "b|"}}).descriptor({{2, "c|", true}}).commit();
    journal.descriptor({{3, "d|", true}}).commit();
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{2, "c"}, {3, "d"}, {9, "b"}}));
    EXPECT_EQ(done.recovery.transactions(), 2U);
    EXPECT_EQ(done.recovery.problems, std::vector<std::string>{});
  }
}

TEST(Jbd2Recovery, Version1HasNoFeatures) {
  MadeJournal journal({.version = 1, .incompatible = 0});
  journal.descriptor({{3, "a|", true}}).revoke({3}).commit();
  EXPECT_EQ(replay(journal).recovery.revoked, 1U);
}

TEST(Jbd2Recovery, PutsEscapedMagicBack) {
  for (const std::uint32_t form : kEveryForm) {
    MadeJournal journal({.incompatible = form});
    journal
        .descriptor({{3,
                      "\xC0\x3B\x39\x98"
                      "x|",
                      true}})
        .commit();
    EXPECT_EQ(replay(journal).blocks, (Blocks{{3, "\xC0\x3B\x39\x98x"}}));
  }
}

TEST(Jbd2Recovery, RevokesByTransaction) {
  for (const std::uint32_t form : kEveryForm) {
    SCOPED_TRACE(form);
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "old|", true}, {4, "old|"}, {5, "old|"}, {6, "old|"}}).commit();
    // The record voids older copies and those of its own transaction; later ones count again.
    journal.revoke({3, 5, 6, 77}).descriptor({{6, "same|", true}}).commit();
    journal.descriptor({{5, "again|", true}}).commit();
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{4, "old"}, {5, "again"}}));
    EXPECT_EQ(done.recovery.revoked, 3U);
    EXPECT_EQ(done.recovery.problems, std::vector<std::string>{});
  }
}

TEST(Jbd2Recovery, RevokesOfATransactionWithoutItsEndDoNotCount) {
  MadeJournal journal({.incompatible = 0x13});
  journal.descriptor({{3, "a|", true}}).commit().revoke({3});
  EXPECT_EQ(replay(journal).blocks, (Blocks{{3, "a"}}));
}

TEST(Jbd2Recovery, WrapsAround) {
  for (const std::uint32_t form : kEveryForm) {
    for (std::uint32_t start = 55; start < 64; ++start) {
      MadeJournal journal({.incompatible = form, .sequence = 0xFFFFFFFE, .start = start});
      journal.descriptor({{3, "a|", true}, {4, "b|"}, {5, "c|"}}).commit();
      journal.revoke({4}).descriptor({{6, "d|", true}}).commit();
      journal.descriptor({{7, "e|", true}}).commit();
      const Replayed done = replay(journal);
      EXPECT_EQ(done.blocks, (Blocks{{3, "a"}, {5, "c"}, {6, "d"}, {7, "e"}})) << start;
      EXPECT_EQ(done.recovery.end_transaction, 1U);
      EXPECT_EQ(done.recovery.problems, std::vector<std::string>{});
    }
  }
}

TEST(Jbd2Recovery, AnUnfinishedTransactionIsLeftOutInSilence) {
  for (const std::uint32_t form : kEveryForm) {
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "a|", true}}).commit().descriptor({{3, "b|", true}, {4, "c|"}});
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{3, "a"}}));
    EXPECT_EQ(done.recovery.problems, std::vector<std::string>{});
  }
}

TEST(Jbd2Recovery, AFailedCommitChecksumEndsTheLogWithAWord) {
  for (const auto& [compatible, incompatible] :
       {std::pair{1U, 1U}, std::pair{0U, 0x9U}, std::pair{0U, 0x13U}}) {
    MadeJournal journal({.compatible = compatible, .incompatible = incompatible});
    journal.descriptor({{3, "a|", true}}).commit();
    journal.descriptor({{3, "b|", true}}).commit(1001, true);
    journal.descriptor({{4, "c|", true}}).commit(1002);
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{3, "a"}}));
    ASSERT_EQ(done.recovery.problems.size(), 1U);
    EXPECT_NE(done.recovery.problems[0].find("fails its checksum"), std::string::npos);
    EXPECT_NE(done.recovery.problems[0].find("from 8 on"), std::string::npos);
  }
}

TEST(Jbd2Recovery, CopiesUnderAVersion1ChecksumAreInIt) {
  MadeJournal journal({.compatible = 1});
  journal.descriptor({{3, "a|", true}}).commit();
  journal.descriptor({{3, "b|", true, true}}).commit(1001);
  const Replayed done = replay(journal);
  EXPECT_EQ(done.blocks, (Blocks{{3, "a"}}));
  EXPECT_EQ(done.recovery.problems.size(), 1U);
}

TEST(Jbd2Recovery, ACommitOlderThanTheOneBeforeIsStale) {
  for (const std::uint32_t form : {0x9U, 0x13U}) {
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "a|", true}}).commit(1000);
    journal.descriptor({{3, "b|", true}}).commit(999, true);
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{3, "a"}}));
    EXPECT_EQ(done.recovery.problems, std::vector<std::string>{});
    // A stale descriptor, as a journal that was not wiped holds it.
    MadeJournal other({.incompatible = form});
    other.descriptor({{3, "a|", true}}).commit(1000);
    other.descriptor({{3, "b|", true}}, true).commit(999);
    EXPECT_EQ(replay(other).blocks, (Blocks{{3, "a"}}));
    EXPECT_EQ(replay(other).recovery.problems, std::vector<std::string>{});
  }
}

TEST(Jbd2Recovery, AsyncCommitForgivesTheLastCommitOnly) {
  for (const auto& [compatible, incompatible] : {std::pair{1U, 0x5U}, std::pair{0U, 0x15U}}) {
    MadeJournal last({.compatible = compatible, .incompatible = incompatible});
    last.descriptor({{3, "a|", true}}).commit();
    last.descriptor({{3, "b|", true}}).commit(1001, true);
    EXPECT_EQ(replay(last).blocks, (Blocks{{3, "a"}}));
    EXPECT_EQ(replay(last).recovery.problems, std::vector<std::string>{});
    last.descriptor({{4, "c|", true}}).commit(1002);
    EXPECT_EQ(replay(last).blocks, (Blocks{{3, "a"}}));
    EXPECT_EQ(replay(last).recovery.problems.size(), 1U);
  }
}

TEST(Jbd2Recovery, AFailedDescriptorEndsTheLogWithAWord) {
  for (const std::uint32_t form : {0x9U, 0x13U}) {
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "a|", true}}).commit();
    journal.descriptor({{3, "b|", true}}, true).commit(1001);
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{3, "a"}}));
    EXPECT_EQ(done.recovery.problems.size(), 1U);
  }
}

TEST(Jbd2Recovery, ACopyThatFailsItsChecksumLeavesTheOlderOne) {
  for (const std::uint32_t form : {0x9U, 0xBU, 0x11U, 0x13U}) {
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "a|", true}}).commit();
    journal.descriptor({{3, "b|", true, true}, {4, "c|", false, true}, {5, "d|"}}).commit(1001);
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{3, "a"}, {5, "d"}}));
    ASSERT_EQ(done.recovery.failed.size(), 2U);
    EXPECT_EQ(done.recovery.failed[0].block, 3U);
    EXPECT_EQ(done.recovery.failed[1].block, 4U);
    EXPECT_EQ(done.recovery.problems.size(), 1U);
    // A good copy behind it heals the block.
    journal.descriptor({{3, "e|", true}}).commit(1002);
    EXPECT_EQ(replay(journal).blocks.at(3), "e");
    EXPECT_EQ(replay(journal).recovery.failed.size(), 1U);
  }
}

TEST(Jbd2Recovery, WhatIsGoneBeforeNewerTransactionsIsSaid) {
  for (const std::uint32_t form : kEveryForm) {
    SCOPED_TRACE(form);
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "a|", true}}).commit();
    const std::uint32_t lost = journal.next();
    journal.descriptor({{3, "b|", true}, {4, "c|"}}).commit(1001);
    journal.descriptor({{5, "d|", true}}).commit(1002);
    std::fill_n(journal.at(lost), 1024, '\0');
    const Replayed done = replay(journal);
    EXPECT_EQ(done.blocks, (Blocks{{3, "a"}}));
    ASSERT_EQ(done.recovery.problems.size(), 1U);
    EXPECT_NE(done.recovery.problems[0].find("newer transactions"), std::string::npos);
    // The ring has gone on since its superblock was read.
    MadeJournal raced({.incompatible = form});
    raced.set_sequence(30);
    raced.descriptor({{3, "b|", true}}).commit();
    EXPECT_TRUE(replay(raced).blocks.empty());
    EXPECT_EQ(replay(raced).recovery.problems.size(), 1U);
  }
}

TEST(Jbd2Recovery, DamageOfTheImageInTheJournalIsSaid) {
  for (const std::uint32_t form : kEveryForm) {
    SCOPED_TRACE(form);
    MadeJournal journal({.incompatible = form});
    journal.descriptor({{3, "a|", true}}).commit();
    const std::uint32_t second = journal.next();
    journal.descriptor({{4, "b|", true}}).commit(1001);
    const auto bad = [&](std::uint32_t block) {
      return std::vector<DamagedRange>{{{journal.place(block), journal.place(block + 1)}, "chunk"}};
    };
    // The descriptor, the commit block: the transaction is lost.
    for (const std::uint32_t block : {second, second + 2}) {
      const Replayed done = replay(journal, bad(block));
      EXPECT_EQ(done.blocks, (Blocks{{3, "a"}}));
      ASSERT_FALSE(done.recovery.problems.empty());
      EXPECT_NE(done.recovery.problems[0].find("chunk"), std::string::npos);
    }
    // The copy: it stays, for its damage is then that of the file.
    const Replayed done = replay(journal, bad(second + 1));
    EXPECT_EQ(done.blocks, (Blocks{{3, "a"}, {4, ""}}));
    EXPECT_EQ(done.recovery.failed.size(), 0U);
  }
}

TEST(Jbd2Recovery, HostileJournalsEnd) {
  // Descriptors of one transaction all around the ring.
  MadeJournal round({.blocks = 16});
  for (int i = 0; i < 15; ++i) {
    round.put32(static_cast<std::uint32_t>(i + 1), 0, kJbd2Magic);
    round.put32(static_cast<std::uint32_t>(i + 1), 4, 5);
    round.put32(static_cast<std::uint32_t>(i + 1), 8, 7);
    round.put32(static_cast<std::uint32_t>(i + 1), 12, 16);
  }
  EXPECT_TRUE(replay(round).blocks.empty());
  EXPECT_EQ(replay(round).recovery.problems.size(), 1U);
  // More tags than the ring has blocks.
  MadeJournal many({.blocks = 16});
  many.put32(1, 0, kJbd2Magic);
  many.put32(1, 4, 1);
  many.put32(1, 8, 7);
  EXPECT_TRUE(replay(many).blocks.empty());
  EXPECT_EQ(replay(many).recovery.problems.size(), 1U);
  // A type that nobody knows.
  MadeJournal odd({});
  odd.descriptor({{3, "a|", true}}).commit();
  odd.put32(odd.next(), 0, kJbd2Magic);
  odd.put32(odd.next(), 4, 9);
  odd.put32(odd.next(), 8, 8);
  EXPECT_EQ(replay(odd).blocks.size(), 1U);
  EXPECT_EQ(replay(odd).recovery.problems.size(), 1U);
  // Copies for blocks that the volume does not have.
  MadeJournal far({.incompatible = 0x13});
  far.descriptor({{std::uint64_t{1} << 60, "a|", true}, {0xFFFFFFFFFFFFFFFF, "b|"}, {5, "c|"}})
      .commit();
  EXPECT_EQ(replay(far).blocks, (Blocks{{5, "c"}}));
  EXPECT_EQ(replay(far).recovery.problems.size(), 1U);
  // A revoke block that claims more than it has.
  MadeJournal claims({});
  claims.descriptor({{3, "a|", true}}).commit().revoke({3}, 5000).commit();
  EXPECT_EQ(replay(claims).blocks, (Blocks{{3, "a"}}));
  EXPECT_EQ(replay(claims).recovery.problems.size(), 1U);
}

}  // namespace
}  // namespace pidometer
