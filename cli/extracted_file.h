#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"

namespace pidometer {

/// One file that was copied out of an image.
struct ExtractedFile {
  std::string sha256;  ///< of what was written
  std::uint64_t bytes = 0;
  std::vector<DamagedRange> damage;
  std::optional<Error> undated;  ///< why the copy has not the file's modification time
};

/// Where a copy goes.
struct CopyTarget {
  std::string directory;
  std::filesystem::path relative;
  bool overwrite = false;
  /// Called before anything is made or written; an Error of it ends the copying. Empty: nothing.
  std::function<Result<void>()> begin = {};
};

/// Copies one form of a file to `directory`/`relative` with the file's modification time; folders
/// are made as needed, and none where the file cannot be opened; nothing under the final name until
/// it is whole. What has its name is no Error any more. Errors of the evidence keep their kind; of
/// the output, ErrorKind::output.
Result<ExtractedFile> write_extracted(const LogFile& file, StreamForm form, const CopyTarget& to);

/// One path component that cannot lead out of its folder, and that a terminal, a list of sums and
/// another system's filesystem can show: `/`, NUL, `.` and `..` are replaced by `_`; control
/// characters, those that change the direction of writing, and bytes that are no UTF-8 are written
/// as `%1B`, and a `%` before two hex digits as `%25`: so different names stay different, and the
/// bytes can be told from it.
std::string safe_name(std::string_view name);

/// A safe name for each of several that may look alike when they are safe: where `p1:@/var` has
/// `p1:@_var`, the volume that is really called so gets `p1:@_var-2`.
class SafeNames {
 public:
  const std::string& of(const std::string& name);

 private:
  std::map<std::string, std::string> given_;
  std::set<std::string> taken_;
};

/// A path on a volume as a relative path whose components are all safe.
std::filesystem::path safe_path(std::string_view path);

/// A line of SHA256SUMS; a name with a backslash (or a newline) is escaped as GNU coreutils does.
std::string sum_line(const std::string& sum, const std::string& path);

}  // namespace pidometer
