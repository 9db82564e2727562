#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/timestamp.h"

namespace pidometer {

/// A time as ISO 8601 writes it, in parts.
struct Iso8601Time {
  LocalTime local;
  std::chrono::microseconds fraction{0};       ///< of a second, cut
  std::optional<std::chrono::minutes> offset;  ///< east of UTC; `Z` is 0; nothing where none stands
};

/// `2026-10-25T02:30:00.123456+02:00`; also with a space for the T, without seconds, with the date
/// alone. The whole text; nothing where it is no such time.
std::optional<Iso8601Time> parse_iso8601(std::string_view text);

/// `+05:30`, `-0600`, `+02`; the whole text.
std::optional<std::chrono::minutes> parse_utc_offset(std::string_view text);

}  // namespace pidometer
