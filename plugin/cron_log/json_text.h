#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pidometer {

/// RFC 8259 as far as programs write it line by line: each member takes from the front of the text,
/// or fails; after a failure the text is of no more use. No recursion, so that no depth of nesting
/// can exhaust anything.
class JsonText {
 public:
  /// Of arrays and objects within one another that pass() goes through; rows of timelines have
  /// some ten, one a layer of a path.
  static constexpr unsigned kMostDepth = 64;

  explicit JsonText(std::string_view text) : text_(text) {}

  /// Blanks and the character.
  bool next(char c);
  /// Whether it comes next, behind blanks; takes the blanks only.
  bool is_next(char c);
  bool at_end();
  void blanks();

  /// A string, appended to `out` with its escapes undone.
  bool string(std::string& out);
  /// null, true, false, a number.
  bool word(std::string_view& out);
  /// Any value, which is passed over. Escapes within it are not judged.
  bool pass();

 private:
  bool hex4(std::uint32_t& code);
  bool escape(std::string& out);
  bool pass_string();

  std::string_view text_;
};

}  // namespace pidometer
