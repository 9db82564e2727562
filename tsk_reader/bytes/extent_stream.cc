#include "tsk_reader/bytes/extent_stream.h"

#include <algorithm>
#include <utility>

namespace pidometer {
namespace {

class ExtentStream final : public ByteStream {
 public:
  ExtentStream(BlockSource& source, FileMap map) : source_(source), map_(std::move(map)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    std::size_t filled = 0;
    while (filled < out.size() && position_ < map_.size) {
      const Piece piece = next_piece(out.size() - filled);
      const auto part = out.subspan(filled, piece.length);
      if (piece.mapped) {
        if (const auto done = source_.read_at(piece.source, part); !done)
          return tl::unexpected(done.error());
      } else {
        std::fill(part.begin(), part.end(), std::byte{0});
      }
      note_damage(piece);
      position_ += piece.length;
      filled += piece.length;
    }
    note_end();
    return filled;
  }

  Result<std::uint64_t> skip(std::uint64_t count) override {
    std::uint64_t passed = 0;
    while (passed < count && position_ < map_.size) {
      const Piece piece = next_piece(count - passed);
      note_damage(piece);
      position_ += piece.length;
      passed += piece.length;
    }
    note_end();
    return passed;
  }

  const std::vector<DamagedRange>& damage() const override { return damage_.all(); }

 private:
  struct Piece {
    std::size_t length;
    bool mapped;
    std::uint64_t source;
  };

  /// What lies at position_: at most `limit` bytes of one extent or one hole.
  Piece next_piece(std::uint64_t limit) {
    const auto& extents = map_.extents;
    while (cursor_ < extents.size() &&
           extents[cursor_].begin + extents[cursor_].length <= position_)
      ++cursor_;
    std::uint64_t end = map_.size;
    bool mapped = false;
    std::uint64_t source = 0;
    if (cursor_ < extents.size()) {
      const FileExtent& extent = extents[cursor_];
      mapped = extent.begin <= position_;
      end = std::min(end, mapped ? extent.begin + extent.length : extent.begin);
      if (mapped) source = extent.source + (position_ - extent.begin);
    }
    const std::uint64_t length = std::min({limit, end - position_, kLongestPiece});
    return {static_cast<std::size_t>(length), mapped, source};
  }

  void note_damage(const Piece& piece) {
    const ByteRange here{position_, position_ + piece.length};
    if (piece.mapped) {
      for (const auto& one : source_.damage({piece.source, piece.source + piece.length}))
        damage_.add({here.begin + (one.range.begin - piece.source),
                     here.begin + (one.range.end - piece.source)},
                    one.reason);
    }
    for (const auto& one : map_.lost.clipped(here)) damage_.add(one.range, one.reason);
  }

  void note_end() {
    if (position_ == map_.size && map_.missing_tail)
      damage_.add(map_.missing_tail->range, map_.missing_tail->reason);
  }

  /// Keeps the lengths of skip() within size_t on every machine.
  static constexpr std::uint64_t kLongestPiece = std::uint64_t{1} << 30;

  BlockSource& source_;
  FileMap map_;
  DamageList damage_;
  std::uint64_t position_ = 0;
  std::size_t cursor_ = 0;
};

class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::vector<std::byte> bytes, std::vector<DamagedRange> damage)
      : bytes_(std::move(bytes)), damage_(std::move(damage)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size() - position_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
    position_ += count;
    return count;
  }
  const std::vector<DamagedRange>& damage() const override { return damage_; }

 private:
  std::vector<std::byte> bytes_;
  std::vector<DamagedRange> damage_;
  std::size_t position_ = 0;
};

}  // namespace

void FileMap::add(const FileExtent& extent) {
  if (extent.length == 0) return;
  if (!extents.empty()) {
    FileExtent& last = extents.back();
    if (last.begin + last.length == extent.begin && last.source + last.length == extent.source) {
      last.length += extent.length;
      return;
    }
  }
  extents.push_back(extent);
}

void FileMap::bound_to(std::uint64_t volume_size) {
  if (size <= volume_size) return;
  const std::uint64_t end = extents.empty() ? 0 : extents.back().begin + extents.back().length;
  if (end >= size) return;
  missing_tail = {{end, size}, "the file claims more bytes than its volume holds"};
  size = end;
}

void FileMap::distrust_holes(const std::string& reason) {
  std::uint64_t at = 0;
  for (const FileExtent& extent : extents) {
    if (extent.begin > at) lost.add({at, extent.begin}, reason);
    at = std::max(at, extent.begin + extent.length);
  }
  lost.add({std::min(at, size), size}, reason);
}

bool FileMap::is_whole() const {
  std::uint64_t covered = 0;
  for (const FileExtent& extent : extents) covered += extent.length;
  return covered >= size && lost.empty() && !missing_tail;
}

std::unique_ptr<ByteStream> make_extent_stream(BlockSource& source, FileMap map) {
  return std::make_unique<ExtentStream>(source, std::move(map));
}

std::unique_ptr<ByteStream> make_memory_stream(std::vector<std::byte> bytes,
                                               std::vector<DamagedRange> damage) {
  return std::make_unique<MemoryStream>(std::move(bytes), std::move(damage));
}

}  // namespace pidometer
