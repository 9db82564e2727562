// What is recovered goes over the wire whole, and nothing is taken that the other side may not say.
#include <gtest/gtest.h>

#include <limits>

#include "tsk_reader/process/messages.h"

namespace pidometer {
namespace {

using namespace std::chrono_literals;

Recovery sample() {
  Recovery recovery;
  recovery.method = RecoveryMethod::journal_inode;
  recovery.is_area = true;
  recovery.block_size = 4096;
  recovery.of_volume = true;
  recovery.extents = {{0, 4096, 1ULL << 40}, {8192, 100, 12}};
  recovery.newest = Timestamp(1234567us);
  recovery.newest_words = "modification time of /var/log";
  return recovery;
}

TEST(WireRecovery, NoFieldIsLost) {
  const auto read = from_wire<Recovery>(to_wire(sample()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method, RecoveryMethod::journal_inode);
  EXPECT_TRUE(read->is_area);
  EXPECT_EQ(read->block_size, 4096U);
  EXPECT_TRUE(read->of_volume);
  EXPECT_EQ(read->extents, sample().extents);
  EXPECT_EQ(read->newest, sample().newest);
  EXPECT_EQ(read->newest_words, sample().newest_words);
  const auto none = from_wire<Recovery>(to_wire(Recovery{}));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->is_area || none->of_volume || none->newest);
  EXPECT_EQ(none->method, RecoveryMethod::carved_unallocated);
}

TEST(WireRecovery, EveryMethodComesBackAndNoOther) {
  for (const RecoveryMethod method :
       {RecoveryMethod::carved_unallocated, RecoveryMethod::carved_slack,
        RecoveryMethod::journal_inode, RecoveryMethod::deleted_name})
    EXPECT_EQ(from_wire<RecoveryMethod>(to_wire(method)), method);
  for (const int beyond : {static_cast<int>(RecoveryMethod::deleted_name) + 1, -1, 0x7fffffff}) {
    WireOut out;
    out.put_number(beyond);
    EXPECT_FALSE(from_wire<RecoveryMethod>(out.bytes())) << beyond;
    std::string whole = to_wire(sample());
    whole.replace(0, out.bytes().size(), out.bytes());
    EXPECT_FALSE(from_wire<Recovery>(whole)) << beyond;
  }
}

TEST(WireRecovery, IsLeftOutOfLiveFilesAndKeptInOthers) {
  FileEntry entry;
  entry.path = "(unallocated)";
  const auto live = from_wire<FileEntry>(to_wire(entry));
  ASSERT_TRUE(live);
  EXPECT_FALSE(live->recovery);
  entry.recovery = sample();
  const auto deleted = from_wire<FileEntry>(to_wire(entry));
  ASSERT_TRUE(deleted && deleted->recovery);
  EXPECT_EQ(deleted->recovery->extents, sample().extents);
}

TEST(WireRecovery, TheRequestSaysWhichFilesAreMeant) {
  for (const FindWhat what : {FindWhat::logs, FindWhat::files, FindWhat::deleted}) {
    const auto read = from_wire<FindRequest>(to_wire(FindRequest{{"/var/log"}, {"cron*"}, what}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->what, what);
  }
}

TEST(WireRecovery, CutAndLengthenedBytesAreRefused) {
  const std::string whole = to_wire(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(from_wire<Recovery>(whole.substr(0, size))) << size;
  EXPECT_FALSE(from_wire<Recovery>(whole + '\0'));
}

TEST(WireRecovery, FlagsAndCountsBeyondTheirBoundsAreRefused) {
  const std::string whole = to_wire(sample());
  std::string flag = whole;
  flag[sizeof(std::int32_t)] = '\2';  // is_area stands behind the method
  EXPECT_FALSE(from_wire<Recovery>(flag));
  WireOut many;
  many.put_number(std::uint32_t{0xffffffff});
  EXPECT_FALSE(from_wire<std::vector<ImageExtent>>(many.bytes()));
}

/// Offsets are looked up by halving: extents out of order would give rows a wrong place.
TEST(WireRecovery, ExtentsOutOfOrderAreRefused) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const auto with = [](std::vector<ImageExtent> extents) {
    Recovery recovery = sample();
    recovery.extents = std::move(extents);
    return from_wire<Recovery>(to_wire(recovery)).has_value();
  };
  EXPECT_TRUE(with({}));
  EXPECT_TRUE(with({{0, 10, 500}, {10, 10, 100}}));
  EXPECT_TRUE(with({{5, 10, kMost - 10}}));
  EXPECT_FALSE(with({{10, 10, 100}, {0, 10, 500}}));
  EXPECT_FALSE(with({{0, 11, 100}, {10, 10, 500}}));
  EXPECT_FALSE(with({{0, 10, 100}, {0, 10, 100}}));
  EXPECT_FALSE(with({{kMost, 2, 0}}));
  EXPECT_FALSE(with({{0, 12, kMost - 10}}));
}

}  // namespace
}  // namespace pidometer
