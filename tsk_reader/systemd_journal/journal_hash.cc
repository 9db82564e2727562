#include "tsk_reader/systemd_journal/journal_hash.h"

#include <bit>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

/// The last bytes of a message, zeros behind them.
std::uint32_t word_of(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i)
    word |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
  return word;
}

struct SipState {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t jenkins_hash64(std::span<const std::byte> bytes) {
  constexpr std::size_t kBlock = 12;
  std::uint32_t a = 0xdeadbeefU + static_cast<std::uint32_t>(bytes.size());
  std::uint32_t b = a;
  std::uint32_t c = a;
  if (!bytes.empty()) {
    while (bytes.size() > kBlock) {
      a += le32(bytes, 0);
      b += le32(bytes, 4);
      c += le32(bytes, 8);
      a = (a - c) ^ std::rotl(c, 4);
      c += b;
      b = (b - a) ^ std::rotl(a, 6);
      a += c;
      c = (c - b) ^ std::rotl(b, 8);
      b += a;
      a = (a - c) ^ std::rotl(c, 16);
      c += b;
      b = (b - a) ^ std::rotl(a, 19);
      a += c;
      c = (c - b) ^ std::rotl(b, 4);
      b += a;
      bytes = bytes.subspan(kBlock);
    }
    a += word_of(bytes, 0);
    b += word_of(bytes, 4);
    c += word_of(bytes, 8);
    c = (c ^ b) - std::rotl(b, 14);
    a = (a ^ c) - std::rotl(c, 11);
    b = (b ^ a) - std::rotl(a, 25);
    c = (c ^ b) - std::rotl(b, 16);
    a = (a ^ c) - std::rotl(c, 4);
    b = (b ^ a) - std::rotl(a, 14);
    c = (c ^ b) - std::rotl(b, 24);
  }
  return std::uint64_t{c} << 32U | b;
}

std::uint64_t siphash24(std::span<const std::byte> bytes, const std::array<std::byte, 16>& key) {
  const std::uint64_t k0 = le64(key, 0);
  const std::uint64_t k1 = le64(key, 8);
  // "somepseudorandomlygeneratedbytes", as the paper has it
  SipState state{0x736f6d6570736575ULL ^ k0, 0x646f72616e646f6dULL ^ k1, 0x6c7967656e657261ULL ^ k0,
                 0x7465646279746573ULL ^ k1};
  std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56U;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) state.take(le64(bytes, 0));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    last |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  state.take(last);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace pidometer
