#pragma once

#include <string>
#include <string_view>

namespace pidometer {

/// A member's name as a path from the archive's root, `etc/hostname`: no leading slash, no empty
/// and no `.` component; `..` goes up and never above the root, so that no name leads out. Empty
/// for the root itself. Bytes are kept as they are. `backslashes`: a name without any slash may
/// have backslashes for them, as zips made on Windows do.
///
/// Below `uploads/<accessor>/`, where Velociraptor's collector puts files, its percent-escapes are
/// undone (utils/sanitize.go, SanitizeStringForZip: `%3A` for a colon, `%2E` for a leading dot);
/// a `%2F` divides components, since no file name on the host holds a slash, and `..` stops below
/// the accessor.
std::string member_path(std::string_view name, bool backslashes);

}  // namespace pidometer
