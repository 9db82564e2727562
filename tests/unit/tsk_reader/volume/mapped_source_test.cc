#include "tsk_reader/volume/mapped_source.h"

#include <gtest/gtest.h>

#include "tests/support/memory_source.h"

namespace pidometer {
namespace {

using namespace std::string_literals;

std::string counting(std::size_t size, char first) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>(first + static_cast<char>(i % 20));
  return bytes;
}

std::string words(const std::vector<DamagedRange>& damage) {
  std::string out;
  for (const DamagedRange& one : damage)
    out += std::to_string(one.range.begin) + "-" + std::to_string(one.range.end) + " " +
           one.reason + "; ";
  return out;
}

TEST(MappedSource, JoinsRunsInAnyPieces) {
  MemorySource a(counting(100, 'A'));
  MemorySource b(counting(100, 'a'));
  // 10 of a, a hole by right, 24 striped over b and a by 4, 6 that nothing maps, 5 of b.
  const auto make = [&] {
    return MappedSource({{0, 10, 0, {{&a, 50}}},
                         {10, 5, 0, {}},
                         {15, 24, 4, {{&b, 20}, {&a, 0}}},
                         {45, 5, 0, {{&b, 0}}}},
                        50, {});
  };
  const std::string bytes_a = counting(100, 'A');
  const std::string bytes_b = counting(100, 'a');
  std::string want = bytes_a.substr(50, 10) + std::string(5, '\0');
  for (std::size_t turn = 0; turn < 3; ++turn)
    want += bytes_b.substr(20 + 4 * turn, 4) + bytes_a.substr(4 * turn, 4);
  want += std::string(6, '\0') + bytes_b.substr(0, 5);
  for (std::size_t offset = 0; offset < 50; ++offset)
    for (std::size_t length = 0; length <= 50 - offset; ++length) {
      MappedSource source = make();
      EXPECT_EQ(read_range(source, offset, length), want.substr(offset, length));
    }
  MappedSource source = make();
  EXPECT_EQ(words(source.damage({0, 50})), "39-45 the metadata gives no place for these bytes; ");
  EXPECT_EQ(read_range(source, 48, 10), want.substr(48) + std::string(8, '\0'));
  EXPECT_EQ(words(source.damage({45, kUnknownEnd})), "50-58 past the end of the volume; ");
  EXPECT_EQ(source.missing_bytes(), 6U);
}

TEST(MappedSource, DamageIsWhereItsBytesAre) {
  // Each single bad byte of a source is damage at the one place where its byte comes out.
  for (std::uint64_t bad = 0; bad < 12; ++bad) {
    MemorySource a(std::string(12, 'a'), {{{bad, bad + 1}, "bad"}});
    MemorySource b(std::string(12, 'b'));
    MappedSource source({{3, 24, 4, {{&b, 0}, {&a, 0}}}}, 27, {});
    std::string bytes = read_range(source, 3, 24);
    const std::size_t at = bytes.find('\0');
    ASSERT_NE(at, std::string::npos);
    const auto damage = source.damage({3, 27});
    ASSERT_EQ(damage.size(), 1U);
    EXPECT_EQ(damage[0].range, (ByteRange{3 + at, 4 + at}));
    EXPECT_TRUE(source.damage({3, 3 + at}).empty());
    EXPECT_TRUE(source.damage({4 + at, 27}).empty());
  }
}

TEST(MappedSource, AMissingSourceIsDamage) {
  MemorySource a(std::string(12, 'a'));
  MappedSource source({{0, 24, 4, {{&a, 0}, {nullptr, 0, "gone"}}}}, 24, {});
  EXPECT_EQ(read_range(source, 0, 24), "aaaa\0\0\0\0aaaa\0\0\0\0aaaa\0\0\0\0"s);
  EXPECT_EQ(words(source.damage({0, 24})), "4-8 gone; 12-16 gone; 20-24 gone; ");
  EXPECT_EQ(words(source.damage({6, 13})), "6-8 gone; 12-13 gone; ");
  EXPECT_EQ(source.missing_bytes(), 12U);
}

TEST(MappedSource, TooManyRangesBecomeOne) {
  MemorySource a("a");
  constexpr std::uint64_t kLength = std::uint64_t{1} << 40;
  MappedSource source({{0, kLength, 4096, {{&a, 0}, {nullptr, 0, "gone"}}}}, kLength, {});
  EXPECT_EQ(words(source.damage({0, kLength})), "4096-1099511627776 gone; ");
}

}  // namespace
}  // namespace pidometer
