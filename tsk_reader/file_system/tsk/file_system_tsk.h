#pragma once

#include <cstdint>
#include <memory>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/file_system.h"

namespace pidometer {

/// The filesystems that libtsk reads for us. Named one by one: its autodetection costs 408 reads.
enum class TskFileSystemType { ntfs, fat, exfat, hfs, ufs, iso9660 };

/// NTFS, FAT, HFS+, UFS, ISO 9660 through libtsk. The volume must outlive it.
Result<std::unique_ptr<FileSystem>> open_tsk_file_system(BlockSource& volume,
                                                         TskFileSystemType type);

}  // namespace pidometer
