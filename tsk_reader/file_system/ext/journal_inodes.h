#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tsk_reader/file_system/ext/file_system_ext2fs.h"

namespace pidometer {

/// More files whose names are not known are not listed of one volume: each is opened to see whether
/// it is a log. Those of the log folders are never left out.
inline constexpr std::size_t kMostNamelessInodes = 10'000;

/// Files that older copies of their inodes in the journal tell of, and that are deleted, or shorter
/// now: of each (inode, generation) its newest copy that still has bytes. unlink(2) and truncate(2)
/// clear an inode's map on ext3 and ext4, while the journal keeps the block as it was before, often
/// for weeks. Names come from the present blocks of `directories` and their copies in the journal.
///
/// Block by block it is checked who owns the bytes now: a block of another file's is lost, and
/// damage says so. A block that is free may have been another file's in the meantime. Nothing where
/// there is no journal. `volume` is that of the filesystem, without any replay.
Result<std::vector<DeletedFile>> find_journal_inodes(ExtFileSystem& file_system,
                                                     BlockSource& volume,
                                                     std::span<const std::uint64_t> directories);

}  // namespace pidometer
