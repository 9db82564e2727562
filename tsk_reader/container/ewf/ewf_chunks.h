#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tsk_reader/container/ewf/ewf_segment.h"

namespace pidometer {

/// The checksum of every part of an EWF file (zlib's Adler-32, little-endian after what it covers).
std::uint32_t ewf_checksum(std::span<const std::byte> bytes);

/// `length` bytes of the file at `offset`; absent where the file is shorter or cannot be read.
std::optional<std::vector<std::byte>> ewf_bytes(OsFile& file, std::uint64_t offset,
                                                std::size_t length);

/// The chunks that a `table` or `table2` section's data ([begin, end) of the file) names, all of
/// which must lie in `data`. Absent where a checksum or an offset is wrong.
std::optional<EwfRun> read_ewf_table(OsFile& file, ByteRange section, ByteRange data);

/// The chunks in `data` found by unpacking one after another, for a table that is lost. Ends at the
/// first that is damaged, after the first that is shorter than a chunk (only the media's last is)
/// and after `most` of them; `exact` when that is the end of `data`.
EwfRun walk_ewf_chunks(OsFile& file, ByteRange data, std::uint32_t chunk_size, std::uint64_t most);

/// Unpacks chunk `index` of `run` into all of `out` (shorter than the chunk size for the last chunk
/// of the media); false where its checksum or its length is wrong.
bool read_ewf_chunk(OsFile& file, const EwfRun& run, std::size_t index, std::span<std::byte> out);

}  // namespace pidometer
