#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "plugin/cron_log/block_reader.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// A line of a log. `text` is a view that lives until the next call of next().
struct LogLine {
  std::uint64_t offset = 0;      ///< of the line's first byte in the decoded log, NULs included
  std::uint64_t end = 0;         ///< one beyond its last byte, line feed included
  std::uint32_t number = 0;      ///< from 1
  std::uint64_t nuls = 0;        ///< NUL bytes that stood before the text
  std::uint64_t inner_nuls = 0;  ///< NUL bytes within the text, or behind what is left of it
  bool filler = false;    ///< some of them stand in for damaged bytes; else a crash left them
  bool damaged = false;   ///< some of its bytes are not what was on the disk
  bool too_long = false;  ///< `text` holds its first kMaxLine bytes only
  std::string_view text;  ///< without line feed, carriage return and leading NULs
};

/// Cuts a stream into lines at line feeds. The last line needs none. A byte order mark of UTF-8 at
/// the start of the stream is passed over: no line holds it.
class LineReader {
 public:
  static constexpr std::size_t kBlock = Block::kSize;
  /// syslog lines are 1 to 8 KiB long; rsyslog can be told to take 64 KiB. What is longer is no
  /// line of a log, but junk without a line feed.
  static constexpr std::size_t kMaxLine = Block::kHeadroom;

  /// `monitor` is asked at every block, also within a line that is nothing but a hole. `damage` is
  /// all damage of the stream where it is known beforehand, sorted: a checksum behind the bytes
  /// that it covers tells of them too late. Empty: what the stream says as it is read.
  explicit LineReader(ByteStream& stream, ReadMonitor monitor = {},
                      std::vector<ByteRange> damage = {});

  /// False at the end, or where the stream fails: then error() says so; or where the monitor said
  /// no: then stopped() does.
  bool next(LogLine& line);

  /// Lets go of the stream, which may be read ahead; no more lines.
  void stop() { blocks_.stop(); }

  const std::optional<Error>& error() const { return error_; }
  bool stopped() const { return stopped_; }
  /// Whether the stream told of damage in bytes only when lines had been made of them.
  bool damage_came_late() const { return damage_came_late_; }
  /// Bytes taken from the stream so far.
  std::uint64_t bytes_read() const { return read_; }

 private:
  bool fill();
  void skip_nuls();
  void skip_byte_order_mark();
  bool finish(LogLine& line, std::string_view raw, std::uint64_t end);
  bool touches_damage(std::uint64_t begin, std::uint64_t end);

  BlockReader blocks_;
  ReadMonitor monitor_;
  std::vector<ByteRange> known_damage_;
  Block block_;
  std::vector<char> long_head_;  ///< of an over-long line
  std::size_t begin_ = 0;        ///< of the unread part of the block's bytes
  std::size_t end_ = 0;          ///< of the filled part
  std::uint64_t buffer_at_ = 0;  ///< offset of the first of the block's bytes in the stream
  std::uint64_t read_ = 0;
  std::uint32_t number_ = 0;
  std::size_t damage_at_ = 0;                ///< first damaged range that may still be met
  std::uint64_t next_damage_ = kUnknownEnd;  ///< where it begins, of what has been read so far
  bool at_end_ = false;
  bool stopped_ = false;
  bool damage_came_late_ = false;
  std::optional<Error> error_;
};

/// Whether what comes behind the last damage is lost as well and nobody knows how much that is, or
/// a packed file fails the checksum of its end.
inline bool breaks_off(const ByteStream& stream, const FileEntry& entry, std::uint64_t bytes) {
  const std::vector<DamagedRange>& damage = stream.damage();
  if (damage.empty()) return false;
  const std::uint64_t end = damage.back().range.end;
  const bool packed =
      !entry.path_spec.empty() && (entry.path_spec.front().type_indicator == "GZIP" ||
                                   entry.path_spec.front().type_indicator == "COMPRESSED_STREAM");
  return end == kUnknownEnd || (packed && end >= bytes);
}

}  // namespace pidometer
