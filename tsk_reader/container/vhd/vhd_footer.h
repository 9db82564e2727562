#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pidometer {

/// Of a footer (Virtual Hard Disk Image Format Specification 1.0, "Hard Disk Footer Format").
inline constexpr std::size_t kVhdFooterBytes = 512;

/// Whether the bytes are a VHD footer with a right checksum.
bool is_vhd_footer(std::span<const std::byte> bytes);

/// Whether the 32-bit checksum at `at` is the complement of the sum of all other bytes, as footers
/// and dynamic headers have it.
bool vhd_checksum_holds(std::span<const std::byte> bytes, std::size_t at);

}  // namespace pidometer
