#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pidometer {

/// Bob Jenkins' lookup3 (hashlittle2, public domain), its two halves in one number as the journal
/// stores them (journal-def.h, "hash").
std::uint64_t jenkins_hash64(std::span<const std::byte> bytes);

/// SipHash-2-4 (Aumasson and Bernstein, 2012) with a key of 16 bytes: the file's ID in journals
/// with keyed hashes.
std::uint64_t siphash24(std::span<const std::byte> bytes, const std::array<std::byte, 16>& key);

}  // namespace pidometer
