#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "base/result.h"
#include "tsk_reader/bytes/os_file.h"

namespace pidometer {

/// What the volume, disk or data section of every segment repeats about the whole set.
struct EwfSet {
  std::string identifier;  ///< GUID in hex; all zeros where the acquiring tool made none
  std::uint32_t chunk_count = 0;
  std::uint32_t chunk_size = 0;  ///< bytes
  std::uint32_t sector_size = 0;
  std::uint64_t media_size = 0;  ///< bytes

  friend bool operator==(const EwfSet&, const EwfSet&) = default;
};

/// Chunks that lie one after another in one `sectors` section.
struct EwfRun {
  std::vector<std::uint64_t> starts;  ///< offset in the segment file; top bit: compressed
  std::uint64_t end = 0;              ///< of the last chunk
  bool exact = false;                 ///< no chunk follows that is not in `starts`
};

inline constexpr std::uint64_t kEwfCompressed = std::uint64_t{1} << 63U;

/// One E01 segment file as its section chain describes it. Format: libyal's "Expert Witness
/// Compression Format (EWF)" specification.
struct EwfSegment {
  std::filesystem::path path;
  std::uint32_t number = 0;
  std::optional<EwfSet> set;
  bool is_last = false;      ///< its chain ends with `done`
  bool is_cut = false;       ///< its chain has no end: how many chunks it held cannot be said
  std::vector<EwfRun> runs;  ///< with EwfDepth::chunks only
  std::vector<ByteRange> read_errors;  ///< sectors that the acquisition could not read
  std::string md5;                     ///< lower-case hex, of the last segment only
  std::string sha1;
  std::string damage;  ///< what is wrong with its structure, in words; empty where it is whole
};

/// How much of a segment is wanted: grouping needs no chunks.
enum class EwfDepth { identity, chunks };

/// True for the E01 signature, and for a damaged signature with an intact section after it.
bool looks_like_ewf(std::span<const std::byte> head);

/// The segment number in a name such as `disk.E01` or `disk.EAB` (in either case).
std::optional<std::uint32_t> ewf_segment_name(const std::filesystem::path& name);

/// Follows the section chain of one file; a broken chain is taken up again at the next intact
/// section, and a table that is lost is made anew by walking the chunks themselves. Errors: the
/// file cannot be opened or holds no section at all.
Result<EwfSegment> read_ewf_segment(const std::filesystem::path& path, EwfDepth depth);

}  // namespace pidometer
