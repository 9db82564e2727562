#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace pidometer {

/// When daylight saving starts or ends in a year, as a POSIX TZ string has it.
struct PosixRule {
  enum class Form {
    month_week_day,  ///< `Mm.w.d`: day of week `day` (0 Sunday) of week `week` (5: the last)
    julian,          ///< `Jn`: day 1 to 365, February 29 never counted
    zero_based,      ///< `n`: day 0 to 365, February 29 counted
  };
  Form form = Form::month_week_day;
  int month = 0;
  int week = 0;
  int day = 0;
  std::chrono::seconds time{7200};  ///< wall clock; -167 to 167 hours (RFC 8536, version 3)
};

/// The footer of a TZif file: the rule for all instants after its last transition. Offsets are east
/// of UTC.
struct PosixTz {
  bool has_daylight = false;
  std::chrono::seconds standard{0};
  std::chrono::seconds daylight{0};
  PosixRule start;
  PosixRule end;

  std::chrono::seconds offset_at(std::chrono::sys_seconds instant) const;

  struct Jump {
    std::chrono::sys_seconds at;
    std::chrono::seconds before;
    std::chrono::seconds after;
  };
  /// The jumps of three years around `instant`, ascending, up to kJumps; none without daylight
  /// saving.
  static constexpr std::size_t kJumps = 6;
  std::size_t jumps_around(std::chrono::sys_seconds instant, std::array<Jump, kJumps>& out) const;
};

/// Parses `CET-1CEST,M3.5.0,M10.5.0/3`, `<+03>-3` and the like. Nothing where the text is not
/// entirely of that form. A daylight name without rules (implementation-defined by POSIX) is
/// refused.
std::optional<PosixTz> parse_posix_tz(std::string_view text);

}  // namespace pidometer
