#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "cli/interrupt.h"

namespace pidometer {

/// A file that appears under its name only when it is whole: written without a name in the same
/// folder, so that nothing is left of what is half written however the program ends. Where the
/// filesystem has no such files it has a temporary name, which is removed unless the program
/// crashes or is killed by SIGKILL. Standard output where the name is empty or "-".
class OutputFile {
 public:
  /// Refuses a name that exists unless `overwrite`, a link that leads nowhere as well, and always
  /// folders and disks. Other devices and pipes (/dev/null), and what an own descriptor has open
  /// (/dev/stdout, /dev/fd/3), are written in place: of those what was written before a failure
  /// stays.
  static Result<OutputFile> create(const std::string& name, bool overwrite);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) = delete;
  ~OutputFile();

  /// Takes room on the disk for as many bytes, to be written later; again for more. Nothing of it
  /// stays beyond what is written. Not of what is written in place.
  Result<void> reserve(std::uint64_t bytes);
  Result<void> write(std::string_view bytes);
  /// Gives the file that time, which commit() keeps; nothing may be written any more then.
  Result<void> set_modified(Timestamp modified);
  /// Flushes to the disk and gives the file its name; what is written in place is handed to the
  /// system. A full disk shows here at the latest. To replace a file takes two steps: between them
  /// the whole new one has a temporary name, which a SIGKILL just then would leave.
  Result<void> commit();

 private:
  OutputFile(std::FILE* stream, std::string name, std::string temporary);
  Error write_error() const;

  std::FILE* stream_;
  std::string name_;
  std::string temporary_;  ///< empty: in place, or `nameless_`
  HalfWritten half_written_;
  bool nameless_ = false;
  bool overwrite_ = false;
  bool reserved_ = false;
};

/// A file of these bytes, or none.
Result<void> write_whole_file(const std::string& name, bool overwrite, std::string_view bytes);

}  // namespace pidometer
