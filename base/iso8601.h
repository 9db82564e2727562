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
  bool leap_second = false;                    ///< written `:60`: `local` is the second behind it
  /// It is written as ISO 8601 or RFC 3339 allow and few programs read: the basic format, a comma,
  /// `t` or `z`, `T24:00`, `:60`.
  bool reshaped = false;
};

/// `2026-10-25T02:30:00.123456+02:00`; also with a space for the T, without seconds, with the date
/// alone, in the basic format (`20261025T023000,5Z`), with small letters, of the end of a day
/// (`T24:00`), and `:60` where a leap second may be, which a month of UTC's ends with. The whole
/// text; nothing where it is no such time: weeks, days of the year and fractions of minutes are not
/// read.
std::optional<Iso8601Time> parse_iso8601(std::string_view text);

/// `+05:30`, `-0600`, `+02`; the whole text.
std::optional<std::chrono::minutes> parse_utc_offset(std::string_view text);

}  // namespace pidometer
