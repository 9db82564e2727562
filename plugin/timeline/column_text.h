#pragma once

#include <string>
#include <string_view>

#include "plugin/timeline/json_fields.h"

namespace pidometer {

/// Values of a row for the forms that have columns.

/// What the older forms write where a value is absent.
inline constexpr std::string_view kAbsent = "-";

/// The string under `key`; kAbsent where there is none.
std::string column(const RowJson& row, const char* key);

/// The labels of `tag`, joined; kAbsent where there are none.
std::string joined_tags(const RowJson& row, std::string_view separator);

/// Every `from` in `text` as `to`.
std::string replaced(std::string text, char from, std::string_view to);

/// Line feeds and TABs as spaces.
std::string one_line(std::string text);

/// Whether a spreadsheet would take the cell for a formula, or a reader of CSV its first character
/// for a quote: it begins with = + - @, their full-width forms, TAB or a quote. A lone `-` is none.
bool reads_as_formula(std::string_view cell);

/// The cell as text for whatever opens it: `'` stands before one that reads_as_formula(), which
/// spreadsheets take for the mark of a text (OWASP, CSV injection).
std::string harmless_cell(std::string cell);

}  // namespace pidometer
