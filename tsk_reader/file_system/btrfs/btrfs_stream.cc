#include "tsk_reader/file_system/btrfs/btrfs_stream.h"

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/btrfs/btrfs_unpack.h"

namespace pidometer {
namespace {

/// Read at once of an extent that is not compressed: few reads, and no more than a look-ahead.
constexpr std::uint64_t kWindow = 256 * 1024;

class BtrfsStream final : public ByteStream {
 public:
  BtrfsStream(BtrfsDataReader& data, std::size_t sector_size, BtrfsFileMap map)
      : data_(data), sector_(sector_size), map_(std::move(map)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    std::size_t filled = 0;
    while (filled < out.size() && position_ < map_.size) {
      const Stretch here = stretch(out.size() - filled);
      const auto part = out.subspan(filled, here.length);
      if (here.piece == nullptr) {
        std::fill(part.begin(), part.end(), std::byte{0});
      } else if (const auto done = fill(*here.piece, part); !done) {
        return tl::unexpected(done.error());
      }
      advance(here.length);
      filled += here.length;
    }
    return filled;
  }

  Result<std::uint64_t> skip(std::uint64_t count) override {
    std::uint64_t passed = 0;
    while (passed < count && position_ < map_.size) {
      const Stretch here = stretch(count - passed);
      advance(here.length);
      passed += here.length;
    }
    return passed;
  }

  const std::vector<DamagedRange>& damage() const override { return damage_.all(); }

 private:
  struct Stretch {
    std::size_t length;
    const BtrfsPiece* piece;  ///< null for zeros
  };
  /// The bytes of one piece that are in memory, [begin, begin + bytes.size()) of the file.
  struct Window {
    const BtrfsPiece* piece = nullptr;
    std::uint64_t begin = 0;
    std::vector<std::byte> bytes;
  };

  Stretch stretch(std::uint64_t limit) {
    const auto& pieces = map_.pieces;
    while (cursor_ < pieces.size() && pieces[cursor_].begin + pieces[cursor_].length <= position_)
      ++cursor_;
    std::uint64_t end = map_.size;
    const BtrfsPiece* piece = nullptr;
    if (cursor_ < pieces.size()) {
      const bool inside = pieces[cursor_].begin <= position_;
      if (inside) piece = &pieces[cursor_];
      end = std::min(end, inside ? piece->begin + piece->length : pieces[cursor_].begin);
    }
    return {static_cast<std::size_t>(std::min({limit, end - position_, kLongestStretch})), piece};
  }

  void advance(std::uint64_t length) {
    for (const auto& one : map_.lost.clipped({position_, position_ + length}))
      damage_.add(one.range, one.reason);
    position_ += length;
    if (position_ == map_.size && map_.missing_tail)
      damage_.add(map_.missing_tail->range, map_.missing_tail->reason);
  }

  /// `out` lies within the piece, from position_ on.
  Result<void> fill(const BtrfsPiece& piece, std::span<std::byte> out) {
    const std::uint64_t begin = position_;
    for (std::size_t filled = 0; filled < out.size();) {
      const std::uint64_t at = begin + filled;
      const bool held = window_.piece == &piece && at >= window_.begin &&
                        at - window_.begin < window_.bytes.size();
      if (!held)
        if (const auto done = load(piece, at); !done) return done;
      const auto from = static_cast<std::size_t>(at - window_.begin);
      const std::size_t count = std::min(out.size() - filled, window_.bytes.size() - from);
      std::copy_n(window_.bytes.begin() + static_cast<std::ptrdiff_t>(from), count,
                  out.begin() + static_cast<std::ptrdiff_t>(filled));
      filled += count;
    }
    return {};
  }

  Result<void> load(const BtrfsPiece& piece, std::uint64_t at) {
    window_.piece = nullptr;
    if (piece.kind == BtrfsPiece::Kind::plain) {
      if (const auto done = load_plain(piece, at); !done) return done;
    } else {
      window_.begin = piece.begin;
      if (piece.kind == BtrfsPiece::Kind::memory) {
        window_.bytes = piece.bytes;
      } else if (const auto done = load_packed(piece); !done) {
        return done;
      }
    }
    window_.piece = &piece;
    return {};
  }

  Result<void> load_plain(const BtrfsPiece& piece, std::uint64_t at) {
    const std::uint64_t within = (at - piece.begin) / sector_ * sector_;
    const std::uint64_t length = std::min(kWindow, piece.length - within);
    window_.begin = piece.begin + within;
    // The last sector of a file is read whole: its checksum covers all of it.
    window_.bytes.resize(static_cast<std::size_t>((length + sector_ - 1) / sector_ * sector_));
    DamageList met;
    const auto done = data_.read(piece.logical + within, window_.bytes, map_.checked, met);
    if (!done) return done;
    window_.bytes.resize(static_cast<std::size_t>(length));
    for (const auto& one : met.clipped({0, length}))
      damage_.add({window_.begin + one.range.begin, window_.begin + one.range.end}, one.reason);
    return {};
  }

  /// Two pieces of one extent (a part of it was overwritten, or shared) unpack it once.
  Result<void> load_packed(const BtrfsPiece& piece) {
    if (!unpacked_ || unpacked_logical_ != piece.logical || unpacked_size_ != piece.unpacked) {
      if (const auto done = unpack(piece); !done) return done;
    }
    const auto length = static_cast<std::size_t>(piece.length);
    const std::size_t have = std::min(unpacked_->bytes.size(), piece.skip + length);
    window_.bytes.assign(length, std::byte{0});
    if (have > piece.skip)
      std::copy_n(unpacked_->bytes.begin() + static_cast<std::ptrdiff_t>(piece.skip),
                  have - piece.skip, window_.bytes.begin());
    const std::uint64_t whole = piece.begin + std::max(have, piece.skip) - piece.skip;
    damage_.add({whole, piece.begin + piece.length}, unpacked_->failure);
    return {};
  }

  Result<void> unpack(const BtrfsPiece& piece) {
    std::vector<std::byte> packed(static_cast<std::size_t>(piece.disk_bytes));
    DamageList met;
    const auto done = data_.read(piece.logical, packed, map_.checked, met);
    if (!done) return done;
    // What comes before the first damaged byte unpacks as it was.
    if (!met.empty()) packed.resize(static_cast<std::size_t>(met.all().front().range.begin));
    BtrfsUnpacked result = unpack_btrfs_extent(piece.compression, packed, piece.unpacked, sector_);
    // The damage may lie in what fills the extent's last sector up, behind the packed data.
    if (!result.failure.empty())
      result.failure =
          "compressed extent: " + (met.empty() ? result.failure : met.all().front().reason);
    unpacked_ = std::move(result);
    unpacked_logical_ = piece.logical;
    unpacked_size_ = piece.unpacked;
    return {};
  }

  /// Keeps the lengths of skip() within size_t on every machine.
  static constexpr std::uint64_t kLongestStretch = std::uint64_t{1} << 30;

  BtrfsDataReader& data_;
  std::uint64_t sector_;
  BtrfsFileMap map_;
  DamageList damage_;
  std::uint64_t position_ = 0;
  std::size_t cursor_ = 0;
  Window window_;
  std::optional<BtrfsUnpacked> unpacked_;
  std::uint64_t unpacked_logical_ = 0;
  std::size_t unpacked_size_ = 0;
};

}  // namespace

std::unique_ptr<ByteStream> make_btrfs_stream(BtrfsDataReader& data, std::size_t sector_size,
                                              BtrfsFileMap map) {
  return std::make_unique<BtrfsStream>(data, sector_size, std::move(map));
}

}  // namespace pidometer
