#pragma once

#include <span>
#include <string>
#include <string_view>

#include "plugin/timeline/timeline_event.h"

namespace pidometer {

/// One form in which rows are written. docs/timelines.md has the rules of each.
struct RowFormat {
  std::string_view name;    ///< as `--format` takes it
  std::string_view help;    ///< a few words
  std::string_view header;  ///< the first line with its newline, also of no row; empty: none
  /// The row's line or lines, each with its newline. `color`: ANSI colours, where the form has any.
  std::string (*write)(const TimelineEvent& event, bool color);
};

/// THE table. A new form is a file, form_<name>.cc, and its row here. The first is the default.
std::span<const RowFormat> row_formats();

/// Null where no form is called that.
const RowFormat* find_row_format(std::string_view name);

}  // namespace pidometer
