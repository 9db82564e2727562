#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "plugin/cron_log/undated_time.h"

namespace pidometer {

/// What a line of unknown origin is to the carver.
struct JudgedLine {
  enum class Kind : std::uint8_t {
    record,    ///< cron's
    unparsed,  ///< cron's by the look of it: torn, or of a form that is not read
    other,     ///< another program's line of a log
    text,      ///< no line of a log
  };
  Kind kind = Kind::text;
  std::optional<UndatedTime> time;
};

/// `whole_start`: the line's first byte is known to be its first. vixie-cron's own lines begin with
/// the user's name: without that, a name that lost its head would be taken for another.
JudgedLine judge_line(std::string_view line, bool whole_start);

/// Whether `later` may follow `earlier` in one log within `limit` microseconds; of yearless lines
/// also over the new year.
bool goes_on(const UndatedTime& earlier, const UndatedTime& later, std::int64_t limit);

/// From `earlier` to `later`; nothing where they do not compare, or time runs backwards.
std::optional<std::int64_t> step_between(const UndatedTime& earlier, const UndatedTime& later);

/// A byte that no line of a log holds: control characters other than TAB.
inline bool is_no_text(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
}

}  // namespace pidometer
