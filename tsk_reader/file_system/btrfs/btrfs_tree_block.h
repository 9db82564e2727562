#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tsk_reader/file_system/btrfs/btrfs_format.h"

namespace pidometer {

/// One block of a tree, copied out of the volume. A leaf (level 0) holds items, others hold
/// children. Every accessor is safe for every index below count().
class BtrfsTreeBlock {
 public:
  /// `bytes` is the whole block.
  explicit BtrfsTreeBlock(std::vector<std::byte> bytes);

  std::uint64_t logical() const { return le64(bytes_, 48); }
  std::uint64_t generation() const { return le64(bytes_, 80); }
  std::uint64_t owner() const { return le64(bytes_, 88); }
  std::uint8_t level() const { return static_cast<std::uint8_t>(read_le(bytes_, 100, 1)); }
  BtrfsUuid fsid() const { return btrfs_uuid_at(bytes_, 32); }
  std::span<const std::byte> bytes() const { return bytes_; }

  /// Items or children; 0 where the header claims more than fit.
  std::size_t count() const { return count_; }
  BtrfsKey key(std::size_t index) const;

  /// Of a leaf: an item's bytes, and whether they lie within the block (else none are given).
  bool has_data(std::size_t index) const;
  std::span<const std::byte> data(std::size_t index) const;

  /// Of a level above: where a child lies and the generation it must have.
  std::uint64_t child(std::size_t index) const;
  std::uint64_t child_generation(std::size_t index) const;

  /// What is wrong with its form: too many items, a level that does not exist, keys out of order.
  /// Empty where nothing is.
  const std::string& fault() const { return fault_; }
  /// Whether key() grows from index to index.
  bool sorted() const { return sorted_; }

  /// Its checksum is wrong or it is not the block that its parent means: it is used because there
  /// is no better one.
  bool doubtful() const { return doubtful_; }
  void doubt() { doubtful_ = true; }

 private:
  std::size_t at(std::size_t index) const;

  std::vector<std::byte> bytes_;
  std::size_t count_ = 0;
  bool sorted_ = true;
  bool doubtful_ = false;
  std::string fault_;
};

}  // namespace pidometer
