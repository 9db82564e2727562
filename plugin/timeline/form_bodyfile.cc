#include <fmt/format.h>

#include <chrono>

#include "plugin/timeline/column_text.h"
#include "plugin/timeline/json_row.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {
namespace {

/// What mactime shows for the file's name: `[kind] host: message (EXT:/var/log/cron)`. The body
/// file has no column for any of it.
std::string name_words(const RowJson& row) {
  std::string words = fmt::format("[{}] ", column(row, "data_type"));
  if (row.contains("hostname")) words += column(row, "hostname") + ": ";
  words += column(row, "message");
  if (row.contains("display_name")) words += fmt::format(" ({})", column(row, "display_name"));
  return replaced(one_line(words), '|', "\\x7c");
}

}  // namespace

std::string write_bodyfile(const TimelineEvent& event) {
  const RowJson row = row_json(event);
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(event.time).time_since_epoch().count();
  // The mode as fls writes it for what is neither a file nor a folder.
  return fmt::format("0|{}|{}|-/----------|0|0|0|{}|{}|{}|{}\n", name_words(row),
                     row.contains("inode") ? column(row, "inode") : "0", seconds, seconds, seconds,
                     seconds);
}

}  // namespace pidometer
