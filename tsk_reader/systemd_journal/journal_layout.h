#pragma once

#include <cstddef>
#include <cstdint>

namespace pidometer::journal_layout {

// journal-def.h of systemd 252

inline constexpr std::size_t kLeastHeader = 208;

/// Types of objects.
inline constexpr std::uint8_t kData = 1;
inline constexpr std::uint8_t kField = 2;
inline constexpr std::uint8_t kEntry = 3;
inline constexpr std::uint8_t kDataTable = 4;
inline constexpr std::uint8_t kFieldTable = 5;
inline constexpr std::uint8_t kArray = 6;
inline constexpr std::uint8_t kTag = 7;

inline constexpr std::size_t kObjectHead = 16;
inline constexpr std::size_t kEntryItems = 64;  // offset of the items in an entry object
inline constexpr std::size_t kArrayItems = 24;
inline constexpr std::size_t kPayload = 64;  // of the payload in a data object
inline constexpr std::size_t kCompactPayload = 72;
inline constexpr std::size_t kFieldPayload = 40;
inline constexpr std::size_t kItem = 16;  // of an entry; of an array half of it
inline constexpr std::size_t kCompactItem = 4;
inline constexpr std::size_t kTagSize = 64;

/// Fields beyond are no cron's: core dumps. They are not unpacked, and not checked.
inline constexpr std::size_t kMostChecked = std::size_t{1} << 20;

/// Bytes of the source that are looked at together while it is gone through.
inline constexpr std::size_t kWindow = std::size_t{256} << 10;

/// Objects lie at multiples of 8.
constexpr std::uint64_t align8(std::uint64_t n) {
  return (n + 7) & ~std::uint64_t{7};
}

}  // namespace pidometer::journal_layout
