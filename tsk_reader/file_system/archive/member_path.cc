#include "tsk_reader/file_system/archive/member_path.h"

#include <algorithm>
#include <vector>

#include "base/hex.h"

namespace pidometer {
namespace {

/// Adds the components of `path` behind the first `fixed`, which `..` does not remove.
void add_components(std::string_view path, std::size_t fixed, std::vector<std::string>& parts) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, slash - at);
    at = slash + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (parts.size() > fixed) {
      parts.pop_back();
    }
  }
}

/// What is no escape stays as it is; a NUL is none, no name holds it.
std::string undo_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && text.size() - i > 2 && is_hex_digit(text[i + 1]) &&
        is_hex_digit(text[i + 2])) {
      const unsigned byte = hex_value(text[i + 1]) << 4U | hex_value(text[i + 2]);
      if (byte != 0) {
        out += static_cast<char>(byte);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace

std::string member_path(std::string_view name, bool backslashes) {
  std::string turned;
  if (backslashes && name.find('/') == std::string_view::npos) {
    turned = name;
    std::replace(turned.begin(), turned.end(), '\\', '/');
    name = turned;
  }
  std::vector<std::string> parts;
  add_components(name, 0, parts);
  const auto uploads = std::find(parts.begin(), parts.end(), "uploads");
  if (parts.end() - uploads > 2 && name.find('%') != std::string_view::npos) {
    const std::vector<std::string> escaped(uploads + 2, parts.end());
    parts.erase(uploads + 2, parts.end());
    const std::size_t fixed = parts.size();
    for (const std::string& part : escaped) add_components(undo_escapes(part), fixed, parts);
  }
  std::string path;
  for (const std::string& part : parts) {
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

}  // namespace pidometer
