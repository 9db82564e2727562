#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pidometer {

/// What a terminal shows, and how wide it is.
struct TerminalLook {
  std::size_t columns = 80;
  bool color = false;
  bool unicode = false;  ///< else ASCII alone is written
  /// Columns that a character takes, as wcwidth(3) says it: 0 for one that combines with the one
  /// before, 2 for a wide one, below 0 for one that is none. Null: one each.
  int (*width)(char32_t) = nullptr;
};

/// Bytes of evidence as `look` can show them, on one line: as escape_bytes() has them, a TAB as a
/// space, and whatever the terminal does not show or has no width for as `\xNN`.
std::string shown_bytes(std::string_view bytes, const TerminalLook& look);

/// Columns that text of shown_bytes() takes.
std::size_t display_width(std::string_view shown, const TerminalLook& look);

/// At most `columns` columns of it; what is cut off is told by an ellipsis. No character is cut in
/// two, nor parted from what combines with it.
std::string fit_width(std::string_view shown, std::size_t columns, const TerminalLook& look);

/// With spaces after it up to `columns`.
std::string padded(std::string_view shown, std::size_t columns, const TerminalLook& look);

/// Words of the program, broken at spaces so that no line is wider than the terminal; each line
/// begins with `indent` spaces and ends with a newline. A word that is too long stands alone.
std::string wrapped(std::string_view words, std::size_t indent, const TerminalLook& look);

}  // namespace pidometer
