#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tsk_reader/container/ewf/ewf_segment.h"

namespace pidometer {

/// A run of chunks whose place on the media is known.
struct EwfPlacedRun {
  std::uint64_t first_chunk = 0;
  std::size_t segment = 0;  ///< indexes of the segments given, and of their runs
  std::size_t run = 0;
};

struct EwfLayout {
  std::vector<EwfPlacedRun> runs;  ///< sorted by first_chunk, disjoint
  std::vector<DamagedRange> lost;  ///< in chunks, not bytes; everything that no run covers
};

/// E01 tables do not say where on the media their chunks belong: only counting does. Counts from
/// the front up to the first run or segment of unknown length, and from the back likewise; what
/// lies between two unknown lengths has no known place and is given up. `segments` is sorted by
/// number.
EwfLayout lay_out_chunks(std::span<const EwfSegment> segments, std::uint64_t chunk_count);

}  // namespace pidometer
