#pragma once

#include "tsk_reader/volume/volume_scanner.h"

namespace pidometer {

/// scan_volumes(), but for a disk that is an md member as a whole and shows the partition table of
/// the array at its start (metadata 1.0 and 0.90 lie at the end): that one is `whole`. Where both a
/// partition table and a superblock are there and cannot belong together, the partitions stay and a
/// warning names the superblock.
ScannedVolumes scan_whole_disk(BlockSource& disk);

}  // namespace pidometer
