#pragma once

#include <filesystem>
#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/image_chain.h"

namespace pidometer {

/// The active state of a qcow2 image (versions 2 and 3), its backing files below. A backing file
/// that cannot be had makes the clusters it should give damage; without one they are zeros by
/// right. Errors: a header that makes no sense, encryption, a feature that is not known.
Result<std::unique_ptr<BlockSource>> open_qcow2_source(std::unique_ptr<OsFile> file,
                                                       const std::filesystem::path& path,
                                                       ImageChain& chain);

}  // namespace pidometer
