#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pidometer {

/// Flags of a data object: how its payload is packed. One at most.
inline constexpr std::uint8_t kJournalXz = 1;
inline constexpr std::uint8_t kJournalLz4 = 2;
inline constexpr std::uint8_t kJournalZstd = 4;

/// The whole payload unpacked; nothing where it is corrupt or larger than `most` bytes.
std::optional<std::vector<std::byte>> unpack_journal_payload(std::span<const std::byte> packed,
                                                             std::uint8_t flags, std::size_t most);

}  // namespace pidometer
