#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tsk_reader/file_system/ext/jbd2_superblock.h"

namespace pidometer {

/// What a block of jbd2's own says it is.
enum class Jbd2BlockType : std::uint32_t {
  descriptor = 1,  ///< which blocks of the filesystem follow
  commit = 2,      ///< the transaction is whole
  superblock_v1 = 3,
  superblock_v2 = 4,
  revoke = 5,  ///< blocks whose older copies must not be replayed
};

/// The first 12 bytes of a block of jbd2's own.
struct Jbd2Header {
  std::uint32_t type = 0;
  std::uint32_t sequence = 0;
  bool valid = false;  ///< the magic number is there

  bool is(Jbd2BlockType wanted) const {
    return valid && type == static_cast<std::uint32_t>(wanted);
  }
};
Jbd2Header parse_jbd2_header(std::span<const std::byte> block);

/// One entry of a descriptor block: the block of the journal that follows is a copy of this one.
struct Jbd2Tag {
  std::uint64_t block = 0;     ///< of the filesystem
  std::uint32_t checksum = 0;  ///< of the copy; 16 bits with version 2, 0 without checksums
  bool escaped = false;        ///< the copy's first word is 0 in place of kJbd2Magic
};

/// The tags of a descriptor block of block_size bytes, in the order of the copies. Forms:
/// journal_block_tag_t (8 bytes, 12 with 64 bits, 2 more with checksums v2), journal_block_tag3_t
/// (16), each followed by a UUID where the flag says so. What is cut off at the block's end is left
/// out, as count_tags() and jbd2_do_replay() in fs/jbd2/recovery.c do.
std::vector<Jbd2Tag> parse_jbd2_tags(const Jbd2Superblock& super, std::span<const std::byte> block);

/// The blocks that a revoke block names. False where its count does not fit the block; the kernel
/// then gives up.
bool parse_jbd2_revokes(const Jbd2Superblock& super, std::span<const std::byte> block,
                        std::vector<std::uint64_t>& blocks);

/// Checksum in the last 4 bytes of a descriptor or revoke block; true without checksums v2 and v3.
bool jbd2_tail_checksum_holds(const Jbd2Superblock& super, std::span<const std::byte> block);

/// A commit block (struct commit_header).
struct Jbd2Commit {
  std::uint64_t seconds = 0;        ///< when it was written, by the host's clock
  std::uint32_t checksum = 0;       ///< h_chksum[0]
  std::uint32_t checksum_type = 0;  ///< of version 1: 1 is crc32 (big-endian)
  std::uint32_t checksum_size = 0;
};
Jbd2Commit parse_jbd2_commit(std::span<const std::byte> block);

/// Versions 2 and 3: over the commit block itself. A block of which only the header was written is
/// taken too, as by jbd2_commit_block_csum_verify_partial(). True without those checksums.
bool jbd2_commit_checksum_holds(const Jbd2Superblock& super, std::span<const std::byte> block);

/// Of a copy, as it lies in the journal (escaped), against its tag; true without checksums v2, v3.
bool jbd2_copy_checksum_holds(const Jbd2Superblock& super, std::uint32_t tag_checksum,
                              std::uint32_t sequence, std::span<const std::byte> copy);

}  // namespace pidometer
