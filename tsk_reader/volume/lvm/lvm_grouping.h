#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/volume/lvm/lvm_physical_volume.h"

namespace pidometer {

/// A physical volume found on a volume of one of the images.
struct LvmMember {
  LvmPhysicalVolume pv;
  BlockSource* source = nullptr;
  std::string place;        ///< `p3`, or `p1 of b.raw` in another image
  std::size_t image = 0;    ///< in the order of the command line
  std::uint64_t start = 0;  ///< of the physical volume, bytes into its image
  std::size_t volume = 0;   ///< the caller's number for it
};

/// One volume group with what was found of it.
struct LvmGroup {
  std::shared_ptr<const LvmVolumeGroup> metadata;  ///< the newest sound one; never null
  std::vector<const LvmMember*> pvs;               ///< as metadata->pvs; null where one is missing
  std::vector<const LvmMember*> members;  ///< all of the group, removed ones too, in image order
  std::vector<const LvmMember*> copies;   ///< set aside: another member has their UUID
  std::vector<std::string> problems;      ///< one sentence each

  bool complete() const;
  /// The image that reads it: the first on the command line that holds a part.
  std::size_t owner() const { return members.front()->image; }
};

/// Puts physical volumes together into volume groups. `members` in the order of the command line
/// and of their images; they must outlive the groups.
///
/// Two members of one UUID are copies of one another (an image given twice, hosts made from one
/// template), and never end up in one group: each image's members stay together, a group that is
/// complete takes no more, and copies within one image are set aside but for the newest. Where
/// images of several copies are given, those whose metadata has the same seqno go together first.
std::vector<LvmGroup> group_physical_volumes(std::span<const LvmMember> members);

}  // namespace pidometer
