#include "plugin/timeline/column_text.h"

#include <algorithm>
#include <array>

namespace pidometer {

std::string column(const RowJson& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end() || !found->is_string()) return std::string(kAbsent);
  return found->get<std::string>();
}

std::string joined_tags(const RowJson& row, std::string_view separator) {
  const auto found = row.find("tag");
  if (found == row.end() || found->empty()) return std::string(kAbsent);
  std::string joined;
  for (const RowJson& label : *found) {
    if (!joined.empty()) joined += separator;
    joined += label.get<std::string>();
  }
  return joined;
}

std::string replaced(std::string text, char from, std::string_view to) {
  if (text.find(from) == std::string::npos) return text;
  std::string out;
  out.reserve(text.size());
  for (const char c : text)
    if (c == from)
      out += to;
    else
      out += c;
  return out;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

bool reads_as_formula(std::string_view cell) {
  constexpr std::string_view kFirst = "=+-@\t\r\"";
  // U+FF1D, U+FF0B, U+FF0D and U+FF20, which Excel takes for their ASCII forms.
  constexpr std::array<std::string_view, 4> kWide = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                                     "\xef\xbc\xa0"};
  if (cell.empty() || cell == kAbsent) return false;
  return kFirst.find(cell.front()) != std::string_view::npos ||
         std::any_of(kWide.begin(), kWide.end(),
                     [cell](std::string_view wide) { return cell.starts_with(wide); });
}

std::string harmless_cell(std::string cell) {
  if (reads_as_formula(cell)) cell.insert(0, 1, '\'');
  return cell;
}

}  // namespace pidometer
