#pragma once

#include <memory>

#include "tsk_reader/block_source.h"

namespace pidometer {

/// `length` bytes of `parent` from `offset` as a source of their own: a partition. `layers` (may be
/// empty) go in front of the parent's path spec. The parent must outlive it and may be shared.
/// Length is what a partition table says: where the parent ends before, reading gives zeros and
/// damage.
std::unique_ptr<BlockSource> make_range_source(BlockSource& parent, std::uint64_t offset,
                                               std::uint64_t length, PathSpec layers);

}  // namespace pidometer
