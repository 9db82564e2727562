#pragma once

#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/evidence.h"

namespace pidometer {

/// Opens an image by the content of its first segment: E01, virtual disks, raw or split raw. Fills
/// kind, segments, size, stored hashes, damage and warnings of `report` (its name is set by the
/// caller). Errors name containers that are not read, and an E01 whose header is destroyed is never
/// taken for raw.
Result<std::unique_ptr<BlockSource>> open_block_source(const InputGroup& group,
                                                       InputReport& report);

}  // namespace pidometer
