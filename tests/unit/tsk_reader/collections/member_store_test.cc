#include "tsk_reader/file_system/archive/member_store.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

std::string letters(std::size_t length, std::size_t seed) {
  std::string out(length, '\0');
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<char>('a' + (i * 7 + seed) % 26);
  return out;
}

TEST(MemberStore, GivesBackWhatItWasGivenFromMemoryAndScratch) {
  // All in memory; each second piece spills; each piece larger than the memory.
  for (const std::size_t memory : {std::size_t{1} << 20, std::size_t{1500}, std::size_t{10}}) {
    SCOPED_TRACE(memory);
    ArchiveLimits limits;
    limits.memory = memory;
    MemberStore store(limits);
    std::string all;
    for (std::size_t i = 0; i < 20; ++i) {
      const std::string piece = letters(900 + i, i);
      const auto at = store.append(std::as_bytes(std::span(piece)));
      ASSERT_TRUE(at) << at.error().message;
      EXPECT_EQ(*at, all.size());
      all += piece;
      EXPECT_EQ(store.size(), all.size());
      // Whatever was moved, earlier pieces stay where they were.
      EXPECT_EQ(read_range(store, 0, all.size()), all);
    }
    for (std::size_t at = 0; at < all.size(); at += 777)
      EXPECT_EQ(read_range(store, at, std::min<std::size_t>(2000, all.size() - at)),
                all.substr(at, 2000));
    EXPECT_EQ(*store.append({}), all.size());
  }
}

TEST(MemberStore, NothingIsBehindItsEnd) {
  for (const std::size_t memory : {std::size_t{10}, std::size_t{1} << 20}) {
    ArchiveLimits limits;
    limits.memory = memory;
    MemberStore store(limits);
    const std::string piece = letters(100, 0);
    ASSERT_TRUE(store.append(std::as_bytes(std::span(piece))));
    ASSERT_TRUE(store.append(std::as_bytes(std::span(piece))));
    std::vector<std::byte> out(10);
    EXPECT_TRUE(store.read_at(190, out));
    EXPECT_FALSE(store.read_at(191, out));
    EXPECT_FALSE(store.read_at(1 << 20, out));
  }
}

}  // namespace
}  // namespace pidometer
