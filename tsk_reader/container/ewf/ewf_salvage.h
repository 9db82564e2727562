#pragma once

#include <memory>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/container/ewf/ewf_segment.h"

namespace pidometer {

/// A BlockSource over E01 segments read with EwfDepth::chunks, sorted by number, that need not be
/// whole: each chunk stands or falls by its own checksum. Every segment file stays open.
Result<std::unique_ptr<BlockSource>> open_ewf_salvage(std::vector<EwfSegment> segments,
                                                      const EwfSet& set, PathSpec spec);

/// Bytes of the media that the acquisition could not read, as `segments` list them.
std::vector<DamagedRange> ewf_read_errors(std::span<const EwfSegment> segments, const EwfSet& set);

}  // namespace pidometer
