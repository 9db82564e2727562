#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "merge/key_types.h"

namespace pidometer {

/// Bytes of a row in its one spelling. In it a line may become six times as long, while rows of
/// timelines have a few kilobytes; and what was written by one merge is to be read by the next.
inline constexpr std::size_t kLongestRow = std::size_t{4} << 20;

/// Takes the types of all keys of one value, nested ones too.
struct TypeRecorder {
  KeyTypes& types;
  RowPlace place;
  std::string path;  ///< of the value
};

/// Appends a value in its one spelling: no white space between tokens; strings in ASCII, each
/// character written in one way; numbers as they are; members of nested objects in the order of
/// their keys, in that spelling. Members of nested objects whose key starts
/// with `_` are left out. `value` must have come from split_json_object().
///
/// A lone surrogate is in no UTF-8, and what cannot be UTF-8 cannot be imported: it becomes text,
/// `\xNN` where it stands for a byte (Python's surrogateescape, U+DC80 to U+DCFF), else `\udNNN`.
/// Returns whether there was one.
///
/// Once `out` is longer than kLongestRow it is not to be used: of strings nothing more is appended.
bool append_canonical(std::string& out, std::string_view value, TypeRecorder* recorder);

/// What stands between the quotes of a string, as UTF-8; a lone surrogate as append_canonical() has
/// it. Empty where that would be longer than kLongestRow in its one spelling.
std::string decoded_string(std::string_view content);

/// The same as append_canonical() for what stands between the quotes of a string.
bool append_canonical_string(std::string& out, std::string_view content);

}  // namespace pidometer
