#pragma once

#include <memory>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/container/mapped/guest_map.h"
#include "tsk_reader/container/mapped/map_survey.h"

namespace pidometer {

/// What a GuestSource is made of.
struct GuestParts {
  std::unique_ptr<GuestMap> map;
  std::unique_ptr<BlockSource> below;  ///< null where there is none, or it is missing
  std::string below_missing;  ///< why `below` is null although the map has placements there
  MapSurvey survey;           ///< of `map`: what is known to be damaged before anything is read
  PathSpec path_spec;
};

/// The guest's disk out of a container, as a BlockSource. Ranges that lie below come from `below`;
/// where that is shorter, they are zeros by right, as for the virtual machine.
std::unique_ptr<BlockSource> make_guest_source(GuestParts parts);

}  // namespace pidometer
