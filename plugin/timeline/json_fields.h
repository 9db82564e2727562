#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/path_spec.h"

namespace pidometer {

/// Rows: keys sorted, as Plaso writes them. Documents that people read keep their order.
using RowJson = nlohmann::json;
using DocumentJson = nlohmann::ordered_json;

/// `value` escaped under `key`; absent where it is empty.
void put_text(RowJson& row, std::string_view key, std::string_view value);
void put_text(DocumentJson& document, std::string_view key, std::string_view value);

/// What `write` makes of each item.
template <typename Items, typename Writer>
DocumentJson array_of(const Items& items, Writer write) {
  DocumentJson array = DocumentJson::array();
  for (const auto& item : items) array.push_back(write(item));
  return array;
}

/// A real, rounded to three decimals (more would claim a precision that the model has not) and
/// always written with a decimal point. Must not be NaN; an infinite value is cut to the size of
/// the smallest chance a double can hold, 10^-308.
double row_real(double value);

/// Plaso's nested form, outermost first, without its `__type__` keys: keys that start with `_` do
/// not survive an import into Timesketch. Inodes are integers here.
RowJson path_spec_json(const PathSpec& spec);

/// One row or document as bytes: ASCII, no newline at the end. `indent` -1: one line.
std::string dump_json(const RowJson& row);
std::string dump_json(const DocumentJson& document, int indent);

}  // namespace pidometer
