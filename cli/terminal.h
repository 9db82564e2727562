#pragma once

#include <cstddef>
#include <cstdio>

#include "cli/options.h"
#include "plugin/timeline/terminal_text.h"

namespace pidometer {

/// Whether a scan says its summary instead of rows: -f summary, or nothing asks for rows (no -f, -o
/// or -r) and they would fill a person's screen.
bool wants_terminal_summary(const Options& options, bool to_terminal);

/// --color, NO_COLOR (https://no-color.org), and whether it goes to a terminal that is not `dumb`.
bool use_color(ColorMode mode, bool to_terminal);

/// Whether a line on a terminal can be overwritten: not on one that is `dumb`.
bool can_overwrite(bool to_terminal);

/// Those of the terminal, else COLUMNS, else 80.
std::size_t terminal_columns(std::FILE* stream);

/// What `stream` shows. Columns: those of the terminal, but never fewer than 40, where nothing
/// could be read, nor more than 120, where no line could be followed. Unicode where
/// the locale (LC_ALL, LC_CTYPE, LANG) is UTF-8 and TERM has a font for it: neither `dumb` nor the
/// kernel's own console.
TerminalLook terminal_look(bool color, std::FILE* stream);

}  // namespace pidometer
