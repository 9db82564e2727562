#pragma once

#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// `source` with ranges that are known not to be evidence, whatever its bytes are there: zeros (or
/// a fill pattern) that the imaging tool left.
std::unique_ptr<BlockSource> mark_damage(std::unique_ptr<BlockSource> source, DamageList marked);

}  // namespace pidometer
