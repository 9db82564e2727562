#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log_file.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// A run of a file's bytes and where they lie. Bytes of a file that no extent covers are a hole:
/// zeros by right.
struct FileExtent {
  std::uint64_t begin = 0;   ///< in the file
  std::uint64_t length = 0;  ///< bytes
  std::uint64_t source = 0;  ///< in the volume

  friend bool operator==(const FileExtent&, const FileExtent&) = default;
};

/// Where all the bytes of a file are.
struct FileMap {
  std::uint64_t size = 0;           ///< bytes
  std::vector<FileExtent> extents;  ///< sorted, disjoint
  DamageList lost;  ///< parts whose place is unknown: zeros stand in, damage says so
  std::optional<DamagedRange> missing_tail;  ///< from `size` on: what the stream does not deliver

  /// Appends; joins with the extent before where both the file and the volume go on.
  void add(const FileExtent& extent);

  /// Cuts a file that claims more than a volume of `volume_size` bytes can hold down to its last
  /// extent; the rest becomes missing_tail: zeros without end are no evidence.
  void bound_to(std::uint64_t volume_size);

  /// Everything that no extent covers becomes lost. For a map whose own blocks are damaged: what
  /// looks like a hole need not be one.
  void distrust_holes(const std::string& reason);

  /// Whether every byte has its place on the volume.
  bool is_whole() const;
};

/// The bytes of a mapped file in order. Damage of the source becomes damage in file offsets. The
/// source must outlive it. skip() does not read what it passes over; damage known there is listed.
std::unique_ptr<ByteStream> make_extent_stream(BlockSource& source, FileMap map);

/// A stream over bytes already in memory: a file kept inside its inode.
std::unique_ptr<ByteStream> make_memory_stream(std::vector<std::byte> bytes,
                                               std::vector<DamagedRange> damage = {});

}  // namespace pidometer
