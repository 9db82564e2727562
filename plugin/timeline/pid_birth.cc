#include "plugin/timeline/pid_birth.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/host_words.h"
#include "plugin/timeline/json_fields.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

std::string_view certainty_name(BirthCertainty certainty) {
  switch (certainty) {
    case BirthCertainty::exact:
      return "exact";
    case BirthCertainty::doubted:
      return "doubted";
    case BirthCertainty::bounded:
      return "bounded";
    case BirthCertainty::before_log:
      return "before_log";
    case BirthCertainty::after_log:
      return "after_log";
    case BirthCertainty::unknown_way:
      return "unknown_way";
  }
  return "";
}

std::string when_words(const PidBirth& birth, const TimeBasis& basis) {
  if (birth.certainty == BirthCertainty::exact || birth.certainty == BirthCertainty::doubted)
    return instant_words(birth.after->time, birth.after->utc_offset_minutes, basis) +
           ", by its own record";
  if (birth.after && birth.before)
    return window_words({birth.after->time, birth.before->time}, birth.after->utc_offset_minutes,
                        birth.before->utc_offset_minutes, basis);
  const BirthBound& bound = birth.after ? *birth.after : *birth.before;
  return fmt::format("{} the log's {} record of that boot session, {}",
                     birth.after ? "after" : "before", birth.after ? "last" : "first",
                     instant_words(bound.time, bound.utc_offset_minutes, basis));
}

std::string qualification(const PidBirth& birth) {
  switch (birth.certainty) {
    case BirthCertainty::doubted:
      return "which does not fit its neighbours: it was forged, edited or moved, or its PID is an "
             "old one";
    case BirthCertainty::before_log:
    case BirthCertainty::after_log:
      return birth.reason.empty() ? "if it was born in that boot session at all"
                                  : "if at all: " + birth.reason;
    case BirthCertainty::unknown_way:
      return "if at all: " + birth.reason;
    default:
      return {};
  }
}

std::string bound_text(std::string_view which, const BirthBound& bound) {
  return fmt::format("      {:<7} PID {}, line {} of {}: {}\n", which, bound.pid, bound.line,
                     escape_bytes(bound.filename), escape_bytes(bound.text));
}

/// `PID 2871 was born between ... and ...`
std::string message(const HostBirths& births, const PidBirth& birth) {
  const std::string doubt = qualification(birth);
  return fmt::format("PID {} was born {}{}{}", births.pid, when_words(birth, births.time_basis),
                     doubt.empty() ? "" : ", ", doubt);
}

/// Why nothing, or nothing but lines that are doubted, is told of a PID; empty where the log tells.
std::string host_caveat(const HostBirths& births) {
  switch (births.order) {
    case PidOrderKind::random:
      return "the PIDs of this host are handed out at random: nothing tells when";
    case PidOrderKind::several:
      return "the PIDs are of several hosts, which the lines do not name: nothing tells when";
    case PidOrderKind::too_fast:
      return "the counter of this host goes round between two records: nothing tells when";
    case PidOrderKind::sequential:
      break;
  }
  if (beyond_pid_max(births))
    return fmt::format(
        "no birth of PID {} is possible under this log's pid_max, {} ({}); --pid-max N if the "
        "host's was larger",
        births.pid, births.pid_max, births.pid_max_basis);
  return {};
}

/// What all rows have.
RowJson start_row(std::string_view data_type, std::string message, std::string_view certainty,
                  const BirthPlace& place, const HostBirths& births) {
  RowJson row;
  row["data_type"] = data_type;
  row["message"] = std::move(message);
  row["parser"] = "pidometer/when";
  row["source_short"] = "LOG";
  row["source_long"] = "Cron PID odometer";
  row["tag"] = {"pid_birth", std::string(certainty)};
  row["certainty"] = certainty;
  put_text(row, "input", place.input);
  put_text(row, "volume", place.volume);
  put_text(row, "hostname", births.hostname);
  row["pid"] = births.pid;
  return row;
}

void put_time(RowJson& row, Timestamp time) {
  row["datetime"] = iso8601(time);
  row["timestamp"] = posix_microseconds(time);
  row["timestamp_desc"] = "Start Time";
}

/// Of a host on which the PID was not born; its time is that of the log.
std::string no_birth_row(const BirthPlace& place, const HostBirths& births) {
  const std::string caveat = host_caveat(births);
  RowJson row = start_row("pidometer:no_birth",
                          caveat.empty()
                              ? fmt::format("PID {} was not handed out within this log", births.pid)
                              : fmt::format("nothing is told of PID {}: {}", births.pid, caveat),
                          "none", place, births);
  put_text(row, "caveat", caveat);
  if (births.coverage) {
    put_time(row, births.coverage->begin);
    row["window_start"] = iso8601(births.coverage->begin);
    row["window_end"] = iso8601(births.coverage->end);
  }
  put_text(row, "time_certainty", births.time_basis.certainty);
  put_text(row, "time_basis", births.time_basis.words);
  return dump_json(row) + "\n";
}

}  // namespace

std::string birth_text(const BirthPlace& place, const HostBirths& births) {
  std::string text =
      host_words(place.input, place.volume, place.folder, births.hostname, place.recovered) + "\n";
  const std::string caveat = host_caveat(births);
  if (!caveat.empty()) text += "  " + caveat + "\n";
  if (births.births.empty() && !caveat.empty()) return text;
  if (births.births.empty())
    return text + fmt::format("  PID {} was not handed out within this log\n", births.pid);
  for (const PidBirth& birth : births.births) {
    text +=
        fmt::format("  {}\n    boot session {}{}\n", message(births, birth), birth.boot_session,
                    birth.wraps == 0 ? std::string()
                    : birth.wraps == 1
                        ? std::string(", after the counter had gone round once")
                        : fmt::format(", after the counter had gone round {} times", birth.wraps));
    if (birth.certainty == BirthCertainty::exact || birth.certainty == BirthCertainty::doubted) {
      text += bound_text("record", *birth.after);
      continue;
    }
    if (birth.after) text += bound_text("after", *birth.after);
    if (birth.before) text += bound_text("before", *birth.before);
  }
  if (births.left_out > 0)
    text += fmt::format("  and {} more times; --near TIME keeps those nearest to a time\n",
                        births.left_out);
  return text;
}

std::string birth_jsonl(const BirthPlace& place, const HostBirths& births) {
  if (births.births.empty()) return no_birth_row(place, births);
  std::string text;
  for (const PidBirth& birth : births.births) {
    const BirthBound& first = birth.after ? *birth.after : *birth.before;
    RowJson row = start_row("pidometer:birth", message(births, birth),
                            certainty_name(birth.certainty), place, births);
    put_time(row, first.time);
    put_text(row, "filename", first.filename);
    std::string caveat = host_caveat(births);
    if (const std::string doubt = qualification(birth); !doubt.empty())
      caveat = caveat.empty() ? doubt : fmt::format("{}; {}", doubt, caveat);
    put_text(row, "caveat", caveat);
    if (births.left_out > 0) row["births_left_out"] = births.left_out;
    row["boot_session"] = birth.boot_session;
    row["wraps"] = birth.wraps;
    if (birth.after) {
      row["window_start"] = iso8601(birth.after->time);
      row["first_pid"] = birth.after->pid;
      row["first_line"] = birth.after->line;
      put_text(row, "first_record", birth.after->text);
    }
    if (birth.before) {
      row["window_end"] = iso8601(birth.before->time);
      row["last_pid"] = birth.before->pid;
      row["last_line"] = birth.before->line;
      put_text(row, "last_record", birth.before->text);
      if (birth.before->filename != first.filename)
        put_text(row, "last_filename", birth.before->filename);
    }
    put_text(row, "time_certainty", births.time_basis.certainty);
    put_text(row, "time_basis", births.time_basis.words);
    text += dump_json(row) + "\n";
  }
  return text;
}

}  // namespace pidometer
