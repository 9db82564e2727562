#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace pidometer {

/// Small readers over bytes of evidence: they take from the front of `text`, or leave it alone and
/// say no.

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

inline bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

inline bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

inline void skip_blanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

/// Exactly `digits` digits, at most nine.
inline bool take_digits(std::string_view& text, std::size_t digits, std::uint32_t& value) {
  if (text.size() < digits) return false;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return false;
    sum = sum * 10 + static_cast<std::uint32_t>(text[i] - '0');
  }
  text.remove_prefix(digits);
  value = sum;
  return true;
}

/// One digit or more; a number beyond 32 bits comes back as the largest one, never wrapped around.
inline bool take_number(std::string_view& text, std::uint32_t& value) {
  std::uint64_t sum = 0;
  std::size_t used = 0;
  while (used < text.size() && is_digit(text[used])) {
    if (sum <= std::numeric_limits<std::uint32_t>::max())
      sum = sum * 10 + static_cast<std::uint64_t>(text[used] - '0');
    ++used;
  }
  if (used == 0) return false;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  value = static_cast<std::uint32_t>(sum < kMost ? sum : kMost);
  text.remove_prefix(used);
  return true;
}

/// What stands before the first `stop`, which is taken too.
inline bool take_until(std::string_view& text, char stop, std::string_view& out) {
  const std::size_t at = text.find(stop);
  if (at == std::string_view::npos) return false;
  out = text.substr(0, at);
  text.remove_prefix(at + 1);
  return true;
}

}  // namespace pidometer
