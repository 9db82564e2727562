#include "tsk_reader/systemd_journal/journal_payload.h"

#include <lz4.h>

#include "tsk_reader/bytes/decompress_codec.h"
#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

/// The unpacked size in 8 bytes, then one LZ4 block (compress.c, compress_blob_lz4).
std::optional<std::vector<std::byte>> unpack_lz4(std::span<const std::byte> packed,
                                                 std::size_t most) {
  constexpr std::size_t kHead = 8;
  const std::uint64_t size = le64(packed, 0);
  // Both lengths are ints to the library; `most` is far below.
  if (packed.size() <= kHead || packed.size() > most + kHead || size == 0 || size > most)
    return std::nullopt;
  std::vector<std::byte> out(static_cast<std::size_t>(size));
  const std::span<const std::byte> block = packed.subspan(kHead);
  const int got = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()),  // NOLINT
                                      reinterpret_cast<char*>(out.data()),          // NOLINT
                                      static_cast<int>(block.size()), static_cast<int>(out.size()));
  if (got < 0 || static_cast<std::size_t>(got) != out.size()) return std::nullopt;
  return out;
}

/// One xz stream or zstd frame.
std::optional<std::vector<std::byte>> unpack_stream(std::span<const std::byte> packed,
                                                    Compression compression, std::size_t most) {
  const std::unique_ptr<Codec> codec = make_codec(compression);
  std::vector<std::byte> out;
  std::size_t filled = 0;
  while (true) {
    if (filled == out.size()) out.resize(std::min(most + 1, filled + 64 * 1024));
    const CodecStep step = codec->run(packed, std::span(out).subspan(filled));
    packed = packed.subspan(std::min(step.consumed, packed.size()));
    filled += step.produced;
    if (filled > most) return std::nullopt;
    if (step.state == CodecStep::State::member_end) break;
    const bool stuck = step.consumed == 0 && step.produced == 0;
    if (step.state != CodecStep::State::more || stuck) return std::nullopt;
  }
  out.resize(filled);
  return out;
}

}  // namespace

std::optional<std::vector<std::byte>> unpack_journal_payload(std::span<const std::byte> packed,
                                                             std::uint8_t flags, std::size_t most) {
  switch (flags) {
    case 0:
      if (packed.size() > most) return std::nullopt;
      return std::vector<std::byte>(packed.begin(), packed.end());
    case kJournalXz:
      return unpack_stream(packed, Compression::xz, most);
    case kJournalLz4:
      return unpack_lz4(packed, most);
    case kJournalZstd:
      return unpack_stream(packed, Compression::zstd, most);
    default:
      return std::nullopt;
  }
}

}  // namespace pidometer
