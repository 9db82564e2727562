#pragma once

#include <string>
#include <string_view>

namespace pidometer {

/// Text that no reader of HTML takes for markup, in an element and in a quoted attribute alike.
/// `text` must be UTF-8 without control characters (escape_bytes()).
std::string html_text(std::string_view text);

}  // namespace pidometer
