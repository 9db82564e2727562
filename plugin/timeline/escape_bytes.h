#pragma once

#include <string>
#include <string_view>

namespace pidometer {

/// Evidence bytes as printable UTF-8. A log line is hostile input: it may hold terminal commands,
/// bytes of no encoding, or marks that make a reader see another order than the one written.
///
/// Kept: printable UTF-8 and TAB. Written as `\xNN` (two lower-case hex digits a byte): control
/// characters (C0 but TAB, DEL, C1), line and paragraph separators, bidirectional controls, and
/// every byte that is not part of well-formed UTF-8 (RFC 3629: no overlong forms, surrogates or
/// values above U+10FFFF). A backslash that stands before `x` and two hex digits is written as
/// `\x5c`, any other backslash is kept; so replacing every `\xNN` from left to right by its byte
/// gives back the bytes exactly.
std::string escape_bytes(std::string_view bytes);

/// The bytes that escape_bytes() was given: every `\xNN` replaced by its byte, from left to right.
std::string unescape_bytes(std::string_view text);

}  // namespace pidometer
