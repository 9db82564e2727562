#include "plugin/cron_log/block_reader.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "plugin/cron_log/line_reader.h"
#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;

/// Numbered lines, so that a lost, doubled or swapped block shows.
std::string numbered(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

TEST(BlockReader, BlocksAreTheStreamWhateverItsPieces) {
  struct Case {
    const char* name;
    std::size_t bytes;
    std::size_t piece;
  };
  const Case cases[] = {
      {"empty", 0, SIZE_MAX},
      {"small", 1000, SIZE_MAX},
      {"a block", Block::kSize, SIZE_MAX},
      {"just what is read without a thread", BlockReader::kThreadAfter, SIZE_MAX},
      {"large", 3 * BlockReader::kThreadAfter + 12345, SIZE_MAX},
      {"large, in pieces", 3 * BlockReader::kThreadAfter + 12345, 70001},
  };
  for (const Case& c : cases) {
    const std::string text = numbered(c.bytes).substr(0, c.bytes);
    MemoryLogFile file("log", text);
    const auto stream = file.block_size(c.piece).open(StreamForm::decoded);
    BlockReader reader(**stream);
    std::string got;
    for (bool is_last = false; !is_last;) {
      Block block = reader.next();
      got.append(block.bytes.data() + Block::kHeadroom, block.size);
      is_last = block.is_last;
      EXPECT_FALSE(block.error) << c.name;
      reader.give_back(std::move(block));
    }
    EXPECT_TRUE(got == text) << c.name;
  }
}

TEST(BlockReader, LinesOfALargeLogKeepTheirPlacesDamageAndError) {
  const std::string text = numbered(3 * BlockReader::kThreadAfter);
  const std::size_t break_at = text.size() - 100000;
  MemoryLogFile file("log", text);
  file.damage(BlockReader::kThreadAfter / 2, BlockReader::kThreadAfter / 2 + 1);
  file.damage(2 * BlockReader::kThreadAfter, 2 * BlockReader::kThreadAfter + Block::kSize);
  file.breaks_at(break_at);
  const auto stream = file.open(StreamForm::decoded);
  LineReader reader(**stream);
  LogLine line;
  std::uint64_t end = 0;
  std::uint64_t damaged = 0;
  while (reader.next(line)) {
    ASSERT_EQ(line.offset, end);
    end = line.end;
    ASSERT_EQ(line.text, std::string_view(text).substr(line.offset, line.text.size()));
    if (line.damaged) damaged += line.end - line.offset;
  }
  EXPECT_EQ(end, break_at);
  EXPECT_EQ(reader.bytes_read(), break_at);
  EXPECT_TRUE(reader.error());
  EXPECT_GE(damaged, Block::kSize + 1);
  EXPECT_LE(damaged, Block::kSize + 1 + 3 * 20);
}

TEST(BlockReader, ItCanBeLeftAtAnyTime) {
  const std::string text = numbered(2 * BlockReader::kThreadAfter);
  const std::size_t blocks = text.size() / Block::kSize;
  const MemoryLogFile file("log", text);
  for (std::size_t taken = 0; taken <= blocks; taken += 5) {
    const auto stream = file.open(StreamForm::decoded);
    BlockReader reader(**stream);
    for (std::size_t i = 0; i < taken; ++i) EXPECT_GT(reader.next().size, 0U);
    reader.stop();
    // The stream is the caller's again.
    EXPECT_TRUE((*stream)->damage().empty());
  }
}

/// Gives zeros, and throws behind `limit` bytes.
class ThrowingStream final : public ByteStream {
 public:
  explicit ThrowingStream(std::uint64_t limit) : limit_(limit) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    given_ += out.size();
    if (given_ > limit_) throw std::runtime_error("as told");
    return out.size();
  }
  const std::vector<DamagedRange>& damage() const override { return damage_; }

 private:
  std::uint64_t limit_;
  std::uint64_t given_ = 0;
  std::vector<DamagedRange> damage_;
};

TEST(BlockReader, WhatTheStreamThrowsReachesTheCaller) {
  for (const std::uint64_t limit : {std::uint64_t{Block::kSize}, 2 * BlockReader::kThreadAfter}) {
    ThrowingStream stream(limit);
    BlockReader reader(stream);
    std::uint64_t got = 0;
    EXPECT_THROW(while (true) got += reader.next().size, std::runtime_error);
    EXPECT_EQ(got, limit);
  }
}

}  // namespace
}  // namespace pidometer
