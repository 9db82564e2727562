#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tsk_reader/volume/volume_scanner.h"

namespace pidometer {

/// One of the images that were given together.
struct GivenImage {
  std::string name;  ///< as on the command line
  std::function<Result<std::unique_ptr<BlockSource>>()> open;
};

/// All images of the command line in its order, the one that is looked into among them.
struct GivenImages {
  std::vector<GivenImage> images;
  std::size_t own = 0;  ///< its `open` is never called
};

/// The volumes of an image and what they stand on.
struct VolumeTree {
  /// What volumes read from and what is no volume itself: must outlive them.
  std::vector<std::unique_ptr<BlockSource>> below;
  ScannedVolumes scanned;
  /// What became known only in reading; appended to by each of the calls.
  std::vector<std::function<void(std::vector<Warning>&)>> later;
};

/// Partitions, and what lies on them or on the whole image: md RAID1 arrays, LVM2 logical volumes,
/// partition tables in these, and so on. The other images are opened only where an array or a
/// volume group lacks members; the first image of the command line that holds a member reads the
/// whole, and in the others the member's volume says so. `image` must outlive the volumes. Never
/// fails: what makes no sense is a warning.
VolumeTree scan_volume_tree(BlockSource& image, const GivenImages& given);

}  // namespace pidometer
