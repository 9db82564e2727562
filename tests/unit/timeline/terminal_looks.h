#pragma once

#include <cstddef>

#include "plugin/timeline/terminal_text.h"

namespace pidometer {

/// CJK is wide, U+0301 combines, U+0378 is no character.
inline int width(char32_t code) {
  if (code == 0x378) return -1;
  if (code == 0x301) return 0;
  return code >= 0x3000 && code < 0xa000 ? 2 : 1;
}

inline TerminalLook look(std::size_t columns = 80, bool unicode = true) {
  return {.columns = columns, .color = false, .unicode = unicode, .width = width};
}

}  // namespace pidometer
