#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/warning.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/volume/md/md_mirror_source.h"
#include "tsk_reader/volume/md/md_superblock.h"

namespace pidometer {

/// An md member found on a volume of one of the images.
struct MdMember {
  MdSuperblock super;
  BlockSource* source = nullptr;
  std::string place;        ///< `p1`, or `p1 of b.raw` in another image
  std::size_t image = 0;    ///< in the order of the command line
  std::uint64_t start = 0;  ///< of the member, bytes into its image
  std::size_t volume = 0;   ///< the caller's number for it
};

/// One array with what was found of it.
struct MdArray {
  std::vector<const MdMember*> members;  ///< all, in image order; never empty
  std::vector<const MdMember*> legs;     ///< what may be read, the best first; empty: nothing may
  std::vector<const MdMember*> copies;   ///< set aside: another member has their identity
  std::string unsupported;               ///< why it is not read

  const MdSuperblock& super() const { return (legs.empty() ? members : legs).front()->super; }
  /// As many members in sync as it has places.
  bool complete() const;
  std::size_t owner() const { return members.front()->image; }
  /// Why this member is not read; empty for a leg: `stale`, `spare`, ...
  std::string member_words(const MdMember& member) const;
  /// "md RAID1 array web01:root (metadata 1.2), 1 of 2 members: p1".
  std::string description() const;
};

/// Puts members together by the UUID of their array. Members of different images that are the same
/// member (copies) never share an array; images of copies keep to themselves as far as they are
/// complete. `members` must outlive the arrays.
std::vector<MdArray> group_md_members(std::span<const MdMember> members);

/// The bytes of a RAID1 array with at least one leg.
std::unique_ptr<MdMirrorSource> make_md_mirror(const MdArray& array);

}  // namespace pidometer
