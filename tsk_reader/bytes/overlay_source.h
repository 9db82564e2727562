#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// A block of a source whose bytes lie elsewhere in the same source, as a journal has logged them.
struct MovedBlock {
  std::uint64_t block = 0;             ///< number of the block that is replaced
  std::uint64_t place = 0;             ///< in the source below, bytes: where its bytes are
  std::array<std::byte, 4> head = {};  ///< stands in place of its first bytes where has_head
  bool has_head = false;

  friend bool operator==(const MovedBlock&, const MovedBlock&) = default;
};

/// Another source with some of its blocks replaced: what a filesystem is after its journal was
/// replayed, without a byte written. Moved blocks are read when they are asked for, so that damage
/// of the image where the journal lies is damage of the block that is read through it. The source
/// below must outlive it.
class OverlaySource final : public BlockSource {
 public:
  /// `block_size` in bytes, not 0.
  OverlaySource(BlockSource& below, std::uint32_t block_size)
      : below_(below), block_size_(block_size) {}

  /// Replaces what was given before. Sorts; of two moves of one block the later stands.
  void set_moved(std::vector<MovedBlock> blocks);

  /// Replaces a block by bytes in memory (block_size of them); goes before a moved block.
  void replace(std::uint64_t block, std::vector<std::byte> bytes);

  /// Bytes that are read as they are below, and that should be others: a replacement that is known
  /// to have been and cannot be had.
  void mark_damaged(ByteRange range, const std::string& reason) { marked_.add(range, reason); }

  BlockSource& below() const { return below_; }
  bool empty() const { return moved_.empty() && in_memory_.empty(); }
  std::uint32_t block_size() const { return block_size_; }

  /// The parts of `range` that lie in replaced blocks, sorted and joined.
  std::vector<ByteRange> replaced(ByteRange range) const;

  std::uint64_t size() const override { return below_.size(); }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override;
  std::vector<DamagedRange> damage(ByteRange range) const override;
  PathSpec path_spec() const override { return below_.path_spec(); }
  /// As below: a replaced block has its place there too.
  std::optional<ImagePlace> image_place(std::uint64_t offset) const override {
    return below_.image_place(offset);
  }

 private:
  /// Bytes of one origin.
  struct Piece {
    std::uint64_t length;               ///< bytes, at most as asked for
    const MovedBlock* moved = nullptr;  ///< neither of both: as below
    const std::vector<std::byte>* bytes = nullptr;
  };
  Piece piece_at(std::uint64_t offset, std::uint64_t limit) const;

  BlockSource& below_;
  std::uint32_t block_size_;
  std::vector<MovedBlock> moved_;  ///< sorted by block, each block once
  std::map<std::uint64_t, std::vector<std::byte>> in_memory_;
  DamageList marked_;
};

}  // namespace pidometer
