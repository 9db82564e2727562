#include "merge/canonical_json.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/hex.h"
#include "base/utf8.h"

namespace pidometer {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0x20; byte < 0x7f; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

bool is_plain(char c) {
  return kPlain[static_cast<std::uint8_t>(c)];
}

void append_unit(std::string& out, std::uint32_t unit) {
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kDigits[(unit >> shift) & 0x0fU];
}

bool is_high_surrogate(std::uint32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
bool is_low_surrogate(std::uint32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/// A character that is no surrogate, as json.dumps writes it.
void append_character(std::string& out, char32_t code) {
  constexpr std::string_view kShort = "\b\f\n\r\t";
  constexpr std::string_view kLetters = "bfnrt";
  if (code == '"' || code == '\\') {
    out += '\\';
    out += static_cast<char>(code);
  } else if (code < 0x80 && is_plain(static_cast<char>(code))) {
    out += static_cast<char>(code);
  } else if (code < 0x20 && kShort.find(static_cast<char>(code)) != std::string_view::npos) {
    out += '\\';
    out += kLetters[kShort.find(static_cast<char>(code))];
  } else if (code < 0x10000) {
    append_unit(out, code);
  } else {
    append_unit(out, 0xd800 + ((code - 0x10000) >> 10U));
    append_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ffU));
  }
}

std::uint32_t unit_at(std::string_view digits) {
  std::uint32_t unit = 0;
  for (const char c : digits.substr(0, 4)) unit = unit * 16 + hex_value(c);
  return unit;
}

/// `\\xNN` or `\\udNNN`: a backslash of the text, escaped.
void append_lone_surrogate(std::string& out, std::uint32_t unit) {
  out += '\\';
  if (unit >= 0xdc80 && unit <= 0xdcff) {
    out += "\\x";
    out += kDigits[(unit >> 4U) & 0x0fU];
    out += kDigits[unit & 0x0fU];
  } else {
    append_unit(out, unit);
  }
}

/// Of the letter behind a backslash, which is no `u`.
char meaning_of(char letter) {
  constexpr std::string_view kLetters = "bfnrt\"\\/";
  constexpr std::string_view kMeanings = "\b\f\n\r\t\"\\/";
  return kMeanings[kLetters.find(letter)];
}

/// One escape sequence off the front of `rest`.
bool take_escape(std::string& out, std::string_view& rest) {
  const char kind = rest[1];
  if (kind != 'u') {
    append_character(out, static_cast<char32_t>(meaning_of(kind)));
    rest.remove_prefix(2);
    return false;
  }
  const std::uint32_t unit = unit_at(rest.substr(2));
  rest.remove_prefix(6);
  if (is_high_surrogate(unit) && rest.size() >= 6 && rest[0] == '\\' && rest[1] == 'u') {
    const std::uint32_t low = unit_at(rest.substr(2));
    if (is_low_surrogate(low)) {
      rest.remove_prefix(6);
      append_unit(out, unit);
      append_unit(out, low);
      return false;
    }
  }
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
    append_lone_surrogate(out, unit);
    return true;
  }
  append_character(out, unit);
  return false;
}

/// Copies values of a text that is known to be JSON.
class Copier {
 public:
  Copier(std::string& out, std::string_view text, TypeRecorder* recorder)
      : out_(out), rest_(text), recorder_(recorder) {}

  bool lone_surrogates() const { return lone_surrogates_; }

  bool overlong() const { return out_.size() > kLongestRow; }

  /// Levels are bounded: split_json_object() lets kDeepestJson of them through.
  void value(bool recorded) {
    switch (front()) {
      case '{':
        saw(JsonType::object, recorded);
        return object(recorded);
      case '[':
        return array(recorded);
      case '"':
        saw(JsonType::string, recorded);
        return string();
      default:
        return word(recorded);
    }
  }

 private:
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }

  void skip_space() {
    while (front() == ' ' || front() == '\t' || front() == '\r' || front() == '\n')
      rest_.remove_prefix(1);
  }

  void saw(JsonType type, bool recorded) {
    if (recorded) recorder_->types.saw(recorder_->path, type, recorder_->place);
  }

  /// A string with its quotes.
  void string() {
    std::size_t end = 1;
    while (rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    out_ += '"';
    lone_surrogates_ |= append_canonical_string(out_, rest_.substr(1, end - 1));
    out_ += '"';
    rest_.remove_prefix(end + 1);
  }

  void word(bool recorded) {
    const std::size_t end = std::min(rest_.find_first_of(",]} \t\r\n"), rest_.size());
    const std::string_view token = rest_.substr(0, end);
    if (front() == 't' || front() == 'f')
      saw(JsonType::boolean, recorded);
    else if (front() != 'n')
      saw(token.find_first_of(".eE") == std::string_view::npos ? JsonType::integer : JsonType::real,
          recorded);
    out_ += token;
    rest_.remove_prefix(end);
  }

  void array(bool recorded) {
    out_ += '[';
    rest_.remove_prefix(1);
    for (bool first = true;; first = false) {
      skip_space();
      if (front() == ']') break;
      if (!first) {
        rest_.remove_prefix(1);
        skip_space();
        out_ += ',';
      }
      value(recorded);
    }
    rest_.remove_prefix(1);
    out_ += ']';
  }

  void object(bool recorded) {
    out_ += '{';
    rest_.remove_prefix(1);
    const std::size_t outer = places_.size();
    for (bool first = true;; first = false) {
      skip_space();
      if (front() == '}') break;
      if (!first) {
        rest_.remove_prefix(1);
        skip_space();
      }
      member(recorded, places_.size() == outer);
    }
    rest_.remove_prefix(1);
    if (!overlong()) sort_members(outer);
    places_.resize(outer);
    out_ += '}';
  }

  /// Puts the members of the innermost object, which end out_, in the order of their keys; those of
  /// one key stay in theirs.
  void sort_members(std::size_t outer) {
    const auto key = [this](Place place) {
      return std::string_view(out_).substr(place.begin + 1, place.key_length);
    };
    const auto less = [&key](Place a, Place b) {
      const int order = key(a).compare(key(b));
      return order != 0 ? order < 0 : a.begin < b.begin;
    };
    const auto first = places_.begin() + static_cast<std::ptrdiff_t>(outer);
    if (std::is_sorted(first, places_.end(), less)) return;
    const std::uint32_t begin = first->begin;
    // Where each ends is known by the comma, or the end of all, behind it.
    for (auto place = first; place != places_.end(); ++place)
      place->length = static_cast<std::uint32_t>(
          (place + 1 == places_.end() ? out_.size() : (place + 1)->begin - 1) - place->begin);
    std::sort(first, places_.end(), less);
    const std::string members = out_.substr(begin);
    out_.resize(begin);
    for (auto place = first; place != places_.end(); ++place) {
      if (place != first) out_ += ',';
      out_.append(members, place->begin - begin, place->length);
    }
  }

  void member(bool recorded, bool is_first) {
    const std::size_t begin = out_.size();
    const bool lone_before = lone_surrogates_;
    if (!is_first) out_ += ',';
    const std::size_t key_at = out_.size() + 1;
    string();
    const std::size_t key_end = out_.size() - 1;
    skip_space();
    rest_.remove_prefix(1);  // the colon
    skip_space();
    out_ += ':';
    const bool hidden = key_end > key_at && out_[key_at] == '_';
    if (!hidden && !overlong())
      places_.push_back(Place{static_cast<std::uint32_t>(key_at - 1),
                              static_cast<std::uint32_t>(key_end - key_at), 0});
    if (recorded && !hidden && overlong()) recorder_->types.missed();
    if (!recorded || hidden || overlong()) {
      value(false);
    } else {
      const std::size_t length = recorder_->path.size();
      recorder_->path += '.';
      recorder_->path.append(out_, key_at, key_end - key_at);
      value(true);
      recorder_->path.resize(length);
    }
    if (!hidden) return;
    out_.resize(begin);
    lone_surrogates_ = lone_before;
  }

  /// Of a member in out_, which is bounded.
  struct Place {
    std::uint32_t begin;
    std::uint32_t key_length;
    std::uint32_t length;
  };

  std::string& out_;
  std::string_view rest_;
  TypeRecorder* recorder_;
  std::vector<Place> places_;  ///< of the members of all objects that are open
  bool lone_surrogates_ = false;
};

}  // namespace

bool append_canonical_string(std::string& out, std::string_view content) {
  bool lone = false;
  while (!content.empty() && out.size() <= kLongestRow) {
    std::size_t plain = 0;
    while (plain < content.size() && is_plain(content[plain])) ++plain;
    out += content.substr(0, plain);
    content.remove_prefix(plain);
    if (content.empty()) break;
    if (content.front() == '\\') {
      lone |= take_escape(out, content);
      continue;
    }
    const Utf8Character character = decode_utf8(content);
    append_character(out, character.code);
    content.remove_prefix(character.length);
  }
  return lone;
}

std::string decoded_string(std::string_view content) {
  std::string canonical;
  append_canonical_string(canonical, content);
  if (canonical.size() > kLongestRow) return {};
  std::string text;
  for (std::string_view rest = canonical; !rest.empty();) {
    if (rest[0] != '\\') {
      text += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    if (rest[1] != 'u') {
      text += meaning_of(rest[1]);
      rest.remove_prefix(2);
      continue;
    }
    char32_t code = unit_at(rest.substr(2));
    rest.remove_prefix(6);
    if (is_high_surrogate(code)) {  // in a canonical string none is alone
      code = 0x10000 + ((code - 0xd800) << 10U) + (unit_at(rest.substr(2)) - 0xdc00);
      rest.remove_prefix(6);
    }
    append_utf8(text, code);
  }
  return text;
}

bool append_canonical(std::string& out, std::string_view value, TypeRecorder* recorder) {
  Copier copier(out, value, recorder);
  copier.value(recorder != nullptr);
  return copier.lone_surrogates();
}

}  // namespace pidometer
