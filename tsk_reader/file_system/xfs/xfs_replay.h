#pragma once

#include <memory>
#include <string>

#include "tsk_reader/bytes/overlay_source.h"
#include "tsk_reader/file_system/xfs/xfs_superblock.h"

namespace pidometer {

/// What became of the log of a filesystem that was in use.
struct XfsReplay {
  std::unique_ptr<OverlaySource> overlay;  ///< in 512-byte blocks; null where nothing is replayed
  std::string warning;                     ///< what is missing and why; empty where nothing is
};

/// Replays the log over `volume` in memory, as a mounting kernel does it on the disk
/// (xfs_log_recover.c): committed transactions in order, buffers that were freed left out, nothing
/// written over what is newer on the disk (v5). What the kernel does afterwards (freeing unlinked
/// files, ending operations that were begun) changes no file's bytes and is left out, but for
/// exchanges of extents, which are told. Logs of v4 are not replayed: no kernel that still writes
/// them was there to compare with. The volume must outlive it.
XfsReplay replay_xfs_log(BlockSource& volume, const XfsSuperblock& super);

}  // namespace pidometer
