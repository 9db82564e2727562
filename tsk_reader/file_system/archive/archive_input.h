#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/path_spec.h"
#include "base/result.h"
#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/bytes/decompress.h"
#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/file_system/archive/archive_limits.h"

struct archive;

namespace pidometer {

/// The bytes that libarchive is fed with: those of the file, with seeking, or, of a packed one, the
/// unpacked bytes in order. Stops where more is unpacked than the limits allow.
class ArchiveInput {
 public:
  enum class Packing { none, known, lz4 };

  static Result<std::unique_ptr<ArchiveInput>> open(const std::filesystem::path& path,
                                                    const ArchiveLimits& limits);

  Packing packing() const { return packing_; }
  bool looks_like_zip() const { return zip_; }
  OsFile& file() { return *file_; }
  PathSpec layers() const;

  /// Begins anew.
  void rewind();
  /// Makes this object the input of a handle that is not open yet; it must outlive the handle.
  bool attach(archive* handle);
  /// Reads the unpacked bytes to their end: checksums stand there.
  void drain();

  /// Why reading was stopped: a limit, an error of the system. Empty where it was not.
  const std::string& stopped() const { return stopped_; }
  /// Of the unpacked bytes; of the file where it is not packed.
  std::vector<DamagedRange> damage() const;
  /// Bytes of the file, up to where it was read last.
  std::uint64_t position() const { return packed_; }
  /// Bytes given to libarchive, all together.
  std::uint64_t fed() const { return fed_; }

 private:
  class Packed;

  ArchiveInput(std::filesystem::path path, std::unique_ptr<OsFile> file,
               const ArchiveLimits& limits);
  /// The next bytes into the buffer; 0 at the end, -1 where it was stopped.
  std::ptrdiff_t fill();

  static std::ptrdiff_t read_callback(archive*, void* self, const void** bytes);
  static std::int64_t skip_callback(archive*, void* self, std::int64_t count);
  static std::int64_t seek_callback(archive*, void* self, std::int64_t offset, int whence);

  std::filesystem::path path_;
  std::unique_ptr<OsFile> file_;
  ArchiveLimits limits_;
  Packing packing_ = Packing::none;
  Compression compression_ = Compression::none;
  bool zip_ = false;
  std::vector<std::byte> buffer_;
  std::unique_ptr<ByteStream> unpacked_;
  std::uint64_t offset_ = 0;  ///< of the next byte given to libarchive
  std::uint64_t packed_ = 0;
  std::uint64_t fed_ = 0;
  DamageList damage_;
  std::string stopped_;
};

}  // namespace pidometer
