#include "plugin/timeline/escape_bytes.h"

#include <cstddef>
#include <cstdint>

#include "base/hex.h"
#include "base/utf8.h"

namespace pidometer {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

/// Characters that act on a terminal or on the order in which text is shown.
bool is_active(char32_t code) {
  const bool control = (code < 0x20 && code != '\t') || (code >= 0x7f && code <= 0x9f);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool bidirectional = code == 0x061c || code == 0x200e || code == 0x200f ||
                             (code >= 0x202a && code <= 0x202e) ||
                             (code >= 0x2066 && code <= 0x2069);
  return control || separator || bidirectional;
}

void append_escaped(std::string& out, std::uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\x";
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 0x0fU];
}

bool reads_as_escape(std::string_view bytes) {
  return bytes.size() >= 4 && bytes[1] == 'x' && is_hex_digit(bytes[2]) && is_hex_digit(bytes[3]);
}

}  // namespace

std::string escape_bytes(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const Utf8Character next = decode_utf8(bytes);
    const std::size_t length = next.length == 0 ? 1 : next.length;
    const bool must_escape =
        next.length == 0 || is_active(next.code) || (next.code == '\\' && reads_as_escape(bytes));
    if (must_escape) {
      for (std::size_t i = 0; i < length; ++i) append_escaped(out, byte_at(bytes, i));
    } else {
      out += bytes.substr(0, length);
    }
    bytes.remove_prefix(length);
  }
  return out;
}

std::string unescape_bytes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool escape = text.front() == '\\' && reads_as_escape(text);
    out += escape ? static_cast<char>(hex_value(text[2]) << 4U | hex_value(text[3])) : text.front();
    text.remove_prefix(escape ? 4 : 1);
  }
  return out;
}

}  // namespace pidometer
