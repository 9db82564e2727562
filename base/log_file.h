#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/path_spec.h"
#include "base/result.h"
#include "base/timestamp.h"

namespace pidometer {

/// [begin, end) in bytes from the start of the named thing.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// The end of a range of which only the start is known (a truncated compressed stream).
inline constexpr std::uint64_t kUnknownEnd = std::numeric_limits<std::uint64_t>::max();

/// Bytes that are not what was on the disk, and why. Zeros stand in their place where they have a
/// place at all.
struct DamagedRange {
  ByteRange range;
  std::string reason;  ///< "E01 chunk checksum", "segment 2 is missing", "read error at
                       ///< acquisition", "image is truncated"

  friend bool operator==(const DamagedRange&, const DamagedRange&) = default;
};

/// How bytes were found that no live file holds. Spelled as in the rows.
enum class RecoveryMethod {
  carved_unallocated,  ///< lines in blocks that no file owns
  carved_slack,        ///< lines behind the end of a live log, in its own last block
  journal_inode,       ///< a file by an older copy of its inode in the filesystem's journal
  deleted_name,        ///< a file by its deleted name or record, which still says where it lay
};

/// A run of a file's stored bytes and where it lies in the image.
struct ImageExtent {
  std::uint64_t begin = 0;   ///< in the file
  std::uint64_t length = 0;  ///< bytes
  std::uint64_t image = 0;   ///< bytes into the image (the medium of an E01)

  friend bool operator==(const ImageExtent&, const ImageExtent&) = default;
};

/// What is known of a file that is no live one. Values only.
struct Recovery {
  RecoveryMethod method = RecoveryMethod::carved_unallocated;
  /// Bytes to look for lines in, block by block, and no file: each extent is a run of its own, and
  /// what follows it in the stream does not follow it on the volume.
  bool is_area = false;
  std::uint32_t block_size = 0;  ///< of an area: extents end at a block's end
  /// The offsets of the extents count from the volume's start: it lies in no one place of one
  /// image.
  bool of_volume = false;
  std::vector<ImageExtent> extents;  ///< sorted by `begin`, disjoint
  /// No line of it can be later, and by what.
  std::optional<Timestamp> newest;
  std::string newest_words;
};

/// Where a byte of the file lies in the image; nothing where no extent covers it.
std::optional<std::uint64_t> image_offset(const Recovery& recovery, std::uint64_t offset);

/// A file as its filesystem describes it. Owned by whoever holds it; no handle inside.
struct FileEntry {
  std::string path;  ///< on its volume, or as given on the command line for a loose file; bytes,
                     ///< not always UTF-8
  std::string display_name;  ///< Plaso's form, `EXT:/var/log/cron`
  PathSpec path_spec;
  std::uint64_t size = 0;              ///< stored bytes
  std::optional<Timestamp> modified;   ///< mtime
  std::optional<Timestamp> packed;     ///< a gzip header's MTIME, where it is not 0
  std::optional<std::uint64_t> inode;  ///< absent for loose files
  /// Stored bytes that are as they are only because the filesystem's journal was replayed in
  /// memory; sorted, disjoint.
  std::vector<ByteRange> replayed = {};
  std::optional<Recovery> recovery;  ///< set where the file is no live one
  /// When the inode was made, where the filesystem keeps it: ext4 with large inodes, XFS v5, btrfs,
  /// NTFS, HFS. Absent for files of the examiner's own.
  std::optional<Timestamp> created = {};
  /// ctime: when the inode was last changed. Absent likewise; not set by touch(1).
  std::optional<Timestamp> changed = {};
  /// Other names that were found of the same file on its volume: links, hard or symbolic.
  std::vector<std::string> other_paths = {};
};

/// Whether the decoded form is another than the stored one.
bool is_compressed(const FileEntry& entry);

/// Of the first `size` bytes those that no damage hits. `damage` is disjoint, as ByteStream's is.
std::uint64_t sound_bytes(std::uint64_t size, std::span<const DamagedRange> damage);

/// Whether bytes of the decoded file owe themselves to the replay of a journal. Of a compressed
/// file all do where any do: what is unpacked hangs on every byte before it.
bool owes_to_replay(const FileEntry& entry, ByteRange decoded);

/// Sequential bytes with their damage. Not thread-safe; move the pointer, not the object.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// Fills `out` from the front and returns how many bytes it holds; 0 only at the end. Bytes that
  /// cannot be read are zeros listed in damage(), not errors; an Error means that nothing more can
  /// come.
  virtual Result<std::size_t> read(std::span<std::byte> out) = 0;

  /// Passes over `count` bytes without delivering them (fewer at the end). Default: reads them.
  virtual Result<std::uint64_t> skip(std::uint64_t count);

  /// Damage met so far, sorted, in offsets of this stream's (decoded) bytes. Complete once read()
  /// has returned 0.
  virtual const std::vector<DamagedRange>& damage() const = 0;
};

/// Stored: the bytes as they lie on the volume. Decoded: gz, xz, bz2 and zst unpacked, others as
/// stored.
enum class StreamForm { stored, decoded };

/// A file that can be opened as often as needed (findings fetch their lines again). Must not
/// outlive the Evidence that found it.
class LogFile {
 public:
  LogFile() = default;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  virtual ~LogFile() = default;

  virtual const FileEntry& entry() const = 0;

  /// A fresh stream from offset 0.
  virtual Result<std::unique_ptr<ByteStream>> open(StreamForm form) const = 0;

  /// Of an area (Recovery::is_area): the bytes in `part`, as what may have been a file, in the form
  /// that such a file has. An Error for all others.
  virtual Result<std::unique_ptr<ByteStream>> open_part(ByteRange part, StreamForm form) const;

  /// SHA-256, lower-case hex, of the STORED bytes; known once one stream of either form was read to
  /// its end. Damaged bytes count as the zeros that stood in for them.
  virtual std::optional<std::string> sha256() const = 0;
};

}  // namespace pidometer
