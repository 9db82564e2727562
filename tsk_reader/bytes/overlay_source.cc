#include "tsk_reader/bytes/overlay_source.h"

#include <algorithm>
#include <utility>

namespace pidometer {

void OverlaySource::set_moved(std::vector<MovedBlock> blocks) {
  const auto by_block = [](const MovedBlock& a, const MovedBlock& b) { return a.block < b.block; };
  if (!std::is_sorted(blocks.begin(), blocks.end(), by_block))
    std::stable_sort(blocks.begin(), blocks.end(), by_block);
  moved_.clear();
  moved_.reserve(blocks.size());
  for (const MovedBlock& one : blocks) {
    if (!moved_.empty() && moved_.back().block == one.block)
      moved_.back() = one;
    else
      moved_.push_back(one);
  }
}

void OverlaySource::replace(std::uint64_t block, std::vector<std::byte> bytes) {
  bytes.resize(block_size_);
  in_memory_[block] = std::move(bytes);
}

OverlaySource::Piece OverlaySource::piece_at(std::uint64_t offset, std::uint64_t limit) const {
  const std::uint64_t block = offset / block_size_;
  const auto kept = in_memory_.lower_bound(block);
  const auto moved =
      std::lower_bound(moved_.begin(), moved_.end(), block,
                       [](const MovedBlock& one, std::uint64_t at) { return one.block < at; });
  const std::uint64_t to_block_end = block_size_ - offset % block_size_;
  if (kept != in_memory_.end() && kept->first == block)
    return {std::min(limit, to_block_end), nullptr, &kept->second};
  if (moved != moved_.end() && moved->block == block)
    return {std::min(limit, to_block_end), &*moved, nullptr};
  // Up to the next replaced block in one piece. Distances in blocks, since a hostile block number
  // times the block size need not fit.
  std::uint64_t blocks = limit / block_size_ + 2;
  if (kept != in_memory_.end()) blocks = std::min(blocks, kept->first - block);
  if (moved != moved_.end()) blocks = std::min(blocks, moved->block - block);
  return {std::min(limit, to_block_end + (blocks - 1) * block_size_), nullptr, nullptr};
}

Result<void> OverlaySource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  for (std::size_t filled = 0; filled < out.size();) {
    const std::uint64_t at = offset + filled;
    const Piece piece = piece_at(at, out.size() - filled);
    const auto part = out.subspan(filled, static_cast<std::size_t>(piece.length));
    const std::uint64_t inside = at % block_size_;
    if (piece.bytes != nullptr) {
      std::copy_n(piece.bytes->begin() + static_cast<std::ptrdiff_t>(inside), part.size(),
                  part.begin());
    } else if (piece.moved != nullptr) {
      if (auto done = below_.read_at(piece.moved->place + inside, part); !done) return done;
      if (piece.moved->has_head)
        for (std::uint64_t i = inside; i < piece.moved->head.size() && i - inside < part.size();
             ++i)
          part[i - inside] = piece.moved->head[i];
    } else if (auto done = below_.read_at(at, part); !done) {
      return done;
    }
    filled += part.size();
  }
  return {};
}

std::vector<DamagedRange> OverlaySource::damage(ByteRange range) const {
  DamageList all;
  for (const auto& one : marked_.clipped(range)) all.add(one.range, one.reason);
  for (std::uint64_t at = range.begin; at < range.end;) {
    const Piece piece = piece_at(at, range.end - at);
    if (piece.bytes == nullptr) {
      const std::uint64_t from =
          piece.moved != nullptr ? piece.moved->place + at % block_size_ : at;
      for (const auto& one : below_.damage({from, from + piece.length}))
        all.add({at + (one.range.begin - from), at + (one.range.end - from)}, one.reason);
    }
    at += piece.length;
  }
  return all.all();
}

std::vector<ByteRange> OverlaySource::replaced(ByteRange range) const {
  std::vector<ByteRange> out;
  for (std::uint64_t at = range.begin; at < range.end;) {
    const Piece piece = piece_at(at, range.end - at);
    if (piece.bytes != nullptr || piece.moved != nullptr) {
      if (!out.empty() && out.back().end == at)
        out.back().end = at + piece.length;
      else
        out.push_back({at, at + piece.length});
    }
    at += piece.length;
  }
  return out;
}

}  // namespace pidometer
