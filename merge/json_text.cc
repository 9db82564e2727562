#include "merge/json_text.h"

#include <array>

#include "base/hex.h"
#include "base/utf8.h"

namespace pidometer {
namespace {

/// Whether a byte stands for itself in a string: no quote, no backslash, no control character, and
/// ASCII.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads one text from its front; every step says whether it went well, and the first that did not
/// sets the fault.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  const JsonFault& fault() const { return fault_; }
  std::size_t at() const { return at_; }
  bool at_end() const { return at_ == text_.size(); }
  char front() const { return at_end() ? '\0' : text_[at_]; }

  bool fail(std::string_view reason) {
    fault_ = {at_, at_end() ? "it ends too early" : reason};
    return false;
  }

  void skip_space() {
    while (!at_end() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
      ++at_;
  }

  bool take(char wanted) {
    if (front() != wanted || at_end()) return false;
    ++at_;
    return true;
  }

  /// A string with its quotes.
  bool string() {
    if (!take('"')) return fail("a string should stand here");
    for (;;) {
      while (!at_end() && kPlain[static_cast<std::uint8_t>(text_[at_])]) ++at_;
      if (at_end()) return fail({});
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\' ? !escape() : !other_character()) return false;
    }
  }

  /// A value of any kind. Levels are counted, not recursed into.
  bool value(JsonType& type) {
    std::array<char, kDeepestJson> open{};  // the bracket that closes each level
    std::size_t depth = 0;
    bool first = true;
    for (bool top = true;; top = false) {
      JsonType one = JsonType::null;
      if (!simple_or_open(one)) return false;
      if (top) type = one;
      if (one == JsonType::array || one == JsonType::object) {
        if (depth == open.size()) return fail("nested too deep");
        open[depth++] = one == JsonType::array ? ']' : '}';
        first = true;
      }
      // What follows a value: the end of levels, or a comma and the next value of the innermost.
      for (;;) {
        if (depth == 0) return true;
        skip_space();
        if (take(open[depth - 1])) {
          --depth;
          first = false;
          continue;
        }
        if (!first && !take(',')) return fail("a comma or a closing bracket should stand here");
        first = false;
        skip_space();
        if (open[depth - 1] == '}' && !key()) return false;
        break;
      }
    }
  }

  /// `"name":` and the white space behind it.
  bool key() {
    if (!string()) return false;
    skip_space();
    if (!take(':')) return fail("a colon should stand here");
    skip_space();
    return true;
  }

 private:
  bool escape() {
    const std::size_t left = text_.size() - at_;
    const char kind = left > 1 ? text_[at_ + 1] : '\0';
    if (kind == 'u') {
      for (std::size_t i = 2; i < 6; ++i)
        if (i >= left || !is_hex_digit(text_[at_ + i])) return fail("\\u without four hex digits");
      at_ += 6;
      return true;
    }
    if (kind == '\0' || std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos)
      return fail("an unknown escape");
    at_ += 2;
    return true;
  }

  bool other_character() {
    if (static_cast<std::uint8_t>(text_[at_]) < 0x20)
      return fail("a control character in a string");
    const Utf8Character character = decode_utf8(text_.substr(at_));
    if (character.length == 0) return fail("bytes that are not UTF-8");
    at_ += character.length;
    return true;
  }

  bool word(std::string_view wanted) {
    if (text_.substr(at_, wanted.size()) != wanted) return fail("a value should stand here");
    at_ += wanted.size();
    return true;
  }

  bool digits() {
    if (!is_digit(front())) return fail("a digit should stand here");
    while (is_digit(front())) ++at_;
    return true;
  }

  bool number(JsonType& type) {
    type = JsonType::integer;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.')) {
      type = JsonType::real;
      if (!digits()) return false;
    }
    if (take('e') || take('E')) {
      type = JsonType::real;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return true;
  }

  bool simple_or_open(JsonType& type) {
    switch (front()) {
      case '{':
        ++at_;
        type = JsonType::object;
        return true;
      case '[':
        ++at_;
        type = JsonType::array;
        return true;
      case '"':
        type = JsonType::string;
        return string();
      case 't':
        type = JsonType::boolean;
        return word("true");
      case 'f':
        type = JsonType::boolean;
        return word("false");
      case 'n':
        type = JsonType::null;
        return word("null");
      case 'N':
      case 'I':
        return fail("NaN and Infinity are no JSON");
      default:
        if (front() == '-' || is_digit(front())) return number(type);
        return fail("a value should stand here");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  JsonFault fault_;
};

bool split(Scanner& scanner, std::string_view text, std::vector<JsonMember>& members) {
  scanner.skip_space();
  if (!scanner.take('{')) return scanner.fail("it is no JSON object");
  scanner.skip_space();
  while (!scanner.take('}')) {
    if (!members.empty()) {
      if (!scanner.take(',')) return scanner.fail("a comma or } should stand here");
      scanner.skip_space();
    }
    if (members.size() == kMostMembers) return scanner.fail("it has more than 10000 keys");
    JsonMember member;
    const std::size_t key_at = scanner.at() + 1;
    if (!scanner.string()) return false;
    member.key = text.substr(key_at, scanner.at() - key_at - 1);
    scanner.skip_space();
    if (!scanner.take(':')) return scanner.fail("a colon should stand here");
    scanner.skip_space();
    const std::size_t value_at = scanner.at();
    if (!scanner.value(member.type)) return false;
    member.value = text.substr(value_at, scanner.at() - value_at);
    members.push_back(member);
    scanner.skip_space();
  }
  scanner.skip_space();
  return scanner.at_end() || scanner.fail("more follows the object");
}

}  // namespace

std::optional<JsonFault> split_json_object(std::string_view text,
                                           std::vector<JsonMember>& members) {
  members.clear();
  Scanner scanner(text);
  if (split(scanner, text, members)) return std::nullopt;
  return scanner.fault();
}

}  // namespace pidometer
