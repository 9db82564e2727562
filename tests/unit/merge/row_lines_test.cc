#include "merge/row_lines.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/temporary_folder.h"

namespace pidometer {
namespace {

using Kind = RowLines::Next;

/// Each line with what it is; `too long` ones by their first 8 bytes.
std::vector<std::pair<Kind, std::string>> lines_of(const std::string& bytes) {
  const TemporaryFolder folder;
  Result<RowLines> lines = RowLines::open(folder.write("rows", bytes));
  EXPECT_TRUE(lines);
  std::vector<std::pair<Kind, std::string>> out;
  for (std::string_view line; lines;) {
    const Result<Kind> next = lines->next(line);
    EXPECT_TRUE(next);
    if (!next || *next == Kind::end) break;
    out.emplace_back(*next, *next == Kind::too_long ? line.substr(0, 8) : line);
    EXPECT_EQ(lines->number(), out.size());
  }
  if (lines) {
    EXPECT_EQ(lines->bytes(), bytes.size());
  }
  return out;
}

TEST(RowLines, CutsAtLineFeeds) {
  using Lines = std::vector<std::pair<Kind, std::string>>;
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("\n"), (Lines{{Kind::line, ""}}));
  EXPECT_EQ(lines_of("a\nb\r\n\nc"),
            (Lines{{Kind::line, "a"}, {Kind::line, "b\r"}, {Kind::line, ""}, {Kind::line, "c"}}));
  EXPECT_EQ(lines_of("\xef\xbb\xbf{}\n"), (Lines{{Kind::line, "{}"}}));
}

TEST(RowLines, PassesOverWhatIsTooLong) {
  const std::string fits(RowLines::kLongest, 'f');
  const std::string longer(RowLines::kLongest + 1, 'l');
  const std::string huge(RowLines::kLongest * 5 + 17, 'h');
  for (const char* end : {"", "\n"}) {
    const auto lines =
        lines_of("first\n" + fits + "\n" + longer + "\nmiddle\n" + huge + "\n" + huge + end);
    ASSERT_EQ(lines.size(), 6U);
    EXPECT_EQ(lines[1], std::pair(Kind::line, fits));
    EXPECT_EQ(lines[2], std::pair(Kind::too_long, std::string(8, 'l')));
    EXPECT_EQ(lines[3], std::pair(Kind::line, std::string("middle")));
    EXPECT_EQ(lines[4], std::pair(Kind::too_long, std::string(8, 'h')));
    EXPECT_EQ(lines[5], std::pair(Kind::too_long, std::string(8, 'h')));
  }
}

TEST(RowLines, LinesOfAllLengthsComeWhole) {
  std::string bytes;
  for (std::size_t length = 0; length < 3000; length += 7)
    bytes += std::string(length, static_cast<char>('a' + length % 26)) + "\n";
  const auto lines = lines_of(bytes);
  std::string again;
  for (const auto& [kind, line] : lines) again += line + "\n";
  EXPECT_EQ(again, bytes);
}

TEST(RowLines, SaysWhatIsNoText) {
  const TemporaryFolder folder;
  const std::pair<std::string, const char*> cases[] = {
      {"\x1f\x8b\x08 packed", "packed by gzip"},
      {"\x04\x22\x4d\x18 packed", "packed by lz4"},
      {std::string("SQLite format 3\0rest", 20), "Plaso's storage"},
      {"PK\x03\x04 and so on", "zip"},
      {"\xff\xfe{", "UTF-16"},
  };
  for (const auto& [bytes, words] : cases) {
    const Result<RowLines> lines = RowLines::open(folder.write("rows", bytes));
    ASSERT_FALSE(lines) << words;
    EXPECT_NE(lines.error().reason.find(words), std::string::npos) << lines.error().reason;
    EXPECT_FALSE(lines.error().help.empty());
  }
  EXPECT_EQ(RowLines::open(folder.file("none")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(RowLines::open(folder.path().string()).error().reason, "it is a folder");
}

}  // namespace
}  // namespace pidometer
