#include "tsk_reader/container/raw_source.h"

#include <gtest/gtest.h>

#include "tests/support/made_image.h"
#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

TEST(SplitPart, ReadsNamesAsSplittingToolsWriteThem) {
  const std::vector<std::pair<const char*, std::optional<SplitPart>>> cases = {
      {"disk.dd.001", SplitPart{"disk.dd", 1}},
      {"disk.000", SplitPart{"disk", 0}},
      {"disk.0012", SplitPart{"disk", 12}},
      {"disk.01", std::nullopt},
      {"disk.raw", std::nullopt},
      {".001", std::nullopt},
      {"disk.00a", std::nullopt},
      {"cron", std::nullopt},
  };
  for (const auto& [name, want] : cases) EXPECT_EQ(split_part(name), want) << name;
}

class RawSourceTest : public testing::Test {
 protected:
  RawSourceTest() : raw_(disk_bytes(250'000, 3)) {
    for (std::size_t i = 0; i < 3; ++i) {
      parts_.emplace_back(
          folder_.write("disk.00" + std::to_string(i + 1), raw_.substr(i * kPart, kPart)));
    }
  }

  static constexpr std::size_t kPart = 100'000;
  TemporaryFolder folder_;
  std::string raw_;
  std::vector<std::filesystem::path> parts_;
  std::vector<Warning> warnings_;
};

TEST_F(RawSourceTest, JoinsParts) {
  auto source = open_raw_source(parts_, warnings_);
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->size(), raw_.size());
  EXPECT_TRUE(read_range(**source, 0, raw_.size()) == raw_);
  EXPECT_TRUE(read_range(**source, 99'990, 20) == raw_.substr(99'990, 20));
  EXPECT_TRUE((*source)->damage({0, kUnknownEnd}).empty());
}

TEST_F(RawSourceTest, AMissingPartIsAHoleOfItsSize) {
  parts_.erase(parts_.begin() + 1);
  auto source = open_raw_source(parts_, warnings_);
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->size(), raw_.size());
  std::string want = raw_;
  want.replace(kPart, kPart, kPart, '\0');
  EXPECT_TRUE(read_range(**source, 0, raw_.size()) == want);
  EXPECT_EQ((*source)->damage({0, kUnknownEnd}),
            (std::vector<DamagedRange>{{{kPart, 2 * kPart}, "part 2 is missing"}}));
}

TEST_F(RawSourceTest, AShortMiddlePartIsAHoleToo) {
  std::filesystem::resize_file(parts_[1], 40'000);
  auto source = open_raw_source(parts_, warnings_);
  ASSERT_TRUE(source);
  EXPECT_TRUE(read_range(**source, 2 * kPart, 50'000) == raw_.substr(2 * kPart));
  EXPECT_EQ((*source)->damage({0, kUnknownEnd}),
            (std::vector<DamagedRange>{{{kPart + 40'000, 2 * kPart}, "part 2 is truncated"}}));
}

TEST_F(RawSourceTest, AShortFirstPartIsAHoleAndMovesNothing) {
  for (const std::size_t count : {2U, 3U}) {
    std::vector<std::filesystem::path> parts(parts_.begin(),
                                             parts_.begin() + static_cast<std::ptrdiff_t>(count));
    std::filesystem::resize_file(parts[0], 40'000);
    auto source = open_raw_source(parts, warnings_);
    ASSERT_TRUE(source);
    const std::size_t size = std::min(count * kPart, raw_.size());
    std::string want = raw_.substr(0, size);
    want.replace(40'000, 60'000, 60'000, '\0');
    EXPECT_EQ((*source)->size(), size);
    EXPECT_TRUE(read_range(**source, 0, size) == want);
    EXPECT_EQ((*source)->damage({0, kUnknownEnd}),
              (std::vector<DamagedRange>{{{40'000, kPart}, "part 1 is truncated"}}));
  }
  EXPECT_TRUE(warnings_.empty());
}

TEST(RawParts, ALongerLastPartIsJoinedWhereTheOthersAgree) {
  struct Case {
    const char* name;
    std::vector<std::size_t> sizes;
    std::uint64_t want;  // size of the image
    std::size_t damaged;
    std::size_t warnings;
  };
  const std::vector<Case> cases = {
      {"split -n 3 of 302 bytes", {100, 100, 102}, 302, 0, 0},
      {"split -n 2 of 201 bytes", {100, 101}, 201, 0, 0},
      {"joined by hand", {100, 100, 150}, 350, 0, 1},
      {"a first part cut off", {90, 100, 100}, 300, 1, 0},
      {"two parts of two sizes", {90, 150}, 300, 1, 0},
      {"parts of three sizes", {90, 100, 150}, 450, 2, 0},
      {"usual", {100, 100, 10}, 210, 0, 0},
  };
  const std::string raw = disk_bytes(1000, 3);
  for (const Case& one : cases) {
    TemporaryFolder folder;
    std::vector<std::filesystem::path> parts;
    for (const std::size_t size : one.sizes)
      parts.emplace_back(
          folder.write("disk.00" + std::to_string(parts.size() + 1), raw.substr(0, size)));
    std::vector<Warning> warnings;
    auto source = open_raw_source(parts, warnings);
    ASSERT_TRUE(source) << one.name;
    EXPECT_EQ((*source)->size(), one.want) << one.name;
    EXPECT_EQ((*source)->damage({0, kUnknownEnd}).size(), one.damaged) << one.name;
    EXPECT_EQ(warnings.size(), one.warnings) << one.name;
  }
}

TEST_F(RawSourceTest, WhatIsReadPastTheEndIsDamage) {
  auto source = open_raw_source(std::span(parts_).first(1), warnings_);
  ASSERT_TRUE(source);
  EXPECT_TRUE((*source)->damage({0, kUnknownEnd}).empty());
  EXPECT_TRUE(read_range(**source, kPart - 5, 15) ==
              raw_.substr(kPart - 5, 5) + std::string(10, '\0'));
  EXPECT_EQ((*source)->damage({0, kUnknownEnd}),
            (std::vector<DamagedRange>{{{kPart, kPart + 10}, "image is truncated"}}));
}

TEST_F(RawSourceTest, AMissingFileIsAnError) {
  parts_[2] = folder_.file("nothing");
  const auto source = open_raw_source(parts_, warnings_);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace pidometer
