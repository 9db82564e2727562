#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/log_file.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// A regular file or block device of the examiner's own system, opened read-only. Owns the
/// descriptor. Pipes, sockets and character devices are refused without being waited for.
class OsFile {
 public:
  static Result<std::unique_ptr<OsFile>> open(const std::filesystem::path& path);

  /// The same of a descriptor that is open already; takes it. `name` is for messages.
  static Result<std::unique_ptr<OsFile>> adopt(int fd, const std::string& name);

  OsFile(const OsFile&) = delete;
  OsFile& operator=(const OsFile&) = delete;
  ~OsFile();

  /// Bytes: of the file when it was opened, or of the device.
  std::uint64_t size() const { return size_; }
  std::optional<Timestamp> modified() const { return modified_; }

  /// Reads from `offset` until `out` is full or the file ends; returns how many bytes `out` holds.
  /// Sectors that the system cannot read are zeros named in `damage` (offsets of this file).
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out, DamageList& damage);

  /// Tells the system that the file will be read from front to end.
  void expect_sequential_read();

 private:
  OsFile(int fd, std::uint64_t size, std::optional<Timestamp> modified);

  int fd_;
  std::uint64_t size_;
  std::optional<Timestamp> modified_;
};

/// The file's bytes in order, from 0.
Result<std::unique_ptr<ByteStream>> open_os_stream(const std::filesystem::path& path);
std::unique_ptr<ByteStream> make_os_stream(std::unique_ptr<OsFile> file);

/// Lets this process open as many files as the system allows it (RLIMIT_NOFILE: the soft limit is
/// often 1024, an image may have more segments). Without effect where that is reached.
void raise_open_file_limit();

/// The way a path is spelled in an OS layer of a path spec: absolute, lexically normal.
std::string os_location(const std::filesystem::path& path);

}  // namespace pidometer
