#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pidometer {

/// A descriptor that was opened for someone, or the errno why not. Owns nothing: whoever takes it
/// closes it.
struct OpenedFile {
  int descriptor = -1;
  int error = 0;
};

/// Which files a reader process may have opened, all read-only:
/// * a given file or block device, and all that lies below a given folder;
/// * other regular files of the folder that a given file lies in, and the folder: segments of an
///   image are looked for there by content;
/// * the zone rules below /usr/share/zoneinfo.
/// Paths are resolved first, links and all: what counts is where the bytes lie.
class OpenPolicy {
 public:
  /// Paths as given by the user, relative ones to the present working folder.
  explicit OpenPolicy(std::span<const std::string> inputs);

  /// Opens `path`, or says EACCES for what is not evidence, else why it cannot be opened. A pipe,
  /// socket or character device in an allowed place is given as a descriptor that can be told what
  /// it is, and not read (O_PATH). `flags` as for open(2): anything but reading is refused; O_PATH
  /// is granted of folders, and O_NOFOLLOW refuses a link as the last name.
  OpenedFile open(std::string_view path, int flags) const;

  /// Whether `path` is one that open() would look at.
  bool allows(std::string_view path) const;

 private:
  bool allows_resolved(const std::string& path, unsigned type) const;

  std::filesystem::path here_;
  std::vector<std::string> trees_;  ///< resolved
  std::set<std::string> files_;     ///< resolved
  std::set<std::string> folders_;   ///< resolved; of the given files
};

}  // namespace pidometer
