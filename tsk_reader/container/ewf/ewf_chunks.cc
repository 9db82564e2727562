#include "tsk_reader/container/ewf/ewf_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kTableHeaderBytes = 24;
constexpr std::uint32_t kOffsetMask = 0x7fffffff;

const Bytef* zlib_pointer(std::span<const std::byte> bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());  // NOLINT: zlib's own pointer type
}

/// zlib's worst growth of incompressible data is 0.03% plus a few bytes (zlib.net/zlib_tech.html);
/// twice the chunk is more than any packed chunk has.
std::size_t longest_packed(std::size_t chunk_size) {
  return 2 * chunk_size + 64;
}

/// Lengths of a chunk as it is stored and as the media has it; 0 where there is none.
struct ChunkLength {
  std::size_t stored = 0;
  std::size_t media = 0;
};

/// Of the zlib stream at the front of `in`, when it unpacks to at most out.size().
ChunkLength packed_length(std::span<const std::byte> in, std::span<std::byte> out) {
  z_stream state{};
  if (inflateInit(&state) != Z_OK) return {};
  state.next_in = const_cast<Bytef*>(zlib_pointer(in));  // NOLINT: zlib does not write to it
  state.avail_in = static_cast<uInt>(in.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());  // NOLINT
  state.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&state, Z_FINISH);
  const ChunkLength length{in.size() - state.avail_in, out.size() - state.avail_out};
  inflateEnd(&state);
  return result == Z_STREAM_END ? length : ChunkLength{};
}

bool raw_chunk_ok(std::span<const std::byte> stored) {
  return stored.size() > kChecksumBytes &&
         ewf_checksum(stored.first(stored.size() - kChecksumBytes)) ==
             le32(stored, stored.size() - kChecksumBytes);
}

}  // namespace

std::uint32_t ewf_checksum(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(adler32_z(1, zlib_pointer(bytes), bytes.size()));
}

std::optional<std::vector<std::byte>> ewf_bytes(OsFile& file, std::uint64_t offset,
                                                std::size_t length) {
  if (offset > file.size() || length > file.size() - offset) return std::nullopt;
  std::vector<std::byte> bytes(length);
  DamageList damage;
  if (file.read_at(offset, bytes, damage) != length || !damage.empty()) return std::nullopt;
  return bytes;
}

std::optional<EwfRun> read_ewf_table(OsFile& file, ByteRange section, ByteRange data) {
  const auto header = ewf_bytes(file, section.begin, kTableHeaderBytes);
  if (!header || ewf_checksum(std::span(*header).first(20)) != le32(*header, 20)) {
    return std::nullopt;
  }
  const std::uint32_t count = le32(*header, 0);
  const std::uint64_t base = le64(*header, 8);
  const std::uint64_t room = section.end - section.begin - kTableHeaderBytes;
  if (count == 0 || std::uint64_t{count} * 4 > room || base > file.size()) return std::nullopt;
  const std::size_t entry_bytes = std::size_t{count} * 4;
  // EnCase 1 had no checksum after the entries.
  const bool checked = room >= entry_bytes + kChecksumBytes;
  const auto entries = ewf_bytes(file, section.begin + kTableHeaderBytes,
                                 entry_bytes + (checked ? kChecksumBytes : 0));
  if (!entries) return std::nullopt;
  if (checked &&
      ewf_checksum(std::span(*entries).first(entry_bytes)) != le32(*entries, entry_bytes)) {
    return std::nullopt;
  }
  EwfRun run;
  run.starts.reserve(count);
  std::uint64_t before = 0;
  bool overflown = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t entry = le32(*entries, std::size_t{i} * 4);
    // Beyond 2 GiB EnCase 6.7 used the top bit for the offset, and packed nothing from there on
    // (libewf, libewf_chunk_table_fill).
    if (i > 0 && !overflown && base + (entry & kOffsetMask) < before) overflown = true;
    const std::uint64_t start = base + (overflown ? entry : entry & kOffsetMask);
    if (start < data.begin || start >= data.end || (i > 0 && start <= before)) return std::nullopt;
    before = start;
    run.starts.push_back(start | (!overflown && entry > kOffsetMask ? kEwfCompressed : 0));
  }
  run.end = data.end;
  run.exact = true;
  return run;
}

EwfRun walk_ewf_chunks(OsFile& file, ByteRange data, std::uint32_t chunk_size, std::uint64_t most) {
  EwfRun run;
  std::vector<std::byte> unpacked(chunk_size);
  std::uint64_t at = data.begin;
  const std::uint64_t end = std::min(data.end, file.size());
  // A window of some chunks: chunks of zeros are a few bytes each, and every one would read the
  // longest that a chunk may be.
  const std::size_t longest = longest_packed(chunk_size);
  std::vector<std::byte> window;
  std::uint64_t window_begin = at;
  while (at < end && run.starts.size() < most) {
    const std::uint64_t need = std::min<std::uint64_t>(end - at, longest);
    if (at + need > window_begin + window.size()) {
      auto stored = ewf_bytes(
          file, at, static_cast<std::size_t>(std::min<std::uint64_t>(end - at, 2 * longest)));
      // What cannot be read may lie behind this chunk.
      if (!stored) stored = ewf_bytes(file, at, static_cast<std::size_t>(need));
      if (!stored) break;
      window = std::move(*stored);
      window_begin = at;
    }
    const auto bytes = std::span<const std::byte>(window).subspan(
        static_cast<std::size_t>(at - window_begin), static_cast<std::size_t>(need));
    const std::size_t raw = std::min<std::size_t>(bytes.size(), chunk_size + kChecksumBytes);
    ChunkLength length = packed_length(bytes, unpacked);
    if (length.stored > 0) {
      run.starts.push_back(at | kEwfCompressed);
    } else if (raw_chunk_ok(bytes.first(raw))) {
      length = {raw, raw - kChecksumBytes};
      run.starts.push_back(at);
    } else {
      break;
    }
    at += length.stored;
    if (length.media < chunk_size) break;
  }
  run.end = at;
  run.exact = at == data.end;
  return run;
}

bool read_ewf_chunk(OsFile& file, const EwfRun& run, std::size_t index, std::span<std::byte> out) {
  const std::uint64_t start = run.starts[index] & ~kEwfCompressed;
  const std::uint64_t end =
      index + 1 < run.starts.size() ? run.starts[index + 1] & ~kEwfCompressed : run.end;
  const std::uint64_t most = longest_packed(out.size()) + kChecksumBytes;
  const auto stored = ewf_bytes(file, start, static_cast<std::size_t>(std::min(end - start, most)));
  if (!stored) return false;
  if ((run.starts[index] & kEwfCompressed) != 0) {
    uLongf length = out.size();
    return uncompress(reinterpret_cast<Bytef*>(out.data()), &length,  // NOLINT
                      zlib_pointer(*stored), stored->size()) == Z_OK &&
           length == out.size();
  }
  // The last chunk of a sectors section may be followed by padding.
  if (stored->size() < out.size() + kChecksumBytes) return false;
  const auto chunk = std::span<const std::byte>(*stored).first(out.size() + kChecksumBytes);
  if (!raw_chunk_ok(chunk)) return false;
  std::memcpy(out.data(), chunk.data(), out.size());
  return true;
}

}  // namespace pidometer
