#pragma once

#include <string>

#include "base/result.h"
#include "base/time_zone.h"
#include "base/timestamp.h"

namespace pidometer {

/// A zone by its name in the examiner's own /usr/share/zoneinfo (`Europe/Berlin`), or `UTC`,
/// `+05:30`, `-0600`. Errors: ErrorKind::usage for a name that does not exist or leads out of that
/// folder.
Result<TimeZone> find_time_zone(const std::string& name);

/// `2026-10-25`, `2026-10-25T02:30`, `2026-10-25 02:30:00.5`, with or without `Z` or an offset;
/// without one the wall clock of `zone`, and of an hour that repeats the earlier.
Result<Timestamp> parse_time(const std::string& text, const TimeZone& zone);

/// Whether what parse_time() reads says which instant it is, in whatever zone.
bool has_offset(const std::string& text);

}  // namespace pidometer
