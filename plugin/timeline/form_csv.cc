#include <fmt/format.h>

#include "plugin/timeline/column_text.h"
#include "plugin/timeline/json_row.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {
namespace {

/// Quoted where a reader could see more than one cell in it: a spreadsheet of many countries splits
/// at semicolons, and what is pasted at TABs.
std::string cell(std::string value) {
  value = harmless_cell(std::move(value));
  if (value.find_first_of(",;\"\n\r\t") == std::string::npos) return value;
  return fmt::format("\"{}\"", replaced(std::move(value), '"', "\"\""));
}

}  // namespace

std::string write_csv(const TimelineEvent& event) {
  const RowJson row = row_json(event);
  std::string line;
  for (const char* key : {"datetime", "timestamp_desc", "source_short", "source_long", "message",
                          "parser", "display_name"})
    line += cell(column(row, key)) + ",";
  return line + cell(joined_tags(row, ",")) + "\n";
}

}  // namespace pidometer
