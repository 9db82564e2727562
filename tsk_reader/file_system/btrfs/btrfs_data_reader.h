#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

namespace pidometer {

/// Reads the contents of files and holds every sector against its checksum. A sector that fails is
/// looked for in the other copies (which is told); where none is right, zeros stand in.
class BtrfsDataReader {
 public:
  explicit BtrfsDataReader(BtrfsVolume& volume);

  /// A checksum that a replayed log brought for a sector; valid over the checksum tree's. Call
  /// finish_log() after the last one.
  void add_logged(std::uint64_t logical, std::span<const std::byte> checksum);
  void finish_log();
  void forget_log() { logged_.clear(); }

  /// Fills `out` from `logical` on; both are multiples of the sector size. `damage` gets what is
  /// lost, in bytes from `logical` on. With `checked`, data without checksums are read and told.
  Result<void> read(std::uint64_t logical, std::span<std::byte> out, bool checked,
                    DamageList& damage);

 private:
  /// A checksum a sector; those that are not known are marked.
  struct Sums {
    std::vector<std::byte> bytes;
    std::vector<bool> known;
  };
  struct Logged {
    std::uint64_t logical;
    std::array<std::byte, kBtrfsChecksumField> checksum;
  };

  Sums checksums(std::uint64_t logical, std::size_t sectors);
  Result<void> read_chunk(std::uint64_t logical, std::span<std::byte> out, bool checked,
                          std::uint64_t shift, DamageList& damage);
  Result<bool> read_other_copy(const BtrfsPlace& place, std::uint64_t offset,
                               std::span<std::byte> sector, std::span<const std::byte> sum,
                               std::string_view fault);

  BtrfsVolume& volume_;
  std::optional<BtrfsTreeRoot> tree_;
  std::size_t sector_;
  std::size_t sum_size_;
  std::vector<Logged> logged_;  ///< sorted by address; of equal ones the last counts
};

}  // namespace pidometer
