#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tsk_reader/container/mapped/container_file.h"
#include "tsk_reader/container/vhdx/vhdx_header.h"

namespace pidometer {

/// Replays the log of a VHDX that was not closed ([MS-VHDX] 2.3) over `file`, in memory: the newest
/// sequence of entries that is whole, from its tail to its head. Returns how many entries; nothing
/// where the log names entries and no whole sequence is in it, or it is larger than can be held.
std::optional<std::uint64_t> replay_vhdx_log(ContainerFile& file, const VhdxHeader& header);

}  // namespace pidometer
