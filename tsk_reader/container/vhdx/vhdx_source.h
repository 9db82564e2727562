#pragma once

#include <filesystem>
#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/image_chain.h"

namespace pidometer {

/// A VHDX: fixed, dynamic, or differencing with its parents below; a log that was not written back
/// is replayed in memory. Errors: headers, regions or metadata that make no sense.
Result<std::unique_ptr<BlockSource>> open_vhdx_source(std::unique_ptr<OsFile> file,
                                                      const std::filesystem::path& path,
                                                      ImageChain& chain);

}  // namespace pidometer
