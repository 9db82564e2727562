#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/image_chain.h"
#include "tsk_reader/container/vmdk/vmdk_descriptor.h"

namespace pidometer {

/// A VMDK by its descriptor, or by a sparse extent with the descriptor inside: flat, sparse
/// (hosted, ESX, seSparse) and stream-optimised extents, parents below. An extent or parent that
/// cannot be had is damage. Errors: a header or descriptor that makes no sense, encryption.
Result<std::unique_ptr<BlockSource>> open_vmdk_source(std::unique_ptr<OsFile> file,
                                                      const std::filesystem::path& path,
                                                      ImageChain& chain);

/// The descriptor of a VMDK, in a file of its own or inside a sparse one; nothing where `file` has
/// none.
std::optional<VmdkDescriptor> read_vmdk_descriptor(OsFile& file);

}  // namespace pidometer
