#pragma once

#include <filesystem>
#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/image_chain.h"

namespace pidometer {

/// A VHD: fixed, dynamic, or differencing with its parents below. Errors: neither copy of the
/// footer makes sense, a dynamic header that makes none.
Result<std::unique_ptr<BlockSource>> open_vhd_source(std::unique_ptr<OsFile> file,
                                                     const std::filesystem::path& path,
                                                     ImageChain& chain);

}  // namespace pidometer
