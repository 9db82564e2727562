#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pidometer {

struct Utf8Character {
  char32_t code = 0;
  std::size_t length = 0;  ///< bytes; 0: what stands there is not well-formed
};

/// The character at the front of `bytes`, which must not be empty: well-formed UTF-8 (Unicode
/// standard, table 3-7; RFC 3629), so no overlong forms, surrogates or values above U+10FFFF.
Utf8Character decode_utf8(std::string_view bytes);

/// `code` is at most U+10FFFF. A surrogate is no character: its bytes are not well-formed.
void append_utf8(std::string& out, char32_t code);

}  // namespace pidometer
