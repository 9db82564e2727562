#include <fmt/format.h>

#include <chrono>

#include "plugin/timeline/column_text.h"
#include "plugin/timeline/json_row.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {

std::string write_tln(const TimelineEvent& event) {
  const RowJson row = row_json(event);
  const auto value = [&row](const char* key) {
    return replaced(one_line(column(row, key)), '|', " ");
  };
  return fmt::format(
      "{}|{}|{}|{}|{}; {}; {}\n",
      std::chrono::floor<std::chrono::seconds>(event.time).time_since_epoch().count(),
      value("source_short"), value("hostname"), value("username"), value("datetime"),
      value("timestamp_desc"), replaced(value("message"), ';', " "));
}

}  // namespace pidometer
