#pragma once

#include <memory>

#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/btrfs/btrfs_data_reader.h"
#include "tsk_reader/file_system/btrfs/btrfs_file_map.h"

namespace pidometer {

/// The bytes of a mapped file in order, unpacked and checked; damage in file offsets. The reader
/// must outlive it. skip() does not read what it passes over.
std::unique_ptr<ByteStream> make_btrfs_stream(BtrfsDataReader& data, std::size_t sector_size,
                                              BtrfsFileMap map);

}  // namespace pidometer
