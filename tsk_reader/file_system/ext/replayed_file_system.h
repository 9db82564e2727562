#pragma once

#include <memory>

#include "tsk_reader/bytes/overlay_source.h"
#include "tsk_reader/file_system/ext/file_system_ext2fs.h"

namespace pidometer {

/// The filesystem `after` the replay, which reads through `overlay`, with the one `before` it,
/// which reads the volume as it is: the difference is what FileSystem::replayed() tells.
std::unique_ptr<FileSystem> make_replayed_file_system(std::unique_ptr<ExtFileSystem> before,
                                                      std::unique_ptr<OverlaySource> overlay,
                                                      std::unique_ptr<ExtFileSystem> after);

}  // namespace pidometer
