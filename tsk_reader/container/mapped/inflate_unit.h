#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pidometer {

/// How one cluster or grain is packed: deflate without a frame (RFC 1951), with zlib's (RFC 1950,
/// which has a checksum), or zstd (RFC 8878).
enum class UnitCodec { deflate, zlib, zstd };

/// Unpacks one unit of exactly out.size() bytes. What follows it in `packed` does not count. The
/// reason where it is corrupt or of another length.
std::optional<std::string> inflate_unit(UnitCodec codec, std::span<const std::byte> packed,
                                        std::vector<std::byte>& out);

}  // namespace pidometer
