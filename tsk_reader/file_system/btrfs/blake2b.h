#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace pidometer {

/// BLAKE2b with a digest of 32 bytes and no key (RFC 7693). libcrypto 3.0 offers the digest of 64
/// bytes only, which is another function, not a longer form of this one.
std::array<std::byte, 32> blake2b_256(std::span<const std::byte> bytes);

}  // namespace pidometer
