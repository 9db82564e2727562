#include "plugin/cron_log/json_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/utf8.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {}  // namespace

void JsonText::blanks() {
  while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t' || text_.front() == '\r'))
    text_.remove_prefix(1);
}

bool JsonText::next(char c) {
  blanks();
  return take(text_, c);
}

bool JsonText::is_next(char c) {
  blanks();
  return text_.starts_with(c);
}

bool JsonText::at_end() {
  blanks();
  return text_.empty();
}

bool JsonText::hex4(std::uint32_t& code) {
  if (text_.size() < 4) return false;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + 4, code, 16);
  if (error != std::errc() || end != text_.data() + 4) return false;
  text_.remove_prefix(4);
  return true;
}

bool JsonText::escape(std::string& out) {
  if (text_.empty()) return false;
  const char c = text_.front();
  text_.remove_prefix(1);
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  if (const std::size_t at = kNames.find(c); at != std::string_view::npos) {
    out += kValues[at];
    return true;
  }
  std::uint32_t code = 0;
  if (c != 'u' || !hex4(code)) return false;
  if (code >= 0xd800 && code < 0xdc00) {
    std::uint32_t low = 0;
    if (!take(text_, "\\u") || !hex4(low) || low < 0xdc00 || low > 0xdfff) return false;
    code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
  }
  append_utf8(out, code);
  return true;
}

bool JsonText::string(std::string& out) {
  if (!take(text_, '"')) return false;
  while (!text_.empty()) {
    const std::size_t run = std::min(text_.find_first_of("\"\\"), text_.size());
    out.append(text_.substr(0, run));
    text_.remove_prefix(run);
    if (take(text_, '"')) return true;
    if (take(text_, '\\') && !escape(out)) return false;
  }
  return false;
}

bool JsonText::word(std::string_view& out) {
  const std::size_t end = std::min(text_.find_first_of(",]} \t\r"), text_.size());
  out = text_.substr(0, end);
  text_.remove_prefix(end);
  return !out.empty();
}

bool JsonText::pass_string() {
  if (!take(text_, '"')) return false;
  for (std::size_t from = 0;;) {
    const std::size_t quote = text_.find('"', from);
    if (quote == std::string_view::npos) return false;
    // A quote is part of the string behind an odd number of backslashes. Those before `from` are
    // another quote's.
    std::size_t slashes = quote;
    while (slashes > from && text_[slashes - 1] == '\\') --slashes;
    from = quote + 1;
    if ((quote - slashes) % 2 == 1) continue;
    text_.remove_prefix(from);
    return true;
  }
}

bool JsonText::pass() {
  std::uint64_t is_object = 0;  // a bit a level; the innermost is the lowest
  unsigned depth = 0;
  // True: a value has begun and its members come first.
  const auto value = [&](bool& opened) {
    blanks();
    opened = false;
    if (text_.starts_with('"')) return pass_string();
    const bool object = text_.starts_with('{');
    if (!object && !text_.starts_with('[')) {
      std::string_view ignored;
      return word(ignored);
    }
    if (depth == kMostDepth) return false;
    text_.remove_prefix(1);
    is_object = is_object << 1U | (object ? 1U : 0U);
    ++depth;
    opened = true;
    return true;
  };
  const auto name = [&] {
    return is_object % 2 == 0 || (is_next('"') && pass_string() && next(':'));
  };
  bool opened = false;
  if (!value(opened)) return false;
  while (depth > 0) {
    const char close = is_object % 2 == 1 ? '}' : ']';
    const bool first = opened;
    opened = false;
    if (next(close)) {
      is_object >>= 1U;
      --depth;
      continue;
    }
    if ((!first && !next(',')) || !name() || !value(opened)) return false;
  }
  return true;
}

}  // namespace pidometer
