#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "tsk_reader/file_system/archive/archive_limits.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// One member's header.
struct ArchiveMember {
  std::uint64_t ordinal = 0;  ///< from 1
  std::string name;           ///< as written
  NodeKind kind = NodeKind::other;
  std::string link;        ///< a symlink's words
  std::string hard_link;   ///< name of the member that this one is another name of
  std::uint64_t size = 0;  ///< unpacked bytes, as claimed; 0 where it is not said before the end
  bool size_known = false;
  std::optional<Timestamp> modified;
  bool local_time = false;  ///< `modified` is the wall clock of an unknown zone, taken as UTC
  bool encrypted = false;
};

/// A part of a member's bytes. Parts come in order; what lies between them is a hole.
struct MemberBlock {
  std::span<const std::byte> bytes;  ///< until the next call
  std::uint64_t offset = 0;          ///< in the member
  std::uint64_t stream_offset = 0;   ///< in the unpacked tar; without meaning for zip and 7z
};

/// For the one whose file cannot be read as an archive.
inline constexpr char kNoArchiveHelp[] =
    "check how it was copied; --as image or --as log where it is no archive";

/// An archive from front to end, once (libarchive). tar, cpio, zip and 7z; what packs a tar is
/// undone by decompress.h, whose checksums libarchive's own filters do not all check (gzip's CRC is
/// passed over), and lz4 by libarchive. Nothing else is enabled: no format that is not wanted, no
/// filter that starts a program.
class ArchiveReader {
 public:
  static Result<std::unique_ptr<ArchiveReader>> open(const std::filesystem::path& path,
                                                     const ArchiveLimits& limits);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// "tar", "cpio", "zip", "7z"; known after the first next().
  std::string_view format() const;
  /// What lies below the archive's own layer: GZIP or COMPRESSED_STREAM where it is packed, OS.
  PathSpec layers() const;
  /// Bytes of the archive file.
  std::uint64_t size() const;

  /// The next member; nothing at the end, or where nothing more can come: broken() tells.
  std::optional<ArchiveMember> next();
  /// The next part of the member's bytes; nothing at its end, or where no more of it can come:
  /// member_problem() tells.
  std::optional<MemberBlock> read();
  /// Why the member is not what it was: its data ends too early, a checksum is wrong. Empty where
  /// all is well. `complete` says whether all bytes came.
  const std::string& member_problem() const;
  bool member_complete() const;

  /// Reads what is behind the last member, so that checksums at the end are known.
  void finish();

  /// Why reading stopped before the end; empty where it did not.
  const std::string& broken() const;
  /// Stretches of headers that could not be read, passed over until the next one that could:
  /// offsets of the unpacked archive.
  const std::vector<DamagedRange>& skipped() const;
  /// Damage of the unpacked bytes of a tar or cpio, complete after finish().
  std::vector<DamagedRange> stream_damage() const;
  /// What else an examiner has to know of the container: a zip whose names disagree.
  const std::vector<std::string>& remarks() const;

  /// Bytes of the archive file read so far (packed).
  std::uint64_t position() const;
  /// Bytes of the unpacked tar or cpio passed so far.
  std::uint64_t stream_position() const;
  /// Bytes that the format was fed with: what a member took of them tells its ratio in a zip.
  std::uint64_t fed() const;

 private:
  struct State;
  explicit ArchiveReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pidometer
