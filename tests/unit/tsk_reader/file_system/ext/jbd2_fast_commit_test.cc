#include "tsk_reader/file_system/ext/jbd2_fast_commit.h"

#include <gtest/gtest.h>

#include "tests/support/made_journal.h"

namespace pidometer {
namespace {

using test::JournalForm;
using test::MadeJournal;

/// A ring has 1024 at least (JBD2_MIN_JOURNAL_BLOCKS), and the area comes behind it.
constexpr std::uint32_t kBlocks = 1100;
constexpr std::uint32_t kFastBlocks = 8;
constexpr std::uint32_t kTransaction = 7;
constexpr std::uint16_t kAddRange = 1;
constexpr std::uint16_t kPad = 7;
constexpr std::uint16_t kTail = 8;
constexpr std::uint16_t kHead = 9;

std::string le(std::uint64_t value, std::size_t width) {
  std::string out(width, '\0');
  for (std::size_t i = 0; i < width; ++i) out[i] = static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

/// A fast commit as ext4 writes it (fs/ext4/fast_commit.c): tags whose checksum the tail has.
class FastCommit {
 public:
  FastCommit& tag(std::uint16_t type, const std::string& value) {
    bytes_ += le(type, 2) + le(value.size(), 2) + value;
    return *this;
  }
  FastCommit& head(std::uint32_t transaction = kTransaction) {
    return tag(kHead, le(0, 4) + le(transaction, 4));
  }
  FastCommit& tail(std::uint32_t transaction = kTransaction, std::uint32_t wrong = 0) {
    const std::string start = le(kTail, 2) + le(8, 2) + le(transaction, 4);
    const std::string all = bytes_ + start;
    const std::uint32_t sum = jbd2_checksum(0, std::as_bytes(std::span(all))) ^ wrong;
    bytes_ += start + le(sum, 4);
    return *this;
  }
  /// Pads up to the next block, which the checksum covers too.
  FastCommit& pad() { return tag(kPad, std::string(1024 - bytes_.size() % 1024 - 4, '\0')); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// `bytes` in the fast-commit area from its block `skip` on.
bool found(const std::string& bytes, std::uint32_t transaction = kTransaction,
           JournalForm form = {.incompatible = 0x21, .blocks = kBlocks}, std::uint32_t skip = 0,
           std::vector<DamagedRange> bad = {}) {
  MadeJournal journal(form);
  journal.put32(0, 84, kFastBlocks);  // s_num_fc_blks
  const std::uint32_t area = kBlocks - kFastBlocks + 1 + skip;
  std::copy(bytes.begin(), bytes.end(), journal.at(area));
  for (DamagedRange& one : bad) {
    one.range.begin += journal.place(area);
    one.range.end += journal.place(area);
  }
  MemorySource volume(journal.bytes(), bad);
  const auto log = Jbd2Log::open(volume, journal.map(), 1024);
  EXPECT_TRUE(log) << log.error().reason;
  return log && has_fast_commit(*log, transaction);
}

TEST(Jbd2FastCommit, AWholeOneIsFound) {
  EXPECT_TRUE(found(FastCommit().head().tag(kAddRange, std::string(16, 'r')).tail().bytes()));
  EXPECT_TRUE(found(FastCommit().head().tail().bytes()));
  // Over two blocks.
  EXPECT_TRUE(found(FastCommit()
                        .head()
                        .tag(kAddRange, std::string(500, 'r'))
                        .pad()
                        .tag(kAddRange, std::string(16, 's'))
                        .tail()
                        .bytes()));
  // Its numbers are the transaction's, whatever bytes they have.
  EXPECT_TRUE(found(FastCommit().head(0xfffffff0).tail(0xfffffff0).bytes(), 0xfffffff0));
}

TEST(Jbd2FastCommit, WhatIsNotWholeIsNone) {
  const std::string range(16, 'r');
  EXPECT_FALSE(found(""));
  EXPECT_FALSE(found(FastCommit().head().tag(kAddRange, range).bytes())) << "no tail";
  EXPECT_FALSE(found(FastCommit().head().tag(kAddRange, range).tail(kTransaction, 1).bytes()))
      << "wrong checksum";
  EXPECT_FALSE(found(FastCommit().tag(kAddRange, range).tail().bytes())) << "no head";
  EXPECT_FALSE(found(FastCommit().head().head().tail().bytes())) << "two heads";
  EXPECT_FALSE(found(FastCommit().head(6).tail(6).bytes())) << "of an older transaction";
  EXPECT_FALSE(found(FastCommit().head().tail(6).bytes())) << "a tail of another";
  EXPECT_FALSE(found(FastCommit().head().tag(10, range).tail().bytes())) << "unknown tag";
  EXPECT_FALSE(found(FastCommit().tag(kHead, le(0, 4)).tail().bytes())) << "head too short";
  EXPECT_FALSE(found(FastCommit().head().bytes() + le(kAddRange, 2) + le(5000, 2)))
      << "a tag longer than its block";
  std::string changed = FastCommit().head().tag(kAddRange, range).tail().bytes();
  changed[20] ^= 1;
  EXPECT_FALSE(found(changed)) << "a changed byte";
}

TEST(Jbd2FastCommit, LiesBehindTheRingAndNeedsItsFeature) {
  const std::string whole = FastCommit().head().tail().bytes();
  EXPECT_FALSE(found(whole, kTransaction, {.incompatible = 0x1, .blocks = kBlocks}));
  EXPECT_FALSE(found(whole, kTransaction, {.incompatible = 0x21, .blocks = kBlocks}, 1));
}

TEST(Jbd2FastCommit, AnAreaFullOfTagsEndsWithIt) {
  FastCommit commit;
  commit.head().pad();
  for (std::uint32_t i = 1; i + 1 < kFastBlocks; ++i) commit.pad();
  EXPECT_EQ(commit.bytes().size(), std::size_t{kFastBlocks - 1} * 1024);
  EXPECT_FALSE(found(commit.bytes()));
}

TEST(Jbd2FastCommit, DamagedBytesAreNone) {
  // Zeros stand in for them, and the checksum does not hold.
  const std::string whole = FastCommit().head().tag(kAddRange, std::string(16, 'r')).tail().bytes();
  EXPECT_FALSE(found(whole, kTransaction, {.incompatible = 0x21, .blocks = kBlocks}, 0,
                     {{{16, 32}, "read error"}}));
}

}  // namespace
}  // namespace pidometer
