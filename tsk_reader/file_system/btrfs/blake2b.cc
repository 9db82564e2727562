#include "tsk_reader/file_system/btrfs/blake2b.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using Words = std::array<std::uint64_t, 8>;

/// SHA-512's initial words, RFC 7693 section 2.6.
constexpr Words kInitial{0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B,
                         0xA54FF53A5F1D36F1, 0x510E527FADE682D1, 0x9B05688C2B3E6C1F,
                         0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179};
/// Which message word goes where, section 2.7; rounds 10 and 11 are rounds 0 and 1 again.
constexpr std::size_t kRounds = 12;
constexpr std::array<std::array<std::uint8_t, 16>, 10> kSigma{{
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}};
constexpr std::size_t kBlock = 128;
constexpr std::uint64_t kDigest = 32;

void compress(Words& state, std::span<const std::byte> block, std::uint64_t count, bool last) {
  std::array<std::uint64_t, 16> v{};
  std::copy(state.begin(), state.end(), v.begin());
  std::copy(kInitial.begin(), kInitial.end(), v.begin() + 8);
  v[12] ^= count;
  if (last) v[14] = ~v[14];
  std::array<std::uint64_t, 16> m{};
  for (std::size_t i = 0; i < m.size(); ++i) m[i] = le64(block, 8 * i);
  const auto mix = [&](std::size_t a, std::size_t b, std::size_t c, std::size_t d, std::uint64_t x,
                       std::uint64_t y) {
    v[a] += v[b] + x;
    v[d] = std::rotr(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = std::rotr(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 63);
  };
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto& s = kSigma[round % kSigma.size()];
    for (std::size_t i = 0; i < 4; ++i) mix(i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
    for (std::size_t i = 0; i < 4; ++i)
      mix(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]],
          m[s[8 + 2 * i + 1]]);
  }
  for (std::size_t i = 0; i < state.size(); ++i) state[i] ^= v[i] ^ v[i + 8];
}

}  // namespace

std::array<std::byte, 32> blake2b_256(std::span<const std::byte> bytes) {
  Words state = kInitial;
  state[0] ^= 0x01010000U ^ kDigest;  // parameter block: fan-out 1, depth 1, no key
  std::size_t at = 0;
  for (; bytes.size() - at > kBlock; at += kBlock)
    compress(state, bytes.subspan(at, kBlock), at + kBlock, false);
  std::array<std::byte, kBlock> tail{};
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), tail.begin());
  compress(state, tail, bytes.size(), true);
  std::array<std::byte, 32> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i)
    digest[i] = static_cast<std::byte>(state[i / 8] >> (8 * (i % 8)));
  return digest;
}

}  // namespace pidometer
