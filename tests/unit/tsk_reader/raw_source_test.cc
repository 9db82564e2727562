#include "tsk_reader/raw_source.h"

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
};

TEST_F(RawSourceTest, JoinsParts) {
  auto source = open_raw_source(parts_);
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->size(), raw_.size());
  EXPECT_TRUE(read_range(**source, 0, raw_.size()) == raw_);
  EXPECT_TRUE(read_range(**source, 99'990, 20) == raw_.substr(99'990, 20));
  EXPECT_TRUE((*source)->damage({0, kUnknownEnd}).empty());
}

TEST_F(RawSourceTest, AMissingPartIsAHoleOfItsSize) {
  parts_.erase(parts_.begin() + 1);
  auto source = open_raw_source(parts_);
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
  auto source = open_raw_source(parts_);
  ASSERT_TRUE(source);
  EXPECT_TRUE(read_range(**source, 2 * kPart, 50'000) == raw_.substr(2 * kPart));
  EXPECT_EQ((*source)->damage({0, kUnknownEnd}),
            (std::vector<DamagedRange>{{{kPart + 40'000, 2 * kPart}, "part 2 is truncated"}}));
}

TEST_F(RawSourceTest, WhatIsReadPastTheEndIsDamage) {
  auto source = open_raw_source(std::span(parts_).first(1));
  ASSERT_TRUE(source);
  EXPECT_TRUE((*source)->damage({0, kUnknownEnd}).empty());
  EXPECT_TRUE(read_range(**source, kPart - 5, 15) ==
              raw_.substr(kPart - 5, 5) + std::string(10, '\0'));
  EXPECT_EQ((*source)->damage({0, kUnknownEnd}),
            (std::vector<DamagedRange>{{{kPart, kPart + 10}, "image is truncated"}}));
}

TEST_F(RawSourceTest, AMissingFileIsAnError) {
  parts_[2] = folder_.file("nothing");
  const auto source = open_raw_source(parts_);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace pidometer
