#include "cli/help_text.h"

#include <algorithm>

namespace pidometer {
namespace {

constexpr std::string_view kCommandLine = "  pidometer ";

/// Column in which the line's words begin, or those of its second column where it has one.
std::size_t words_begin(std::string_view line) {
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t gap = line.find("  ", first);
  return gap == std::string_view::npos ? first
                                       : std::min(line.find_first_not_of(' ', gap), line.size());
}

void wrap_line(std::string_view line, std::size_t columns, std::string& out) {
  constexpr std::size_t kLeastRoom = 20;
  const std::size_t indent = words_begin(line);
  const std::size_t room = std::max(columns, indent + kLeastRoom) - indent;
  out.append(line.substr(0, indent));
  std::string_view words = line.substr(indent);
  while (words.size() > room) {
    std::size_t space = words.rfind(' ', room);
    // A word that is longer than a line stands out of it.
    if (space == std::string_view::npos) space = words.find(' ', room);
    if (space == std::string_view::npos) break;
    out.append(words.substr(0, space)).append("\n").append(indent, ' ');
    words.remove_prefix(space + 1);
  }
  out.append(words);
}

}  // namespace

std::string wrap_help(std::string_view help, std::size_t columns) {
  constexpr std::size_t kLeast = 50;  // CLI11's first column has 30
  std::string out;
  while (!help.empty()) {
    const std::size_t end = std::min(help.find('\n'), help.size());
    const std::string_view line = help.substr(0, end);
    if (line.starts_with(kCommandLine))
      out.append(line);
    else
      wrap_line(line, std::max(columns, kLeast), out);
    if (end < help.size()) out += '\n';
    help.remove_prefix(std::min(end + 1, help.size()));
  }
  return out;
}

}  // namespace pidometer
