#pragma once

#include <memory>

#include "base/result.h"
#include "tsk_reader/container/mapped/guest_map.h"

namespace pidometer {

/// The magic of a space-efficient sparse extent (ESXi 6.5 and later), little-endian at its start.
inline constexpr std::uint64_t kSeSparseMagic = 0x00000000cafebabe;

/// A seSparse extent. The format has no public description; as qemu reads it (block/vmdk.c,
/// vmdk_open_se_sparse, get_cluster_offset). Errors, without the file's name: another version, a
/// journal that was not replayed.
Result<std::unique_ptr<GuestMap>> open_sesparse_map(std::unique_ptr<ContainerFile> file,
                                                    bool has_parent);

}  // namespace pidometer
