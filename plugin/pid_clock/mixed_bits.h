#pragma once

#include <cstdint>

namespace pidometer {

/// Each bit of the number in each bit of the result (the last steps of splitmix64).
inline std::uint64_t mixed_bits(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace pidometer
