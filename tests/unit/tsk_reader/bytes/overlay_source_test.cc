#include "tsk_reader/bytes/overlay_source.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

std::string block_of(char fill, std::size_t size = 16) {
  return std::string(size, fill);
}

/// Eight blocks of 16 bytes, a to h.
std::string letters() {
  std::string bytes;
  for (char c = 'a'; c < 'i'; ++c) bytes += block_of(c);
  return bytes;
}

TEST(OverlaySource, WithoutReplacementsIsTheSourceBelow) {
  MemorySource below(letters());
  OverlaySource overlay(below, 16);
  EXPECT_TRUE(overlay.empty());
  EXPECT_EQ(overlay.size(), 128U);
  EXPECT_EQ(read_range(overlay, 5, 100), letters().substr(5, 100));
}

TEST(OverlaySource, ReadsMovedBlocksAcrossTheirEdges) {
  MemorySource below(letters());
  OverlaySource overlay(below, 16);
  overlay.set_moved({{5, 112, {}, false}, {1, 96, {}, false}, {2, 32 + 4, {}, false}});
  const std::string want = block_of('a') + block_of('g') + std::string(12, 'c') +
                           std::string(4, 'd') + block_of('d') + block_of('e') + block_of('h') +
                           block_of('g') + block_of('h');
  EXPECT_EQ(read_range(overlay, 0, 128), want);
  for (std::size_t from = 0; from < 128; from += 3)
    for (std::size_t length = 1; from + length <= 128; length += 7)
      EXPECT_EQ(read_range(overlay, from, length), want.substr(from, length)) << from;
  const std::vector<ByteRange> replaced = {{16, 48}, {80, 90}};
  EXPECT_EQ(overlay.replaced({0, 90}), replaced);
}

TEST(OverlaySource, TheLaterMoveOfABlockStands) {
  MemorySource below(letters());
  OverlaySource overlay(below, 16);
  overlay.set_moved({{1, 96, {}, false}, {0, 16, {}, false}, {1, 112, {}, false}});
  EXPECT_EQ(read_range(overlay, 0, 32), block_of('b') + block_of('h'));
}

TEST(OverlaySource, PutsBackTheFirstBytes) {
  MemorySource below(letters());
  OverlaySource overlay(below, 16);
  const std::array<std::byte, 4> head = {std::byte{'1'}, std::byte{'2'}, std::byte{'3'},
                                         std::byte{'4'}};
  overlay.set_moved({{3, 0, head, true}});
  EXPECT_EQ(read_range(overlay, 48, 16), "1234aaaaaaaaaaaa");
  EXPECT_EQ(read_range(overlay, 50, 1), "3");
  EXPECT_EQ(read_range(overlay, 47, 3), "c12");
  EXPECT_EQ(read_range(overlay, 52, 4), "aaaa");
}

TEST(OverlaySource, BytesInMemoryGoBeforeMovedOnes) {
  MemorySource below(letters());
  OverlaySource overlay(below, 16);
  overlay.set_moved({{2, 0, {}, false}});
  overlay.replace(2, std::vector<std::byte>(16, std::byte{'z'}));
  overlay.replace(4, std::vector<std::byte>(3, std::byte{'y'}));
  EXPECT_EQ(read_range(overlay, 30, 20), "bb" + block_of('z') + "dd");
  EXPECT_EQ(read_range(overlay, 64, 4), std::string("yyy\0", 4));
}

TEST(OverlaySource, DamageFollowsTheBytes) {
  MemorySource below(letters(), {{{34, 36}, "torn"}, {{100, 104}, "chunk"}});
  OverlaySource overlay(below, 16);
  overlay.set_moved({{0, 96, {}, false}, {2, 48, {}, false}});
  overlay.mark_damaged({70, 72}, "lost copy");
  read_range(overlay, 0, 128);
  const std::vector<DamagedRange> want = {
      {{4, 8}, "chunk"}, {{70, 72}, "lost copy"}, {{100, 104}, "chunk"}};
  EXPECT_EQ(overlay.damage({0, 128}), want);
  const std::vector<DamagedRange> clipped = {{{5, 7}, "chunk"}};
  EXPECT_EQ(overlay.damage({5, 7}), clipped);
}

TEST(OverlaySource, BlockNumbersPastEverythingDoNoHarm) {
  MemorySource below(letters());
  OverlaySource overlay(below, 16);
  overlay.set_moved({{~std::uint64_t{0}, 0, {}, false}, {~std::uint64_t{0} / 16, 8, {}, false}});
  EXPECT_EQ(read_range(overlay, 0, 128), letters());
}

TEST(OverlaySource, EqualsAPlainCopyOfRandomReplacements) {
  std::mt19937 random(7);
  std::string bytes(4096, 0);
  for (char& c : bytes) c = static_cast<char>(random());
  for (int round = 0; round < 50; ++round) {
    MemorySource below(bytes);
    OverlaySource overlay(below, 64);
    std::string want = bytes;
    std::vector<MovedBlock> moved;
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t block = random() % 64;
      const std::uint64_t place = random() % (4096 - 64);
      moved.push_back({block, place, {}, false});
      want.replace(block * 64, 64, bytes, place, 64);
    }
    overlay.set_moved(moved);
    const std::size_t from = random() % 4096;
    const std::size_t length = random() % (4096 - from) + 1;
    EXPECT_EQ(read_range(overlay, from, length), want.substr(from, length));
  }
}

}  // namespace
}  // namespace pidometer
