#include <string>
#include <utility>

#include "plugin/timeline/json_row.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {
namespace {

/// As Python's json.dumps(value, sort_keys=True) writes it: ASCII, a space behind commas and
/// colons.
void append_python_json(std::string& out, const RowJson& value) {
  if (!value.is_structured()) {
    out += dump_json(value);
    return;
  }
  out += value.is_array() ? '[' : '{';
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    if (!std::exchange(first, false)) out += ", ";
    if (value.is_object()) out += dump_json(RowJson(key)) + ": ";
    append_python_json(out, item);
  }
  out += value.is_array() ? ']' : '}';
}

/// dfVFS's path specifications carry their type in every layer.
void mark_path_specs(RowJson& spec) {
  for (RowJson* layer = &spec;; layer = &(*layer)["parent"]) {
    (*layer)["__type__"] = "PathSpec";
    if (!layer->contains("parent")) return;
  }
}

}  // namespace

std::string write_plaso(const TimelineEvent& event) {
  RowJson row = row_json(event);
  row["__container_type__"] = "event";
  row["__type__"] = "AttributeContainer";
  row["date_time"] = {{"__class_name__", "PosixTimeInMicroseconds"},
                      {"__type__", "DateTimeValues"},
                      {"timestamp", row["timestamp"]}};
  if (row.contains("pathspec")) mark_path_specs(row["pathspec"]);
  if (row.contains("tag"))
    row["tag"] = {{"__container_type__", "event_tag"},
                  {"__type__", "AttributeContainer"},
                  {"labels", std::move(row["tag"])}};
  // psort makes them of data_type and timestamp when it writes another form.
  for (const char* key : {"datetime", "source_short", "source_long"}) row.erase(key);
  std::string line;
  append_python_json(line, row);
  return line + "\n";
}

}  // namespace pidometer
