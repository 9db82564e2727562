#include "plugin/timeline/terminal_text.h"

#include <fmt/format.h>

#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// The first character of text that escape_bytes() made: it is well-formed UTF-8.
Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < bytes) return {lead, 1};
  char32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i)
    code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
  return {code, bytes};
}

int width_of(char32_t code, const TerminalLook& look) {
  return look.width == nullptr || code < 0x80 ? 1 : look.width(code);
}

}  // namespace

std::string shown_bytes(std::string_view bytes, const TerminalLook& look) {
  const std::string escaped = escape_bytes(bytes);
  std::string shown;
  for (std::string_view rest = escaped; !rest.empty();) {
    const Character next = first_of(rest);
    const std::string_view part = rest.substr(0, next.bytes);
    rest.remove_prefix(next.bytes);
    if (next.code == '\t') {
      shown += ' ';
    } else if (next.code < 0x80 || (look.unicode && width_of(next.code, look) >= 0)) {
      shown += part;
    } else {
      for (const char byte : part)
        shown += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    }
  }
  return shown;
}

std::size_t display_width(std::string_view shown, const TerminalLook& look) {
  std::size_t columns = 0;
  while (!shown.empty()) {
    const Character next = first_of(shown);
    const int width = width_of(next.code, look);
    columns += width > 0 ? static_cast<std::size_t>(width) : 0;
    shown.remove_prefix(next.bytes);
  }
  return columns;
}

std::string fit_width(std::string_view shown, std::size_t columns, const TerminalLook& look) {
  if (display_width(shown, look) <= columns) return std::string(shown);
  const std::string_view ellipsis = look.unicode ? "…" : "...";
  const std::size_t taken = look.unicode ? 1 : 3;
  if (columns < taken) return std::string(columns, '.');
  std::size_t width = 0;
  std::size_t kept = 0;
  while (kept < shown.size()) {
    const Character next = first_of(shown.substr(kept));
    const int more = width_of(next.code, look);
    if (more > 0) width += static_cast<std::size_t>(more);
    if (width > columns - taken) break;
    kept += next.bytes;
  }
  return fmt::format("{}{}", shown.substr(0, kept), ellipsis);
}

std::string padded(std::string_view shown, std::size_t columns, const TerminalLook& look) {
  const std::size_t width = display_width(shown, look);
  return std::string(shown) + std::string(width < columns ? columns - width : 0, ' ');
}

std::string wrapped(std::string_view words, std::size_t indent, const TerminalLook& look) {
  std::string text;
  std::string line;
  std::size_t width = 0;
  const auto finish = [&] {
    if (!line.empty()) text += std::string(indent, ' ') + line + "\n";
    line.clear();
    width = 0;
  };
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    const std::size_t columns = display_width(word, look);
    if (width > 0 && indent + width + 1 + columns > look.columns) finish();
    if (!line.empty()) {
      line += ' ';
      ++width;
    }
    line += word;
    width += columns;
  }
  finish();
  return text;
}

}  // namespace pidometer
