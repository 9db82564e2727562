#include "plugin/cron_log/line_reader.h"

#include <gtest/gtest.h>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;

struct Seen {
  std::string text;
  std::uint64_t offset = 0;
  std::uint64_t nuls = 0;
  bool damaged = false;
  bool too_long = false;
};

std::vector<Seen> read_all(const MemoryLogFile& file) {
  auto stream = file.open(StreamForm::decoded);
  LineReader reader(**stream);
  std::vector<Seen> lines;
  LogLine line;
  while (reader.next(line)) {
    EXPECT_EQ(line.number, lines.size() + 1);
    lines.push_back({std::string(line.text), line.offset, line.nuls, line.damaged, line.too_long});
  }
  return lines;
}

TEST(LineReader, CutsAtLineFeedsWhateverTheBlocks) {
  struct Case {
    const char* name;
    std::string bytes;
    std::vector<std::string> want;
    std::vector<std::uint64_t> offsets;
  };
  const Case cases[] = {
      {"empty", "", {}, {}},
      {"one", "a\n", {"a"}, {0}},
      {"no final newline", "a\nbc", {"a", "bc"}, {0, 2}},
      {"CRLF", "a\r\nb\r\n", {"a", "b"}, {0, 3}},
      {"blank lines", "\n\na\n", {"", "", "a"}, {0, 1, 2}},
      {"NULs in front", std::string("\0\0\0a\nb\n", 7), {"a", "b"}, {0, 5}},
      {"NULs alone", std::string("\0\0\0", 3), {""}, {0}},
      {"bytes above 127", "\xFF\xFE\n\x80\n", {"\xFF\xFE", "\x80"}, {0, 3}},
  };
  for (const Case& c : cases)
    for (const std::size_t block : {std::size_t{1}, std::size_t{2}, std::size_t{3}, SIZE_MAX}) {
      const auto lines = read_all(MemoryLogFile("log", c.bytes).block_size(block));
      ASSERT_EQ(lines.size(), c.want.size()) << c.name << " in blocks of " << block;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i].text, c.want[i]) << c.name;
        EXPECT_EQ(lines[i].offset, c.offsets[i]) << c.name;
      }
    }
}

TEST(LineReader, PassesOverAByteOrderMarkAtTheStart) {
  const auto lines = read_all(MemoryLogFile("log",
                                            "\xEF\xBB\xBF"
                                            "a\n\xEF\xBB\xBF"
                                            "b\n"));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "a");
  EXPECT_EQ(lines[0].offset, 3U);
  EXPECT_EQ(lines[1].text,
            "\xEF\xBB\xBF"
            "b")
      << "there it is the line's";
  EXPECT_EQ(lines[1].offset, 5U);
  EXPECT_TRUE(read_all(MemoryLogFile("log", "\xEF\xBB\xBF")).empty());
}

TEST(LineReader, CountsTheNulsOfACrash) {
  const auto lines = read_all(MemoryLogFile("log", std::string("a\n\0\0\0b\n", 7)));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].nuls, 0U);
  EXPECT_EQ(lines[1].nuls, 3U);
}

TEST(LineReader, ALineBehindALongHoleIsWhole) {
  for (const std::size_t hole : {LineReader::kMaxLine, LineReader::kMaxLine + 1, LineReader::kBlock,
                                 LineReader::kBlock * 5 + 3}) {
    const auto lines = read_all(
        MemoryLogFile("log", "a\n" + std::string(hole, '\0') + "b\nc\n" + std::string(hole, '\0'))
            .block_size(70001));
    ASSERT_EQ(lines.size(), 4U) << hole;
    EXPECT_EQ(lines[1].text, "b") << hole;
    EXPECT_EQ(lines[1].offset, 2U) << hole;
    EXPECT_EQ(lines[1].nuls, hole);
    EXPECT_FALSE(lines[1].too_long) << hole;
    EXPECT_EQ(lines[2].text, "c") << hole;
    EXPECT_EQ(lines[2].offset, hole + 4) << hole;
    EXPECT_EQ(lines[3].text, "") << hole;
    EXPECT_EQ(lines[3].nuls, hole);
  }
}

TEST(LineReader, TheMonitorIsAskedAtEveryBlockOfAHole) {
  const MemoryLogFile file("log", std::string(LineReader::kBlock * 10, '\0') + "a\n");
  auto stream = file.open(StreamForm::decoded);
  int calls = 0;
  LineReader reader(**stream, [&](std::uint64_t) { return ++calls < 4; });
  LogLine line;
  EXPECT_FALSE(reader.next(line));
  EXPECT_TRUE(reader.stopped());
  EXPECT_EQ(calls, 4);
  EXPECT_FALSE(reader.next(line));
  EXPECT_EQ(calls, 4);
}

TEST(LineReader, AnOverLongLineIsCutAndSaidSo) {
  const std::size_t most = LineReader::kMaxLine;
  for (const std::size_t size : {most, most + 1, most * 3, LineReader::kBlock * 3}) {
    const auto lines =
        read_all(MemoryLogFile("log", "a\n" + std::string(size, 'x') + "\nb\n").block_size(70001));
    ASSERT_EQ(lines.size(), 3U) << size;
    EXPECT_EQ(lines[1].text.size(), std::min(size, most)) << size;
    EXPECT_EQ(lines[1].too_long, size > most) << size;
    EXPECT_EQ(lines[2].text, "b") << size;
    EXPECT_EQ(lines[2].offset, size + 3) << size;
    EXPECT_FALSE(lines[2].too_long) << size;
  }
}

TEST(LineReader, LinesThatTouchDamageAreMarked) {
  //                     0123 4567 89ab cdef
  const std::string b = "aaa\nbbb\nccc\nddd\n";
  struct Case {
    std::uint64_t begin, end;
    std::vector<bool> want;
  };
  const Case cases[] = {{0, 1, {true, false, false, false}},
                        {4, 8, {false, true, false, false}},
                        {7, 9, {false, true, true, false}},
                        {15, kUnknownEnd, {false, false, false, true}},
                        {16, 20, {false, false, false, false}}};
  for (const Case& c : cases) {
    const auto lines = read_all(MemoryLogFile("log", b).damage(c.begin, c.end));
    ASSERT_EQ(lines.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_EQ(lines[i].damaged, c.want[i]) << c.begin << " " << i;
  }
}

TEST(LineReader, AStreamThatBreaksGivesWhatCameBeforeAndTheError) {
  MemoryLogFile broken("log", "aaa\nbbb\n");
  broken.breaks_at(6);
  auto stream = broken.open(StreamForm::decoded);
  LineReader reader(**stream);
  LogLine line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line.text, "aaa");
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line.text, "bb");
  EXPECT_FALSE(reader.next(line));
  ASSERT_TRUE(reader.error());
}

}  // namespace
}  // namespace pidometer
