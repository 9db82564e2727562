#include "tsk_reader/systemd_journal/journal_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/support/made_systemd_journal.h"
#include "tests/support/memory_source.h"
#include "tsk_reader/systemd_journal/journal_file.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kTime = 1'772'368'217'500'000;  // 2026-03-01 12:30:17.5 UTC
constexpr std::uint64_t kMinute = 60'000'000;

struct Text {
  std::vector<std::string> lines;  ///< a lost one is empty
  std::vector<DamagedRange> damage;

  std::size_t whole() const {
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [](const auto& l) { return !l.empty(); }));
  }
  bool has_reason(std::string_view part) const {
    return std::any_of(damage.begin(), damage.end(), [&](const DamagedRange& range) {
      return range.reason.find(part) != std::string::npos;
    });
  }
};

Text read(std::string file, std::size_t step = 1000) {
  const auto stream = journal_as_text(std::make_unique<MemoryStream>(std::move(file), step));
  const std::string all = read_all(*stream, 777);
  Text text;
  text.damage = stream->damage();
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    const std::string line = all.substr(at, end - at);
    text.lines.push_back(line == std::string(1, '\0') ? std::string() : line);
    at = end + 1;
  }
  return text;
}

struct Made {
  MadeJournal journal;
  std::vector<std::uint64_t> at;

  explicit Made(unsigned entries = 20, bool compact = false, bool keyed = false)
      : journal(compact, keyed) {
    for (unsigned i = 0; i < entries; ++i)
      at.push_back(journal.cron(kTime + i * kMinute, 2201 + i, "/bin/job " + std::to_string(i)));
  }
};

TEST(JournalStream, EachEntryIsALine) {
  for (const bool compact : {false, true})
    for (const bool keyed : {false, true}) {
      const Made made(3, compact, keyed);
      const Text text = read(made.journal.file());
      ASSERT_EQ(text.lines.size(), 3U) << compact << keyed;
      EXPECT_EQ(text.lines[1],
                "<78>1 2026-03-01T12:31:17.500000Z web-1 CRON 2202 - [journal at=\"" +
                    std::to_string(made.at[1]) +
                    "\" cursor=\"s=abababababababababababababababab;i=2;"
                    "b=11111111111111111111111111111111\"] (root) CMD (/bin/job 1)");
      EXPECT_TRUE(text.damage.empty());
    }
}

TEST(JournalStream, WhatFollowsTheLastObjectIsRoom) {
  const Made made;
  for (const std::size_t room : {0U, 8U, 100'000U}) {
    const Text text = read(made.journal.file(room), 65536);
    EXPECT_EQ(text.whole(), 20U) << room;
    EXPECT_TRUE(text.damage.empty()) << room;
  }
  EXPECT_TRUE(read(MadeJournal().file()).lines.empty());
}

// libsystemd opens no file that is shorter than its header says.
TEST(JournalStream, ATruncatedFileGivesWhatItHolds) {
  const Made made;
  const Text text = read(made.journal.file().substr(0, made.at[12] + 20));
  EXPECT_EQ(text.whole(), 12U);
  ASSERT_EQ(text.damage.size(), 1U);
  EXPECT_TRUE(text.has_reason("8 of the 20 entries that its header counts are not in the file"));
}

TEST(JournalStream, WhereverAFileIsCutOffItIsTold) {
  const Made made(4);
  const std::string file = made.journal.file(0);
  for (std::size_t size = 8; size < file.size(); ++size) {
    const Text text = read(file.substr(0, size), 65536);
    EXPECT_LT(text.whole(), 4U) << size;
    EXPECT_FALSE(text.damage.empty()) << size;
  }
  EXPECT_EQ(read(file).whole(), 4U);
}

TEST(JournalStream, AHoleCostsWhatLayInItAlone) {
  const Made made;
  std::string file = made.journal.file();
  const std::size_t begin = made.at[5] - 40;
  std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(begin), made.at[8] + 16 - begin, '\0');
  const Text text = read(file);
  EXPECT_EQ(text.lines[4].substr(text.lines[4].find("CMD")), "CMD (/bin/job 4)");
  EXPECT_EQ(text.lines[5], "");
  EXPECT_EQ(text.lines[6].substr(text.lines[6].find("CMD")), "CMD (/bin/job 9)");
  EXPECT_EQ(text.whole(), 16U);
  EXPECT_TRUE(text.has_reason("4 of the 20 entries"));
  // The damage is where the lines are missing.
  EXPECT_EQ(
      text.damage.front().range.begin, std::size_t{5} + [&] {
        std::size_t size = 0;
        for (unsigned i = 0; i < 5; ++i) size += text.lines[i].size();
        return size;
      }());
}

TEST(JournalStream, NoEntryIsMadeOfDamagedBytes) {
  const Made made;
  const std::string clean = made.journal.file();
  const Text want = read(clean);
  // Each bit of the third entry, of its fields and of the objects around.
  for (std::size_t at = made.at[1]; at < made.at[3]; ++at) {
    std::string file = clean;
    file[at] = static_cast<char>(file[at] ^ (1 << (at % 8)));
    const Text text = read(file, 65536);
    for (const std::string& line : text.lines) {
      if (line.empty() || std::find(want.lines.begin(), want.lines.end(), line) != want.lines.end())
        continue;
      // What no hash covers: the entry's number, its time, its boot. Or a line without some field,
      // which is told.
      const bool unhashed = at >= made.at[1] + 16 && at < made.at[1] + 56;
      const bool other = at >= made.at[2] + 16 && at < made.at[2] + 56;
      EXPECT_TRUE(unhashed || other || text.has_reason("without fields that are damaged"))
          << at << line;
    }
    // Nothing is lost without a word.
    EXPECT_TRUE(text.whole() == 20 || !text.damage.empty()) << at;
  }
}

TEST(JournalStream, TheHeaderMayLie) {
  const Made made(20, true, true);
  const std::string clean = made.journal.file();
  for (std::size_t at = 8; at < 256; ++at) {
    if (at >= 24 && at < 40) continue;  // the key of all hashes
    for (const int bit : {0, 7}) {
      std::string file = clean;
      file[at] = static_cast<char>(file[at] ^ (1 << bit));
      EXPECT_EQ(read(file, 65536).whole(), 20U) << at << ' ' << bit;
    }
  }
  // Fewer entries than there are: a crash left the count behind.
  std::string file = clean;
  file[152] = 3;
  EXPECT_EQ(read(file).whole(), 20U);
  EXPECT_TRUE(read(file).damage.empty());
}

// A size that leads behind the next objects makes them part of the one that it is of.
TEST(JournalStream, AWrongSizeSwallowsNoNeighbours) {
  for (const bool compact : {false, true}) {
    MadeJournal journal(compact, compact);
    std::vector<std::uint64_t> at;
    for (unsigned i = 0; i < 20; ++i) {
      at.push_back(journal.cron(kTime + i * kMinute, 2201 + i, "/bin/job " + std::to_string(i)));
      if (i == 7) at.push_back(journal.array(at));
    }
    const std::string clean = journal.file();
    const Text want = read(clean);
    ASSERT_EQ(want.whole(), 20U);
    // Two entries, the array and the fields between: all bits of all heads.
    std::vector<std::uint64_t> heads;
    const auto size_at = [&](std::uint64_t head) {
      return static_cast<unsigned char>(clean[head + 8]) +
             256U * static_cast<unsigned char>(clean[head + 9]);
    };
    for (std::uint64_t head = at[6]; head <= at[9]; head += (size_at(head) + 7) & ~7U)
      heads.push_back(head);
    ASSERT_GT(heads.size(), 8U);
    for (const std::uint64_t head : heads)
      for (unsigned bit = 0; bit < 128; ++bit) {
        std::string file = clean;
        file[head + bit / 8] = static_cast<char>(file[head + bit / 8] ^ (1 << bit % 8));
        EXPECT_EQ(read(file, 65536).lines, want.lines) << compact << ' ' << head << ' ' << bit;
      }
  }
}

TEST(JournalStream, WhatASecondFaultCostsIsToldInItsPlace) {
  const Made made;
  std::string file = made.journal.file();
  // The field before the sixth entry is damaged, and reaches over three entries by its size.
  const std::uint64_t message = made.at[5] - 96;
  ASSERT_EQ(file[message], 1);
  file[message + 70] ^= 1;
  file[message + 9] = 7;
  const Text text = read(file, 65536);
  EXPECT_EQ(text.whole(), 19U);
  ASSERT_EQ(text.lines.size(), 20U);
  EXPECT_EQ(text.lines[5], "");
  EXPECT_EQ(text.damage.size(), 1U);
}

// A type that is another one's: the entry is not there, and the place is known.
TEST(JournalStream, AnEntryThatIsLostIsToldWhereItWas) {
  const Made made;
  std::string file = made.journal.file();
  file[made.at[5]] = 7;
  file[made.at[5] + 60] ^= 1;
  const Text text = read(file, 65536);
  EXPECT_EQ(text.whole(), 19U);
  ASSERT_GT(text.lines.size(), 6U);
  EXPECT_EQ(text.lines[5], "");
  EXPECT_NE(text.lines[6], "");
  EXPECT_NE(text.lines.back(), "");
}

TEST(JournalStream, ACountThatWasLeftBehindHidesNoHole) {
  const Made made;
  std::string file = made.journal.file();
  file[152] = 3;
  std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(made.at[8]), 64, '\0');
  const Text text = read(file, 65536);
  EXPECT_EQ(text.whole(), 19U);
  EXPECT_FALSE(text.damage.empty());
}

TEST(JournalStream, TheKeyOfAllHashesMayHaveAWrongBit) {
  const Made made(20, true, true);
  for (unsigned bit = 0; bit < 128; bit += 5) {
    std::string file = made.journal.file();
    file[24 + bit / 8] = static_cast<char>(file[24 + bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(read(file, 65536).whole(), 20U) << bit;
  }
}

// What a made-up file costs: objects within one another, each as large as may be checked.
TEST(JournalStream, ObjectsWithinOneAnotherAreNotTriedForEver) {
  std::string file = Made(1).journal.file(0);
  for (unsigned i = 0; i < 16'384; ++i) {
    std::string head(72, 'x');
    head.replace(0, 16, std::string(16, '\0'));
    head[0] = 1;
    head[10] = 0x0f;
    file += head;
  }
  file += std::string(1 << 20, 'y');
  const auto begin = std::chrono::steady_clock::now();
  const Text text = read(file, 65536);
  EXPECT_EQ(text.whole(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

/// Counts what is read.
class CountingSource : public MemorySource {
 public:
  using MemorySource::MemorySource;
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    read += out.size();
    return MemorySource::read_at(offset, out);
  }
  std::uint64_t read = 0;
};

// Heads that lead into zeros, each behind one that leads into what is none: at each the zeros would
// be looked through to their end.
TEST(JournalStream, ZerosAreNotLookedThroughAtEachHead) {
  constexpr std::size_t kHeads = 4096;
  constexpr std::size_t kHead = 24;
  std::string file = Made(1).journal.file(0);
  file.resize((file.size() + 7) / 8 * 8);
  const std::size_t heads = file.size();
  const std::size_t garbage = heads + kHeads * kHead;
  const std::size_t zeros = garbage + 4096;
  for (std::size_t i = 0; i < kHeads; ++i) {
    std::uint64_t size = (i % 2 == 0 ? garbage : zeros) + 1024 - file.size();
    std::string head(kHead, '\0');
    head[0] = 6;  // an entry array
    for (std::size_t at = 8; at < 16; ++at, size >>= 8U) head[at] = static_cast<char>(size & 255U);
    head[16] = 'x';
    file += head;
  }
  file += std::string(4096, 'y') + std::string(1 << 20, '\0') + 'z';
  CountingSource source(file);
  Result<JournalFile> journal = JournalFile::open(source);
  ASSERT_TRUE(journal);
  const Result<JournalIndex> index = journal->index();
  ASSERT_TRUE(index);
  EXPECT_EQ(index->entries.size(), 1U);
  EXPECT_FALSE(index->holes.empty());
  // A page a head, there and back, twice; with the zeros it was 2,700 MB.
  EXPECT_LT(source.read, 4 * kHeads * 4096 + 10 * file.size());
}

TEST(JournalStream, AFieldThatStandsTwiceIsNoDamage) {
  MadeJournal journal;
  journal.entry(kTime, '\x22', {"SYSLOG_IDENTIFIER=CRON", "_PID=7", "X=1", "X=1", "MESSAGE=a"});
  std::string file = journal.file();
  EXPECT_EQ(read(file).whole(), 1U);
  EXPECT_TRUE(read(file).damage.empty());
}

TEST(JournalStream, TextsOfAnyBytesStayOneLine) {
  MadeJournal journal;
  journal.entry(kTime, '\x22',
                {"SYSLOG_IDENTIFIER=a b", "_PID=7", std::string("MESSAGE=x\ny\0z\n", 14)});
  journal.entry(kTime, '\x22', {"MESSAGE=" + std::string(100'000, 'm')});
  const Text text = read(journal.file());
  ASSERT_EQ(text.lines.size(), 2U);
  EXPECT_NE(text.lines[0].find(" - a_b 7 - "), std::string::npos);
  EXPECT_TRUE(text.lines[0].ends_with("] x#012y#000z")) << text.lines[0];
  EXPECT_LT(text.lines[1].size(), 40'000U);
}

}  // namespace
}  // namespace pidometer
