#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// An E01 image over the segment files given (in any order). libewf reads sets that are whole;
/// pidometer's own reader takes those of which something is missing or damaged in structure, where
/// libewf refuses or gives bytes of another place. Adds the stored hashes and a warning for each
/// damaged segment to `report`. Errors: segment 1 is missing, no segment describes the
/// media.
Result<std::unique_ptr<BlockSource>> open_ewf_source(
    std::span<const std::filesystem::path> segments, InputReport& report);

}  // namespace pidometer
