#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/structure_reader.h"

namespace pidometer {

/// What the superblock of a Linux md RAID member says (linux/raid/md_p.h; validated as in the
/// kernel's drivers/md/md.c, super_90_load, super_1_load and their validate functions).
struct MdSuperblock {
  std::string version;       ///< `0.90`, `1.0`, `1.1`, `1.2`: where it lies
  std::uint64_t offset = 0;  ///< of the superblock, bytes
  std::string array_uuid;    ///< 32 hexadecimal digits
  std::string name;          ///< `web01:root`; empty in 0.90
  std::int32_t level = 0;
  std::uint32_t raid_disks = 0;
  std::uint64_t data_offset = 0;  ///< bytes
  std::uint64_t size = 0;         ///< bytes of a member that the array uses
  std::uint64_t events = 0;       ///< grows with every change of state: the highest is the newest
  std::uint64_t created = 0;      ///< seconds, to tell an old superblock from a newer one
  std::string member_id;          ///< of this member: its UUID; in 0.90 its number
  std::uint32_t number = 0;
  std::optional<std::uint32_t> role;  ///< in the array; absent in a spare or faulty member
  std::string state;                  ///< `spare`, `faulty`, `journal`; empty where it has a role
  bool replacement = false;           ///< a hot replacement of the member of its role
  std::optional<std::uint64_t> rebuilt;  ///< bytes from data_offset on that are right; absent: all
  bool clean = false;                    ///< the members agree everywhere
  std::map<std::uint32_t, bool> active;  ///< number: whether this member thinks it has a role
  std::vector<ByteRange> bad_blocks;     ///< bytes of the member that md could not write or read
  bool checksum_right = false;
  std::string unsupported;  ///< "it is being reshaped"; the level is not among the reasons

  /// `web01:root`, else the UUID's beginning.
  std::string title() const;
};

/// `RAID1`, `linear`, `multipath`, `container`.
std::string md_level_name(std::int32_t level);

/// The member's superblock: version 1.1 at the start, 1.2 at 4 KiB, 1.0 some 8 KiB and 0.90 some
/// 64 KiB before the end. Of several that make sense the one with a right checksum that was made
/// last. One that contradicts itself is none. A wrong checksum alone is told by checksum_right.
std::optional<MdSuperblock> read_md_superblock(StructureReader& reader);

}  // namespace pidometer
