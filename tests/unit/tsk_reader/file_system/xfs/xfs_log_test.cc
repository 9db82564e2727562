#include "tsk_reader/file_system/xfs/xfs_log.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"
#include "tests/support/xfs_bytes.h"
#include "tsk_reader/file_system/xfs/xfs_log_head.h"
#include "tsk_reader/file_system/xfs/xfs_log_transactions.h"
#include "tsk_reader/file_system/xfs/xfs_replay.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kBlocks = 140;  // of xfs_superblock()
constexpr std::size_t kLogOffset = (100 + 5) * 1024;
using State = XfsLogState::Kind;

std::string operation(std::uint32_t id, std::uint8_t flags, const std::string& data) {
  std::string bytes;
  put_be(bytes, 0, id, 4);
  put_be(bytes, 4, data.size(), 4);
  put_be(bytes, 8, 0x69, 1);
  put_be(bytes, 9, flags, 1);
  bytes.resize(12);
  return bytes + data;
}

/// A transaction's start and header.
std::vector<std::string> begin(std::uint32_t id) {
  std::string header(16, '\0');
  put_le(header, 0, 0x5452414e, 4);
  return {operation(id, 1, ""), operation(id, 0, header)};
}
/// The description of an item of two regions, which names `type`.
std::string description(std::uint16_t type, std::size_t size) {
  std::string bytes(size, '\0');
  put_le(bytes, 0, type, 2);
  put_le(bytes, 2, 2, 2);
  return bytes;
}
std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Writes records as a kernel does.
class LogWriter {
 public:
  LogWriter() : volume_(180 * 1024, '\0') { volume_.replace(0, 512, xfs_superblock()); }

  /// At the head; `tail` is the block of the log from which on a replay has to begin.
  void write(const std::vector<std::string>& operations, std::uint32_t tail) {
    std::string payload;
    for (const std::string& one : operations) payload += one;
    const std::size_t length = (payload.size() + 511) / 512 * 512;
    payload.resize(length);
    std::string header(512, '\0');
    put_be(header, 0, 0xfeedbabe, 4);
    put_be(header, 4, cycle_, 4);
    put_be(header, 8, 2, 4);
    put_be(header, 12, length, 4);
    put_be(header, 16, cycle_, 4);
    put_be(header, 20, head_, 4);
    put_be(header, 24, cycle_, 4);
    put_be(header, 28, tail, 4);
    put_be(header, 40, operations.size(), 4);
    put_be(header, 300, 1, 4);
    header.replace(304, 16, kXfsUuid);
    put_be(header, 320, 32768, 4);
    const std::uint32_t first = head_;
    for (std::size_t at = 0; at < length; at += 512) {
      header.replace(44 + at / 512 * 4, 4, payload.substr(at, 4));
      // Past the ring's end the next cycle has begun.
      const bool wrapped = first + 1 + at / 512 >= kBlocks;
      put_be(payload, at, cycle_ + (wrapped ? 1 : 0), 4);
    }
    std::string both = header.substr(0, 328) + payload;
    seal_xfs(both, 0, both.size(), 32);
    header.replace(0, 328, both.substr(0, 328));
    const std::string record = header + payload;
    for (std::size_t at = 0; at < record.size(); at += 512) {
      volume_.replace(kLogOffset + std::size_t{head_} * 512, 512, record.substr(at, 512));
      if (++head_ == kBlocks) {
        head_ = 0;
        ++cycle_;
      }
    }
  }
  void unmount(std::uint32_t tail) { write({operation(9, 0x20, "Un\0\0")}, tail); }

  std::string& volume() { return volume_; }
  std::uint32_t head() const { return head_; }

 private:
  std::string volume_;
  std::uint32_t head_ = 0;
  std::uint32_t cycle_ = 1;
};

struct Found {
  XfsLogState state;
  XfsLogWalk walk;
  std::vector<XfsLogTransaction> transactions;
};
Found find(const std::string& volume) {
  MemorySource source(volume);
  auto log = XfsLog::open(source, xfs_geometry());
  EXPECT_TRUE(log);
  EXPECT_EQ(log->blocks(), kBlocks);
  Found found{find_xfs_log_state(*log), {}, {}};
  if (found.state.kind == State::dirty)
    found.walk = walk_xfs_log(*log, found.state, [&](const XfsLogTransaction& one) {
      found.transactions.push_back(one);
      return std::string();
    });
  return found;
}
std::vector<std::string> small(std::uint32_t id, const std::string& text) {
  return begin(id) + std::vector{operation(id, 0, description(0x123d, 8)), operation(id, 0, text),
                                 operation(id, 2, "")};
}
std::string text_of(const XfsLogTransaction& one) {
  const auto& bytes = one.items.at(0).regions.at(1);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(XfsLog, CleanAndEmptyLogs) {
  EXPECT_EQ(find(LogWriter().volume()).state.kind, State::clean);
  LogWriter mkfs;
  mkfs.unmount(0);
  EXPECT_EQ(find(mkfs.volume()).state.kind, State::clean);
  LogWriter used;
  for (std::uint32_t i = 0; i < 300; ++i) {
    used.write(small(i, "abcd"), used.head());
    LogWriter unmounted = used;
    unmounted.unmount(unmounted.head());
    const Found found = find(unmounted.volume());
    ASSERT_EQ(found.state.kind, State::clean) << i;
    ASSERT_EQ(found.state.head, unmounted.head()) << i;
  }
}

TEST(XfsLog, TransactionsComeAsTheyWereCommittedAroundTheRing) {
  LogWriter log;
  log.unmount(0);
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::uint32_t tail = log.head();
    const std::string first = std::string(1500, 'a') + std::to_string(i);
    // Two transactions, one inside the other, the outer in pieces over two records.
    log.write(begin(1) + begin(2) +
                  std::vector{operation(1, 0, description(0x123d, 8)),
                              operation(1, 4, first.substr(0, 700))},
              tail);
    log.write({operation(1, 8 | 4, first.substr(700, 500)), operation(2, 0, description(0x123d, 8)),
               operation(2, 0, "inner"), operation(2, 2, ""),
               operation(1, 8 | 16, first.substr(1200)), operation(1, 2, "")},
              tail);
    log.write(begin(3) + std::vector{operation(3, 0, description(0x123d, 8)),
                                     operation(3, 0, "never committed")},
              tail);
    const Found found = find(log.volume());
    ASSERT_EQ(found.state.kind, State::dirty) << i;
    ASSERT_EQ(found.state.head, log.head()) << i;
    ASSERT_EQ(found.state.tail, tail) << i;
    ASSERT_EQ(found.walk.damage + found.walk.refusal, "") << i;
    ASSERT_EQ(found.transactions.size(), 2U) << i;
    ASSERT_EQ(text_of(found.transactions[0]), "inner") << i;
    ASSERT_EQ(text_of(found.transactions[1]), first) << i;
    ASSERT_EQ(found.transactions[0].lsn & 0xFFFFFFFFU, tail) << i;
  }
}

TEST(XfsLog, WhatWasWrittenLastAndIsNotWholeDoesNotCount) {
  LogWriter log;
  log.unmount(0);
  const std::uint32_t tail = log.head();
  log.write(small(1, "whole"), tail);
  const std::uint32_t head = log.head();
  log.write(small(2, "torn"), tail);
  std::string flipped = log.volume();
  flipped[kLogOffset + (std::size_t{head} + 1) * 512 + 100] ^= 1;
  std::string cut = log.volume();
  cut.replace(kLogOffset + (std::size_t{head} + 1) * 512, 512, std::string(512, '\0'));
  for (const std::string& volume : {flipped, cut}) {
    const Found found = find(volume);
    EXPECT_EQ(found.state.kind, State::dirty);
    EXPECT_TRUE(found.state.torn);
    EXPECT_EQ(found.state.head, head);
    ASSERT_EQ(found.transactions.size(), 1U);
    EXPECT_EQ(text_of(found.transactions[0]), "whole");
  }
}

TEST(XfsLog, TheRecordOfMkfsHasNoChecksumAndCountsAllTheSame) {
  // Fewer records than may be on their way at once: mkfs's lies among those near the head.
  const std::string none(4, '\0');
  for (std::uint32_t count = 1; count < 12; ++count) {
    LogWriter log;
    log.unmount(0);
    log.volume().replace(kLogOffset + 32, 4, none);
    const std::uint32_t tail = log.head();
    for (std::uint32_t i = 0; i < count; ++i) log.write(small(i, "new"), tail);
    const Found found = find(log.volume());
    ASSERT_EQ(found.state.kind, State::dirty) << count;
    EXPECT_FALSE(found.state.torn) << count;
    EXPECT_EQ(found.state.tail, tail) << count;
    EXPECT_EQ(found.state.head, log.head()) << count;
    EXPECT_EQ(found.walk.damage, "") << count;
    EXPECT_EQ(found.transactions.size(), count);
  }
  // The first record behind it is not whole: the log ends with mkfs's, and nothing waits.
  LogWriter log;
  log.unmount(0);
  log.volume().replace(kLogOffset + 32, 4, none);
  const std::uint32_t tail = log.head();
  log.write(small(1, "torn"), tail);
  log.write(small(2, "whole"), tail);
  log.volume()[kLogOffset + (std::size_t{tail} + 1) * 512 + 100] ^= 1;
  const Found torn = find(log.volume());
  EXPECT_EQ(torn.state.kind, State::clean);
  EXPECT_TRUE(torn.state.torn);
  EXPECT_EQ(torn.state.head, tail);
  MemorySource source(log.volume());
  const XfsReplay replay = replay_xfs_log(source, xfs_geometry());
  EXPECT_FALSE(replay.overlay);
  EXPECT_NE(replay.warning.find("what was written to it last is not whole"), std::string::npos);
  // What waits is replayed with a good checksum only.
  LogWriter bare;
  bare.unmount(0);
  const std::uint32_t first = bare.head();
  bare.write(small(1, "bare"), first);
  bare.volume().replace(kLogOffset + std::size_t{first} * 512 + 32, 4, none);
  EXPECT_NE(find(bare.volume()).walk.damage, "");
}

TEST(XfsLog, AnotherFilesystemsRecordsAreNone) {
  LogWriter log;
  log.unmount(0);
  log.write(small(1, "whole"), log.head());
  std::string volume = log.volume();
  volume.replace(kLogOffset + 2 * 512 + 304, 4, "xxxx");
  EXPECT_NE(find(volume).state.kind, State::dirty);
}

TEST(XfsReplay, BuffersAndInodesAreLaidOverTheVolume) {
  LogWriter log;
  log.unmount(0);
  const std::uint32_t tail = log.head();
  // 128 bytes at 128 of the buffer at byte 40 * 1024, and an inode's core into inode 41.
  std::string buffer(24, '\0');
  put_le(buffer, 0, 0x123c, 2);
  put_le(buffer, 2, 2, 2);
  put_le(buffer, 6, 2, 2);
  put_le(buffer, 8, 80, 8);
  put_le(buffer, 16, 1, 4);
  put_le(buffer, 20, 2, 4);
  std::string inode = description(0x123b, 56);
  put_le(inode, 4, 1, 4);
  put_le(inode, 16, 41, 8);
  std::string core(176, '\0');
  put_le(core, 0, 0x494e, 2);
  put_le(core, 2, 0100644, 2);
  put_le(core, 4, 3, 1);
  put_le(core, 5, 2, 1);
  put_le(core, 56, 12345, 8);
  put_le(core, 40, 7, 4);
  put_le(core, 152, 41, 8);
  core.replace(160, 16, kXfsUuid);
  log.write(
      begin(1) + std::vector{operation(1, 0, buffer), operation(1, 0, std::string(128, 'b')),
                             operation(1, 0, inode), operation(1, 0, core), operation(1, 2, "")},
      tail);
  const std::size_t place = 20 * 1024 + 512;
  log.volume().replace(place, 2, "IN");
  for (const bool newer : {false, true}) {
    std::string volume = log.volume();
    if (newer) put_be(volume, place + 112, std::uint64_t{1} << 32U | 100, 8);
    MemorySource source(volume);
    const XfsReplay replay = replay_xfs_log(source, xfs_geometry());
    EXPECT_EQ(replay.warning, "");
    ASSERT_TRUE(replay.overlay);
    const std::string now = read_range(*replay.overlay, 40 * 1024, 512);
    EXPECT_EQ(now, std::string(128, '\0') + std::string(128, 'b') + std::string(256, '\0'));
    const std::string after = read_range(*replay.overlay, place, 512);
    EXPECT_EQ(after.substr(56, 8),
              newer ? std::string(8, '\0') : std::string("\0\0\0\0\0\0\x30\x39", 8));
    // What the filesystem is without the replay stays as it is.
    EXPECT_EQ(read_range(source, 40 * 1024, 512), std::string(512, '\0'));
  }
  // No inode where one should be: nothing is replayed at all.
  log.volume().replace(place, 2, "XX");
  MemorySource source(log.volume());
  const XfsReplay replay = replay_xfs_log(source, xfs_geometry());
  EXPECT_FALSE(replay.overlay);
  EXPECT_NE(replay.warning.find("was not replayed (inode 41 in it is not where it should be)"),
            std::string::npos)
      << replay.warning;
}

}  // namespace
}  // namespace pidometer
