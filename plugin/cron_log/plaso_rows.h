#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log_file.h"

namespace pidometer {

/// What of a row of Plaso's makes a line of a log: output module json_line (plaso/output/
/// shared_json.py) and the event data of plaso/parsers/text_plugins/syslog.py, of Plaso 20260720;
/// also as Timesketch gives such rows back, with `datetime` for `date_time`.
struct PlasoRow {
  enum class Kind : std::uint8_t {
    syslog,  ///< `syslog:line`, `syslog:cron:task_run`
    other,   ///< another data type, or none
    broken,  ///< no JSON object
  };
  std::string data_type;
  std::optional<std::int64_t> timestamp;           ///< microseconds since 1970 UTC; 0: invalid
  std::string datetime;                            ///< Timesketch's, ISO 8601
  std::optional<std::int64_t> utc_offset_minutes;  ///< of date_time, where it has one
  std::string hostname;
  std::string reporter;
  std::optional<std::int64_t> pid;
  std::string message_body;  ///< `body` in older versions
  std::string message;       ///< for people; read where there is no body
  std::string command;       ///< of a task_run
  std::string username;
};

/// One line of a file of rows. Of another kind than syslog only the kind is to be relied on.
PlasoRow::Kind parse_plaso_row(std::string_view line, PlasoRow& row);

/// The line of syslog that Plaso made the row of, in RFC 3339's form with the row's instant at the
/// row's offset from UTC: `2023-12-20T03:20:01+02:00 web01 CROND[1206]: (root) CMD (/x)`. A PID of
/// six digits or more comes back from the body. Without a valid time the line begins with
/// kPlasoTimeless.
std::string plaso_line(const PlasoRow& row);

/// How the lines begin that stand for rows which give none; parse_line() has their reasons.
inline constexpr std::string_view kPlasoOther = "Plaso row of another data type";
inline constexpr std::string_view kPlasoTimeless = "Plaso row without a valid time: ";
inline constexpr std::string_view kPlasoBroken = "Plaso row that is no JSON object";
inline constexpr std::string_view kPlasoTooLong = "Plaso row longer than 4 MiB";

/// Whether a file is rows of Plaso's, by the first one: an object that begins as json_line's do, or
/// that has the names that Timesketch wants and a data type.
bool begins_like_plaso_rows(std::string_view head);

/// Line N is row N, whatever the row is: a file is told by its line numbers.
std::unique_ptr<ByteStream> plaso_rows_as_text(std::unique_ptr<ByteStream> source);

}  // namespace pidometer
