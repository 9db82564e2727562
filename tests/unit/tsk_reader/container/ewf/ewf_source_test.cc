#include "tsk_reader/container/ewf/ewf_source.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "tests/support/made_image.h"
#include "tests/support/memory_source.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/container/ewf/ewf_chunks.h"
#include "tsk_reader/container/ewf/ewf_salvage.h"
#include "tsk_reader/evidence.h"

namespace pidometer {
namespace {

constexpr std::size_t kChunk = 32768;

/// Where a section of that type begins in a segment file, by its chain.
std::uint64_t section_offset(const std::string& path, const std::string& type) {
  const auto file = OsFile::open(path);
  std::uint64_t at = 13;
  for (int i = 0; i < 100; ++i) {
    const auto header = ewf_bytes(**file, at, 76);
    if (!header) break;
    const auto* const name = reinterpret_cast<const char*>(header->data());
    if (std::string(name, strnlen(name, 16)) == type) return at;
    at = le64(*header, 16);
  }
  ADD_FAILURE() << "no section " << type << " in " << path;
  return 0;
}

std::vector<std::filesystem::path> paths_of(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

/// Chunks of the media that each segment holds, by its tables.
std::vector<std::uint64_t> chunks_per_segment(const std::vector<std::string>& names) {
  std::vector<std::uint64_t> counts;
  for (const std::string& name : names) {
    std::uint64_t count = 0;
    const auto segment = read_ewf_segment(name, EwfDepth::chunks);
    for (const EwfRun& run : segment->runs) count += run.starts.size();
    counts.push_back(count);
  }
  return counts;
}

class EwfSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    raw_ = disk_bytes(5'600'256, 1);
    names_ = make_ewf(folder_, raw_, "disk");
    if (names_.empty()) GTEST_SKIP() << "ewfacquire (ewf-tools) is not installed";
    ASSERT_GE(names_.size(), 4U);
    counts_ = chunks_per_segment(names_);
  }

  std::uint64_t chunks_before(std::size_t segment) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < segment; ++i) sum += counts_[i];
    return sum;
  }

  TemporaryFolder folder_;
  std::string raw_;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> counts_;
};

/// Reads all: every byte outside damage() must be the disk's, every byte inside a zero.
std::vector<DamagedRange> check_bytes(BlockSource& source, const std::string& raw,
                                      std::size_t step) {
  EXPECT_EQ(source.size(), raw.size());
  std::string got;
  for (std::size_t at = 0; at < raw.size(); at += step) {
    got += read_range(source, at, std::min(step, raw.size() - at));
  }
  const std::vector<DamagedRange> damage = source.damage({0, raw.size()});
  std::string want = raw;
  for (const DamagedRange& bad : damage) {
    const auto begin = static_cast<std::size_t>(bad.range.begin);
    const auto end = static_cast<std::size_t>(bad.range.end);
    std::fill(want.begin() + static_cast<std::ptrdiff_t>(begin),
              want.begin() + static_cast<std::ptrdiff_t>(end), '\0');
  }
  EXPECT_TRUE(got == want) << "step " << step;
  return damage;
}

TEST_F(EwfSourceTest, ReadsWholeSetsByBothReaders) {
  for (const std::size_t step : {std::size_t{65536}, std::size_t{10007}}) {
    InputReport report;
    auto source = open_ewf_source(paths_of(names_), report);
    ASSERT_TRUE(source) << source.error().reason;
    EXPECT_TRUE(check_bytes(**source, raw_, step).empty());
    EXPECT_EQ(report.stored_md5.size(), 32U);
    EXPECT_TRUE(report.warnings.empty());
    EXPECT_EQ((*source)->path_spec().front().type_indicator, "EWF");

    std::vector<EwfSegment> segments;
    for (const std::string& name : names_) {
      segments.push_back(*read_ewf_segment(name, EwfDepth::chunks));
    }
    const EwfSet set = *segments.front().set;
    auto salvage = open_ewf_salvage(std::move(segments), set, PathSpec(1));
    ASSERT_TRUE(salvage);
    EXPECT_TRUE(check_bytes(**salvage, raw_, step).empty());
  }
}

TEST_F(EwfSourceTest, OrderAndRepetitionOfSegmentsDoNotMatter) {
  std::vector<std::string> names(names_.rbegin(), names_.rend());
  names.push_back(names_[1]);
  InputReport report;
  auto source = open_ewf_source(paths_of(names), report);
  ASSERT_TRUE(source);
  EXPECT_TRUE(check_bytes(**source, raw_, kChunk).empty());
}

TEST_F(EwfSourceTest, ReadingPastTheEndIsDamage) {
  InputReport report;
  auto source = open_ewf_source(paths_of(names_), report);
  ASSERT_TRUE(source);
  const std::string got = read_range(**source, raw_.size() - 10, 30);
  EXPECT_EQ(got, raw_.substr(raw_.size() - 10) + std::string(20, '\0'));
  EXPECT_EQ((*source)->damage({0, kUnknownEnd}),
            (std::vector<DamagedRange>{{{raw_.size(), raw_.size() + 20}, "image is truncated"}}));
}

struct Fault {
  const char* name;
  std::function<void(std::vector<std::string>&)> make;
  std::size_t warnings;  // of the report when opened
  const char* reason;    // in the first damaged range
  // Damaged chunks: [begin, end).
  std::function<ByteRange(const std::vector<std::uint64_t>&)> chunks;
};

void drop(std::vector<std::string>& names, std::size_t index) {
  names.erase(names.begin() + static_cast<std::ptrdiff_t>(index));
}

TEST_F(EwfSourceTest, FaultsLoseTheirOwnBytesOnlyAndSayWhich) {
  const std::uint64_t all = (raw_.size() + kChunk - 1) / kChunk;
  const std::vector<Fault> faults = {
      {"64 bytes flipped in the first chunk of segment 2",
       [](auto& names) { flip_bytes(names[1], section_offset(names[1], "sectors") + 1000, 64); }, 0,
       "E01 chunk checksum",
       [](const auto& n) {
         return ByteRange{n[0], n[0] + 1};
       }},
      {"segment 2 missing", [](auto& names) { drop(names, 1); }, 0, "segment 2 is missing",
       [](const auto& n) {
         return ByteRange{n[0], n[0] + n[1]};
       }},
      {"segments 2 and 3 missing",
       [](auto& names) {
         drop(names, 1);
         drop(names, 1);
       },
       0, "segment 2 to 3 is missing",
       [](const auto& n) {
         return ByteRange{n[0], n[0] + n[1] + n[2]};
       }},
      {"last segment missing", [](auto& names) { names.pop_back(); }, 0,
       "and what follows is missing",
       [all](const auto& n) {
         return ByteRange{all - n.back(), all};
       }},
      {"both tables of segment 2 damaged: chunks are walked",
       [](auto& names) {
         flip_bytes(names[1], section_offset(names[1], "table") + 120, 8);
         flip_bytes(names[1], section_offset(names[1], "table2") + 120, 8);
       },
       1, nullptr, nullptr},
      {"first table of segment 2 damaged: the second serves",
       [](auto& names) { flip_bytes(names[1], section_offset(names[1], "table") + 120, 8); }, 1,
       nullptr, nullptr},
      {"second table of segment 2 damaged: the first serves",
       [](auto& names) { flip_bytes(names[1], section_offset(names[1], "table2") + 120, 8); }, 1,
       nullptr, nullptr},
      {"header of the sectors section damaged",
       [](auto& names) { flip_bytes(names[1], section_offset(names[1], "sectors"), 16); }, 1,
       nullptr, nullptr},
      {"header of the table section damaged",
       [](auto& names) { flip_bytes(names[1], section_offset(names[1], "table"), 16); }, 1, nullptr,
       nullptr},
      {"description of the media damaged in segment 1",
       [](auto& names) { flip_bytes(names[0], section_offset(names[0], "volume") + 80, 8); }, 1,
       nullptr, nullptr},
      {"file signature damaged", [](auto& names) { flip_bytes(names[0], 0, 8); }, 1, nullptr,
       nullptr},
  };
  for (const Fault& fault : faults) {
    TemporaryFolder folder;
    std::vector<std::string> names;
    for (const std::string& name : names_) {
      names.push_back(folder.file(std::filesystem::path(name).filename().string()));
      std::filesystem::copy_file(name, names.back());
    }
    fault.make(names);
    InputReport report;
    auto source = open_ewf_source(paths_of(names), report);
    ASSERT_TRUE(source) << fault.name << ": " << source.error().reason;
    EXPECT_EQ(report.warnings.size(), fault.warnings) << fault.name;
    SCOPED_TRACE(fault.name);
    const std::vector<DamagedRange> damage = check_bytes(**source, raw_, 65536);
    if (fault.reason == nullptr) {
      EXPECT_TRUE(damage.empty());
      continue;
    }
    ASSERT_EQ(damage.size(), 1U);
    const ByteRange chunks = fault.chunks(counts_);
    EXPECT_EQ(damage[0].range,
              (ByteRange{chunks.begin * kChunk, std::min(chunks.end * kChunk, raw_.size())}));
    EXPECT_NE(damage[0].reason.find(fault.reason), std::string::npos) << damage[0].reason;
  }
}

TEST_F(EwfSourceTest, ASegmentCutInHalfLosesItsSecondHalfOnly) {
  for (std::size_t index = 0; index < 3; ++index) {
    TemporaryFolder folder;
    std::vector<std::string> names = names_;
    names[index] = folder.file("cut.E01");
    std::filesystem::copy_file(names_[index], names[index]);
    std::filesystem::resize_file(names[index], std::filesystem::file_size(names_[index]) / 2);
    InputReport report;
    auto source = open_ewf_source(paths_of(names), report);
    ASSERT_TRUE(source) << source.error().reason;
    ASSERT_EQ(report.warnings.size(), 1U);
    EXPECT_NE(report.warnings[0].message.find("cut short"), std::string::npos);
    const std::vector<DamagedRange> damage = check_bytes(**source, raw_, kChunk);
    ASSERT_EQ(damage.size(), 1U);
    EXPECT_EQ(damage[0].range.end, chunks_before(index + 1) * kChunk);
    const std::uint64_t intact = damage[0].range.begin / kChunk - chunks_before(index);
    EXPECT_GT(intact, counts_[index] / 3);
    EXPECT_LT(intact, counts_[index]);
  }
}

TEST_F(EwfSourceTest, AStubLosesItsOwnSegmentOnly) {
  // 100 bytes end in the first section, 1000 in the description of the media.
  for (const std::size_t size : {100U, 1000U}) {
    for (std::size_t index = 1; index + 1 < names_.size(); ++index) {
      TemporaryFolder folder;
      std::vector<std::string> names = names_;
      names[index] = folder.file(std::filesystem::path(names_[index]).filename().string());
      std::filesystem::copy_file(names_[index], names[index]);
      std::filesystem::resize_file(names[index], size);
      InputReport report;
      auto source = open_ewf_source(paths_of(names), report);
      ASSERT_TRUE(source) << source.error().reason;
      EXPECT_EQ(report.warnings.size(), 1U);
      const std::vector<DamagedRange> damage = check_bytes(**source, raw_, kChunk);
      ASSERT_EQ(damage.size(), 1U);
      EXPECT_EQ(damage[0].range,
                (ByteRange{chunks_before(index) * kChunk, chunks_before(index + 1) * kChunk}));
      EXPECT_NE(damage[0].reason.find("cut short"), std::string::npos) << damage[0].reason;
    }
  }
}

TEST_F(EwfSourceTest, AWrongNumberInAHeaderLosesNothing) {
  for (const int wrong : {99, 1, 4}) {
    TemporaryFolder folder;
    std::vector<std::string> names;
    for (const std::string& name : names_) {
      names.push_back(folder.file(std::filesystem::path(name).filename().string()));
      std::filesystem::copy_file(name, names.back());
    }
    {
      std::fstream file(names[2], std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(9);
      file.put(static_cast<char>(wrong));
    }
    const std::vector<std::string> given = {names[2]};
    const GroupedInputs inputs = group_inputs_here(given, InputKind::automatic);
    ASSERT_EQ(inputs.groups.size(), 1U);
    EXPECT_EQ(inputs.groups[0].segments, paths_of(names));
    InputReport report;
    auto source = open_ewf_source(inputs.groups[0].segments, report);
    ASSERT_TRUE(source) << source.error().reason;
    EXPECT_TRUE(check_bytes(**source, raw_, kChunk).empty());
    ASSERT_EQ(report.warnings.size(), 1U);
    EXPECT_NE(report.warnings[0].message.find("segment " + std::to_string(wrong)),
              std::string::npos)
        << report.warnings[0].message;
  }
}

TEST_F(EwfSourceTest, ExchangedNamesAreNoWrongNumbers) {
  TemporaryFolder folder;
  std::vector<std::string> names;
  for (const std::string& name : names_) {
    names.push_back(folder.file(std::filesystem::path(name).filename().string()));
    std::filesystem::copy_file(name, names.back());
  }
  std::filesystem::rename(names[1], folder.file("x"));
  std::filesystem::rename(names[2], names[1]);
  std::filesystem::rename(folder.file("x"), names[2]);
  InputReport report;
  auto source = open_ewf_source(paths_of(names), report);
  ASSERT_TRUE(source) << source.error().reason;
  EXPECT_TRUE(check_bytes(**source, raw_, kChunk).empty());
  EXPECT_TRUE(report.warnings.empty());
}

TEST_F(EwfSourceTest, AWalkEndsAtItsBounds) {
  const auto segment = read_ewf_segment(names_[1], EwfDepth::chunks);
  const EwfRun& table = segment->runs.front();
  const auto file = OsFile::open(names_[1]);
  const ByteRange data = {table.starts.front() & ~kEwfCompressed, table.end};
  const EwfRun all = walk_ewf_chunks(**file, data, kChunk, 1'000'000);
  EXPECT_EQ(all.starts, table.starts);
  EXPECT_TRUE(all.exact);
  const EwfRun some = walk_ewf_chunks(**file, data, kChunk, 5);
  EXPECT_EQ(some.starts.size(), 5U);
  EXPECT_FALSE(some.exact);
  // Streams of a few bytes that unpack to less than a chunk are no chunks.
  const EwfRun large = walk_ewf_chunks(**file, data, 16 * kChunk, 1'000'000);
  EXPECT_LE(large.starts.size(), 1U);
  EXPECT_FALSE(large.exact);
}

TEST_F(EwfSourceTest, WithoutItsFirstSegmentAnImageIsRefused) {
  drop(names_, 0);
  InputReport report;
  const auto source = open_ewf_source(paths_of(names_), report);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::unreadable);
  EXPECT_NE(source.error().reason.find("segment 1"), std::string::npos);
}

TEST_F(EwfSourceTest, SegmentsOfAnotherDiskOfTheSameSizeGiveNoWrongByte) {
  const std::string other_raw = disk_bytes(raw_.size(), 2);
  const std::vector<std::string> other = make_ewf(folder_, other_raw, "other");
  std::vector<std::string> mixed = names_;
  mixed.erase(mixed.begin() + 1, mixed.end());
  mixed.push_back(other[0]);
  InputReport report;
  auto source = open_ewf_source(paths_of(mixed), report);
  ASSERT_TRUE(source);
  EXPECT_EQ(check_bytes(**source, raw_, kChunk).size(), 1U);
}

TEST(EwfSegmentName, KnowsTheScheme) {
  const std::vector<std::pair<const char*, std::optional<std::uint32_t>>> cases = {
      {"disk.E01", 1},
      {"disk.e99", 99},
      {"disk.EAA", 100},
      {"disk.EAB", 101},
      {"disk.EZZ", 775},
      {"disk.FAA", 776},
      {"disk.001", std::nullopt},
      {"cron", std::nullopt},

      {"disk.E0", std::nullopt},
  };
  for (const auto& [name, want] : cases) {
    EXPECT_EQ(ewf_segment_name(name), want) << name;
  }
}

}  // namespace
}  // namespace pidometer
