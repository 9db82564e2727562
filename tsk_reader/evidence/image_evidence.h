#pragma once

#include <memory>

#include "base/result.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/evidence.h"
#include "tsk_reader/volume/volume_tree.h"

namespace pidometer {

/// An opened image as Evidence: its volumes, their filesystems, their logs. Takes the source;
/// `report` is what opening the container told, its damage grows with source->damage(). `given`
/// are the images that may hold the rest of an array or a volume group. `steps` may be null, else
/// outlives the evidence.
Result<std::unique_ptr<Evidence>> open_image_evidence(std::unique_ptr<BlockSource> source,
                                                      InputReport report,
                                                      const GivenImages& given = {},
                                                      StepNote* steps = nullptr);

}  // namespace pidometer
