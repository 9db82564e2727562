#pragma once

#include <cstdint>
#include <string>

#include "base/timestamp.h"

namespace pidometer {

/// `2000-11-08T14:50:00.000000+00:00`: what every time of a row or a summary looks like.
std::string iso8601(Timestamp time);

/// Microseconds since 1970 UTC.
std::int64_t posix_microseconds(Timestamp time);

/// `-06:00`, `+00:00`.
std::string offset_digits(int minutes);

/// A window in words, local time first, as its host had it:
/// `between 2000-11-08 08:50:00 and 09:00:00 (-06:00) = 14:50:00 to 15:00:00 UTC`. Dates are left
/// out where they repeat. An offset of 0 is said once: `... (UTC)`, or `(UTC by assumption)` where
/// the zone is not known. Where the offset changes in the window both are given.
std::string window_words(TimeRange window, int offset_minutes, int end_offset_minutes,
                         const TimeBasis& basis);

/// The same for one instant: `at 2000-11-08 08:50:00 (-06:00) = 14:50:00 UTC`.
std::string instant_words(Timestamp time, int offset_minutes, const TimeBasis& basis);

}  // namespace pidometer
