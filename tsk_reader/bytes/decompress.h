#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/log_file.h"
#include "base/path_spec.h"
#include "base/timestamp.h"

namespace pidometer {

/// How a file is packed, told from its first bytes and never from its name.
enum class Compression { none, gzip, xz, bzip2, zstd };

/// Bytes that detect_compression needs to see of a file (fewer where the file is shorter).
inline constexpr std::size_t kCompressionMagicBytes = 10;

Compression detect_compression(std::span<const std::byte> head);

/// "gzip", "xz", "bzip2", "zstd"; empty for none.
std::string_view compression_name(Compression compression);

/// The layer as Plaso spells it: GZIP, or COMPRESSED_STREAM with its method.
PathSpecLayer compression_layer(Compression compression);

/// A gzip header's MTIME (RFC 1952, 2.3), the time of the file that was packed; absent where it is
/// 0 or `head` is no gzip.
std::optional<Timestamp> gzip_time(std::span<const std::byte> head);

/// The most that is unpacked of one log: 200 million cron lines. More is a bomb.
inline constexpr std::uint64_t kMostDecodedOfALog = std::uint64_t{16} << 30;

/// The unpacked bytes of `stored`, which stands at its beginning. Members that follow one another
/// are joined. A stream that ends too early or is corrupt gives all that it holds; damage() then
/// says from which decoded offset on the rest is missing ({offset, kUnknownEnd}), which bytes
/// before no checksum vouches for, and where damage of `stored` reaches the decoded bytes. `stored`
/// is read to its end in any case. `compression` must not be none.
/// What exceeds `most_decoded` bytes is not unpacked, and damage says so.
std::unique_ptr<ByteStream> unpack(std::unique_ptr<ByteStream> stored, Compression compression,
                                   std::uint64_t most_decoded = kMostDecodedOfALog);

}  // namespace pidometer
