#include "plugin/cron_log/carving/carver.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

constexpr std::uint32_t kBlock = 1024;
constexpr std::uint64_t kImage = 1 << 20;  ///< where the areas below begin in their image

struct Carved {
  std::vector<CarvedFragment> fragments;
  std::vector<std::string> texts;
  CarvingCounts counts;
};

Carved carve_text(const std::string& bytes, std::vector<ImageExtent> extents = {},
                  const KnownLines& known = {}, std::vector<ByteRange> skip = {}) {
  Recovery recovery;
  recovery.is_area = true;
  recovery.block_size = kBlock;
  recovery.extents =
      extents.empty() ? std::vector<ImageExtent>{{0, bytes.size(), kImage}} : extents;
  test::MemoryLogFile area("(unallocated)", bytes);
  area.recovered(recovery).block_size(777);
  Carved carved;
  carved.counts = carve(
      area, skip, known, [](std::uint64_t) { return true; },
      [&](CarvedFragment fragment) {
        carved.texts.push_back(
            bytes.substr(fragment.range.begin, fragment.range.end - fragment.range.begin));
        carved.fragments.push_back(std::move(fragment));
      });
  return carved;
}

/// A line every five minutes from the first of November on.
std::string line(int number, const char* job = "/usr/lib/sa/sa1 1 1234") {
  char text[200];
  const int minute = number * 5;
  std::snprintf(text, sizeof text, "Nov %2d %02d:%02d:01 web01 CROND[%d]: (root) CMD (%s)\n",
                1 + minute / 1440, minute / 60 % 24, minute % 60, 1000 + number * 3, job);
  return text;
}

std::string lines(int first, int end) {
  std::string text;
  for (int i = first; i < end; ++i) text += line(i);
  return text;
}

/// Filled up to the next border with `fill`.
std::string padded(std::string text, char fill = '\0') {
  text.resize((text.size() + kBlock - 1) / kBlock * kBlock, fill);
  return text;
}

/// Exactly so many bytes.
std::string cut(const std::string& text, std::size_t begin, std::size_t size) {
  return text.substr(begin, size);
}

TEST(Carver, FindsAWholeLogBetweenOtherBytes) {
  const std::string log = lines(0, 200);
  const std::string bytes =
      padded(std::string(3000, '\xaa')) + padded(log) + padded("#include <stdio.h>\n");
  const Carved carved = carve_text(bytes);
  ASSERT_EQ(carved.texts, std::vector<std::string>{log});
  const CarvedFragment& fragment = carved.fragments[0];
  EXPECT_EQ(fragment.image, kImage + 3072);
  EXPECT_EQ(fragment.lines, 200U);
  EXPECT_EQ(fragment.records, 200U);
  EXPECT_EQ(fragment.unparsed_lines + fragment.other_lines, 0U);
  EXPECT_EQ(carved.counts.partial_lines, 0U);
  EXPECT_EQ(carved.counts.bytes, bytes.size());
}

/// The head of a journal file, which says how long it is.
std::string journal_head(std::uint64_t header, std::uint64_t arena) {
  std::string head = "LPKSHHRH" + std::string(80, '\1');
  for (const std::uint64_t number : {header, arena})
    for (unsigned i = 0; i < 8; ++i) head += static_cast<char>(number >> (8 * i) & 0xffU);
  return head;
}

TEST(Carver, TellsWhereJournalsBegin) {
  const std::string log = lines(0, 60);
  const std::string bytes = padded(log) + padded(journal_head(272, 1776)) +
                            padded("x" + journal_head(272, 1776)) +  // no block begins with it
                            padded(journal_head(16, 1776)) +         // no header is so short
                            padded(journal_head(272, 1ULL << 40U));  // cut off by the area's end
  Recovery recovery;
  recovery.is_area = true;
  recovery.block_size = kBlock;
  recovery.extents = {{0, bytes.size(), kImage}};
  test::MemoryLogFile area("(unallocated)", bytes);
  area.recovered(std::move(recovery));
  std::vector<ByteRange> journals;
  const KnownLines known;
  carve(
      area, {}, known, [](std::uint64_t) { return true; }, [](const CarvedFragment&) {},
      [&](ByteRange range) { journals.push_back(range); });
  const std::uint64_t first = padded(log).size();
  EXPECT_EQ(journals,
            (std::vector<ByteRange>{{first, first + 2048}, {first + 3 * kBlock, bytes.size()}}));
}

TEST(Carver, CutsWhereTheNextBlockIsOfSomethingElse) {
  const std::string log = lines(0, 200);
  for (const std::string& other :
       {std::string(kBlock, '\0'), std::string(kBlock, '\x90'), std::string(kBlock, 'x'),
        padded("printf(\"x\");\nreturn 0;\n", ' '), padded("\n\n", 'y')}) {
    const Carved carved = carve_text(cut(log, 0, 2 * kBlock) + other);
    ASSERT_EQ(carved.texts.size(), 1U);
    EXPECT_EQ(carved.texts[0], cut(log, 0, 2 * kBlock));
    EXPECT_EQ(carved.counts.partial_lines, 1U);
  }
}

TEST(Carver, NeverMakesOneLineOfTwo) {
  // Lines of one length whose blocks fit together byte for byte: only time tells them apart.
  std::string older;
  std::string newer;
  for (int i = 0; i < 200; ++i) {
    const std::string one = line(i, "/bin/a");
    older += one.substr(0, 47) + std::string(15, 'a') + ")\n";
    const std::string two = line(i + 2000, "/bin/a");
    newer += two.substr(0, 47) + std::string(15, 'b') + ")\n";
  }
  // The border lies within a line: 1024 - 14 is no multiple of 64.
  older.insert(0, std::string(13, 'x') + "\n");
  newer.insert(0, std::string(13, 'x') + "\n");
  const Carved carved = carve_text(cut(older, 0, 2 * kBlock) + cut(newer, 2 * kBlock, 2 * kBlock));
  ASSERT_EQ(carved.texts.size(), 2U);
  EXPECT_EQ(carved.texts[0].find("bbb"), std::string::npos);
  EXPECT_EQ(carved.fragments[0].range.end, 2U * kBlock);
  EXPECT_GE(carved.fragments[1].range.begin, 2U * kBlock);
}

TEST(Carver, SplitsAtABorderWhereTimeJumps) {
  std::string first = lines(0, 1000);
  // Two pieces that both begin and end with whole lines.
  std::string a;
  for (int i = 0; a.size() < kBlock; ++i) a += line(i);
  a.resize(kBlock);
  a.back() = '\n';
  std::string b = padded(lines(3000, 3010), '\n');
  const Carved carved = carve_text(a + b);
  ASSERT_EQ(carved.texts.size(), 2U);
  EXPECT_EQ(carved.texts[1], lines(3000, 3010));
}

TEST(Carver, NeverCrossesExtents) {
  const std::string log = lines(0, 100);
  const std::string bytes = cut(log, 0, 2 * kBlock);
  const Carved carved =
      carve_text(bytes, {{0, kBlock, kImage}, {kBlock, kBlock, kImage + 7 * kBlock}});
  ASSERT_EQ(carved.texts.size(), 2U);
  EXPECT_EQ(carved.texts[0], cut(bytes, 0, kBlock));
  EXPECT_EQ(carved.fragments[1].image,
            kImage + 7 * kBlock + (carved.fragments[1].range.begin - kBlock));
}

TEST(Carver, LeavesOutWhatIsReadElsewhere) {
  const std::string bytes = padded(lines(0, 100));
  const Carved carved = carve_text(
      bytes, {}, {}, {{kImage + kBlock, kImage + 3 * kBlock}, {kImage + 4 * kBlock, kImage * 9}});
  ASSERT_EQ(carved.fragments.size(), 2U);
  EXPECT_EQ(carved.fragments[0].range.end, kBlock);
  EXPECT_GE(carved.fragments[1].range.begin, 3U * kBlock);
  EXPECT_EQ(carved.fragments[1].range.end, 4U * kBlock);
  EXPECT_EQ(carved.counts.bytes, 2U * kBlock);
}

TEST(Carver, RecognisesLiveLines) {
  KnownLines known;
  for (int i = 10; i < 15; ++i) known.add(line(i).substr(0, line(i).size() - 1));
  const Carved carved = carve_text(padded(lines(8, 20)), {}, known);
  ASSERT_EQ(carved.fragments.size(), 1U);
  EXPECT_EQ(carved.fragments[0].records, 12U);
  ASSERT_EQ(carved.fragments[0].known.size(), 5U);
  EXPECT_EQ(carved.fragments[0].known[0], lines(8, 10).size());
}

TEST(Carver, KeepsOtherProgramsLinesBetweenCronsOwn) {
  const std::string other = "Nov  1 00:07:01 web01 sshd[77]: Connection closed\n";
  const std::string log = line(0) + line(1) + other + line(2);
  const Carved carved = carve_text(padded(other + log + other));
  ASSERT_EQ(carved.texts, std::vector<std::string>{log});
  EXPECT_EQ(carved.fragments[0].other_lines, 1U);
}

TEST(Carver, DoesNotTrustAUserWithoutItsStart) {
  const std::string bytes = padded(
      "oot (11/08-08:50:00-2441) CMD (a)\nroot (11/08-09:00:00-2444) CMD (a)\n"
      "root (11/08-09:10:00-2446) CMD (a)\n");
  const Carved carved = carve_text(bytes);
  ASSERT_EQ(carved.fragments.size(), 1U);
  EXPECT_EQ(carved.fragments[0].records, 2U);
  EXPECT_EQ(carved.fragments[0].unparsed_lines, 1U);
  EXPECT_EQ(carved.counts.partial_lines, 1U);
}

TEST(Carver, TakesNothingForALogThatOnlySpeaksOfCron) {
  std::string text;
  for (int i = 0; i < 500; ++i)
    text +=
        "# /etc/crontab: run CROND[12]: (root) CMD (x) every hour\n"
        "*/5 * * * * root /usr/lib/sa/sa1 1 1\n"
        "From: root (Cron Daemon)\nSubject: Cron <root@web01> run-parts /etc/cron.hourly\n"
        "  Nov  1 00:00:01 web01 CROND[812]: (root) CMD (quoted and indented)\n"
        "MESSAGE=(root) CMD (x)\ncron.daily cron.hourly crond anacron\n";
  const Carved carved = carve_text(padded(text));
  EXPECT_TRUE(carved.fragments.empty());
  EXPECT_EQ(carved.counts.lone_lines, 0U);
}

TEST(Carver, CountsALineWithoutNeighbours) {
  const Carved quoted = carve_text(padded("as in\n" + line(0) + "which means that\n"));
  EXPECT_TRUE(quoted.fragments.empty());
  EXPECT_EQ(quoted.counts.lone_lines, 1U);
  // All that its block holds: a log of one line.
  const Carved whole = carve_text(padded(line(0)) + padded("x"));
  ASSERT_EQ(whole.fragments.size(), 1U);
  EXPECT_EQ(whole.texts[0], line(0));
}

TEST(Carver, StandsAnyBytes) {
  std::string bytes = padded(lines(0, 300));
  unsigned state = 1;
  for (int round = 0; round < 300; ++round) {
    state = state * 1664525U + 1013904223U;
    bytes[state % bytes.size()] = static_cast<char>(state >> 24U);
    const Carved carved = carve_text(bytes);
    std::uint64_t end = 0;
    for (const CarvedFragment& fragment : carved.fragments) {
      EXPECT_LE(end, fragment.range.begin);
      EXPECT_LT(fragment.range.begin, fragment.range.end);
      end = fragment.range.end;
    }
    EXPECT_LE(end, bytes.size());
  }
}

}  // namespace
}  // namespace pidometer
