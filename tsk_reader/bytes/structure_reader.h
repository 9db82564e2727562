#pragma once

#include <cstdint>
#include <span>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// Reads a filesystem's or partition table's own structures and remembers the damage met there: a
/// directory read as zeros is a log that is silently missing. Contents of files do not come this
/// way. Does not own the source.
class StructureReader {
 public:
  explicit StructureReader(BlockSource& source) : source_(source) {}

  BlockSource& source() { return source_; }
  std::uint64_t size() const { return source_.size(); }

  /// As BlockSource::read_at; false where the source no longer answers. Bytes past the end of the
  /// source are zeros.
  bool read_at(std::uint64_t offset, std::span<std::byte> out);

  /// Damage met so far, offsets of the source.
  const DamageList& damage() const { return damage_; }

  /// How many reads met damage. Grows with every such read, even of the same bytes.
  std::uint64_t damaged_reads() const { return damaged_reads_; }

  /// Reads since the last start_operation().
  std::uint64_t reads() const { return reads_; }
  void start_operation() { reads_ = 0; }

 private:
  BlockSource& source_;
  DamageList damage_;
  std::uint64_t damaged_reads_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace pidometer
