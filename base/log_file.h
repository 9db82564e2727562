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
};

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

  /// SHA-256, lower-case hex, of the STORED bytes; known once one stream of either form was read to
  /// its end. Damaged bytes count as the zeros that stood in for them.
  virtual std::optional<std::string> sha256() const = 0;
};

}  // namespace pidometer
