#pragma once

#include <tsk/libtsk.h>

#include <memory>

#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

struct TskFileCloser {
  void operator()(TSK_FS_FILE* file) const { tsk_fs_file_close(file); }
};
using TskFile = std::unique_ptr<TSK_FS_FILE, TskFileCloser>;

/// The default attribute of a file: from its runs where they say it all, through libtsk where it
/// unpacks (NTFS and HFS+ compression). The reader and the filesystem must outlive the stream.
Result<std::unique_ptr<ByteStream>> make_tsk_stream(TskFile file, StructureReader& reader);

}  // namespace pidometer
