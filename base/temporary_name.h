#pragma once

#include <string>
#include <string_view>

namespace pidometer {

/// The mark of a name under which a file is written until it is whole: nobody else's files have it.
/// Six letters and digits follow, as mkstemp() makes them.
inline constexpr std::string_view kTemporaryMark = ".pidometer-";
inline constexpr std::string_view kTemporaryLetters = "XXXXXX";

/// `.web01.jsonl.pidometer-XXXXXX` in the same folder, for `web01.jsonl`: hidden, and to be filled
/// by mkstemp(). Names that leave no room for the mark (255 bytes, NAME_MAX) are cut.
std::string temporary_name(std::string_view path);

/// The name of the file that `file`, a name without its folder, is the temporary of; empty where it
/// is none. A name that was cut stays so.
std::string_view name_of_temporary(std::string_view file);

}  // namespace pidometer
