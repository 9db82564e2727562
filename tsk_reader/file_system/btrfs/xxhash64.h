#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pidometer {

/// XXH64 with seed 0, after its specification (Cyan4973/xxHash, doc/xxhash_spec.md).
std::uint64_t xxhash64(std::span<const std::byte> bytes);

}  // namespace pidometer
