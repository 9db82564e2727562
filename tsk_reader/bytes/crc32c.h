#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pidometer {

/// CRC-32C (Castagnoli, RFC 3720 B.4), by libext2fs. `crc` is the register before, all ones at the
/// start; the result is the register after, not complemented: pieces can follow one another.
std::uint32_t crc32c(std::uint32_t crc, std::span<const std::byte> bytes);

}  // namespace pidometer
