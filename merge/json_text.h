#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pidometer {

enum class JsonType : std::uint8_t { null, boolean, integer, real, string, array, object };
inline constexpr std::size_t kJsonTypes = 7;

/// Why a text is not the JSON that is read.
struct JsonFault {
  std::size_t at = 0;  ///< bytes from the start of the text
  std::string_view reason;
};

/// One member of an object; both are parts of its text.
struct JsonMember {
  std::string_view key;    ///< as written, without its quotes
  std::string_view value;  ///< as written, without white space around it
  JsonType type = JsonType::null;
};

/// Levels of arrays and objects in one text. Plaso's path specifications have some ten of them;
/// OpenSearch takes 20 (index.mapping.depth.limit).
inline constexpr std::size_t kDeepestJson = 64;

/// Members of one object that is split. An index of OpenSearch takes 1,000 keys
/// (index.mapping.total_fields.limit), and a line of 4 MiB could have 700,000.
inline constexpr std::size_t kMostMembers = 10000;

/// Splits the text of one object into its members, in their order. Strict: RFC 8259, well-formed
/// UTF-8, nothing behind the object but white space. Lone surrogates in escapes are let through:
/// Python writes them for bytes that are no UTF-8. Linear, without recursion. `members` is
/// overwritten.
std::optional<JsonFault> split_json_object(std::string_view text, std::vector<JsonMember>& members);

}  // namespace pidometer
