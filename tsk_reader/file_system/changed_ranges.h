#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/extent_stream.h"

namespace pidometer {

/// Appends a range that begins behind all others; joins it with the last where they touch.
void append_range(std::vector<ByteRange>& ranges, ByteRange range);

/// Walks the first `end` bytes of a file that has two maps. `moved`: parts that they put in
/// different places, or that only one of them has; `stayed`: parts that lie at one place, from that
/// offset of the volume on. Both in order; holes of both are neither.
void compare_maps(const FileMap& before, const FileMap& after, std::uint64_t end,
                  const std::function<void(ByteRange)>& moved,
                  const std::function<void(ByteRange, std::uint64_t)>& stayed);

/// Appends to `out` what two streams, both at 0, read differently within `parts` (sorted,
/// disjoint): of each 4096 bytes one range, from the first byte that differs to the last. False
/// where one of them cannot be read.
bool append_differences(ByteStream& before, ByteStream& after, std::span<const ByteRange> parts,
                        std::vector<ByteRange>& out);

}  // namespace pidometer
