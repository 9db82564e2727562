#include "tsk_reader/file_system/btrfs/btrfs_checksum.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pidometer {
namespace {

std::string hex(BtrfsChecksum kind, std::string_view text) {
  const auto sum = btrfs_checksum(kind, std::as_bytes(std::span(text)));
  std::string out;
  for (std::size_t i = 0; i < btrfs_checksum_size(kind); ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[std::to_integer<std::size_t>(sum[i] >> 4)];
    out += kDigits[std::to_integer<std::size_t>(sum[i] & std::byte{15})];
  }
  return out;
}

struct Row {
  BtrfsChecksum kind;
  std::string text;
  std::string_view want;
};

TEST(BtrfsChecksumTest, known_sums) {
  const std::string repeated(200, 'a');  // more than one block of each
  const Row rows[] = {
      {BtrfsChecksum::crc32c, "123456789", "839206e3"},  // RFC 3720's, stored little-endian
      {BtrfsChecksum::xxhash64, "", "99e9d85137db46ef"},
      {BtrfsChecksum::xxhash64, "abc", "990977adf52cbc44"},
      {BtrfsChecksum::sha256, "abc",
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {BtrfsChecksum::blake2b, "",
       "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
      {BtrfsChecksum::blake2b, "abc",
       "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
  };
  for (const Row& row : rows) EXPECT_EQ(hex(row.kind, row.text), row.want) << row.text;
}

TEST(BtrfsChecksumTest, too_short_a_stored_sum_matches_nothing) {
  const auto sum = btrfs_checksum(BtrfsChecksum::sha256, {});
  EXPECT_TRUE(btrfs_checksum_matches(BtrfsChecksum::sha256, {}, sum));
  EXPECT_FALSE(btrfs_checksum_matches(BtrfsChecksum::sha256, {}, std::span(sum).first(31)));
  EXPECT_FALSE(btrfs_checksum_kind(4).has_value());
}

}  // namespace
}  // namespace pidometer
