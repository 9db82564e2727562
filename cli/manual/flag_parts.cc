#include "cli/manual/flag_parts.h"

#include <algorithm>

namespace pidometer {

std::vector<std::string> flag_names(const Flag& flag) {
  std::vector<std::string> names;
  for (std::string_view rest = flag.names; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (name.starts_with('!')) name.remove_prefix(1);
    names.emplace_back(name);
  }
  return names;
}

ArgumentKind argument_kind(const Flag& flag) {
  if (flag.argument.empty()) return ArgumentKind::none;
  if (flag.words != nullptr) return ArgumentKind::word;
  if (flag.argument == "FILE") return ArgumentKind::file;
  return flag.argument == "DIR" ? ArgumentKind::folder : ArgumentKind::other;
}

std::string joined_words(const Flag& flag) {
  std::string words;
  for (const std::string_view word : flag.words()) {
    if (!words.empty()) words += ' ';
    words += word;
  }
  return words;
}

std::string short_help(const Flag& flag) {
  std::string_view help = flag.help;
  for (const std::string_view end : {"; ", " (", ": "}) help = help.substr(0, help.find(end));
  return std::string(help);
}

std::string escaped(std::string_view text, std::string_view special, std::string_view escape) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += escape;
    out += c;
  }
  return out;
}

}  // namespace pidometer
