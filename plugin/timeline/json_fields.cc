#include "plugin/timeline/json_fields.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

constexpr double kLargestReal = 308.0;

template <typename Json>
void put_text_into(Json& object, std::string_view key, std::string_view value) {
  if (!value.empty()) object[std::string(key)] = escape_bytes(value);
}

RowJson layer_json(const PathSpecLayer& layer) {
  RowJson json = {{"type_indicator", layer.type_indicator}};
  put_text(json, "location", layer.location);
  put_text(json, "compression_method", layer.compression_method);
  if (layer.inode) json["inode"] = *layer.inode;
  if (layer.part_index) json["part_index"] = *layer.part_index;
  if (layer.start_offset) json["start_offset"] = *layer.start_offset;
  if (layer.volume_index) json["volume_index"] = *layer.volume_index;
  return json;
}

}  // namespace

void put_text(RowJson& row, std::string_view key, std::string_view value) {
  put_text_into(row, key, value);
}

void put_text(DocumentJson& document, std::string_view key, std::string_view value) {
  put_text_into(document, key, value);
}

double row_real(double value) {
  assert(!std::isnan(value));
  if (std::isinf(value)) return value < 0 ? -kLargestReal : kLargestReal;
  // The sum makes a plain 0.0 of -0.0.
  return std::round(value * 1000.0) / 1000.0 + 0.0;
}

RowJson path_spec_json(const PathSpec& spec) {
  RowJson inner;
  for (auto layer = spec.rbegin(); layer != spec.rend(); ++layer) {
    RowJson json = layer_json(*layer);
    if (!inner.is_null()) json["parent"] = std::move(inner);
    inner = std::move(json);
  }
  return inner;
}

// All text went through escape_bytes(), so the strict error handler of dump() can only fire on a
// field that somebody forgot: better a loud stop than a changed byte.
std::string dump_json(const RowJson& row) {
  return row.dump(-1, ' ', true);
}

std::string dump_json(const DocumentJson& document, int indent) {
  return document.dump(indent, ' ', true);
}

}  // namespace pidometer
