#include "tsk_reader/file_system/ext/replayed_ranges.h"

#include <algorithm>
#include <array>
#include <memory>

namespace pidometer {
namespace {

/// Compares in pieces of this size; every block size of ext is a divisor or a multiple.
constexpr std::uint64_t kPiece = 4096;

void add(std::vector<ByteRange>& ranges, ByteRange range) {
  if (range.begin >= range.end) return;
  if (!ranges.empty() && ranges.back().end >= range.begin)
    ranges.back().end = std::max(ranges.back().end, range.end);
  else
    ranges.push_back(range);
}

/// The run of a map at `at`: one extent, or a hole.
struct Run {
  std::uint64_t end = 0;
  bool mapped = false;
  std::uint64_t source = 0;
};
Run run_at(const FileMap& map, std::uint64_t at) {
  const auto next = std::partition_point(
      map.extents.begin(), map.extents.end(),
      [at](const FileExtent& extent) { return extent.begin + extent.length <= at; });
  if (next == map.extents.end()) return {map.size, false, 0};
  if (next->begin > at) return {next->begin, false, 0};
  return {next->begin + next->length, true, next->source + (at - next->begin)};
}

/// Parts of [0, end) that may read otherwise: mapped elsewhere, or replaced where they lie.
std::vector<ByteRange> suspects(const FileMap& before, const FileMap& after,
                                const OverlaySource& overlay, std::uint64_t end) {
  std::vector<ByteRange> out;
  for (std::uint64_t at = 0; at < end;) {
    const Run old_run = run_at(before, at);
    const Run new_run = run_at(after, at);
    const std::uint64_t stop = std::min({old_run.end, new_run.end, end});
    if (old_run.mapped != new_run.mapped || old_run.source != new_run.source) {
      add(out, {at, stop});
    } else if (new_run.mapped) {
      for (const ByteRange& one : overlay.replaced({new_run.source, new_run.source + (stop - at)}))
        add(out, {at + (one.begin - new_run.source), at + (one.end - new_run.source)});
    }
    at = std::max(stop, at + 1);
  }
  return out;
}

/// Reads both states and keeps, of each piece, from the first byte that differs to the last.
bool compare(ByteStream& before, ByteStream& after, ByteRange range, std::uint64_t& position,
             std::vector<ByteRange>& out) {
  const auto fill = [](ByteStream& stream, std::span<std::byte> buffer) {
    for (std::size_t filled = 0; filled < buffer.size();) {
      const auto got = stream.read(buffer.subspan(filled));
      if (!got || *got == 0) return false;
      filled += *got;
    }
    return true;
  };
  const std::uint64_t gap = range.begin - position;
  if (!before.skip(gap) || !after.skip(gap)) return false;
  position = range.begin;
  std::array<std::byte, kPiece> old_bytes{};
  std::array<std::byte, kPiece> new_bytes{};
  while (position < range.end) {
    const std::uint64_t to_edge = kPiece - position % kPiece;
    const auto length = static_cast<std::size_t>(std::min(to_edge, range.end - position));
    const auto old_part = std::span(old_bytes).first(length);
    const auto new_part = std::span(new_bytes).first(length);
    if (!fill(before, old_part) || !fill(after, new_part)) return false;
    const auto first = std::mismatch(old_part.begin(), old_part.end(), new_part.begin());
    if (first.first != old_part.end()) {
      const auto last = std::mismatch(old_part.rbegin(), old_part.rend(), new_part.rbegin());
      add(out, {position + static_cast<std::uint64_t>(first.first - old_part.begin()),
                position + static_cast<std::uint64_t>(old_part.rend() - last.first)});
    }
    position += length;
  }
  return true;
}

}  // namespace

Result<std::vector<ByteRange>> replayed_ranges(ExtFileSystem& before, ExtFileSystem& after,
                                               const OverlaySource& overlay, std::uint64_t inode) {
  const auto now = after.file(inode);
  if (!now) return tl::unexpected(now.error());
  const std::uint64_t size = now->map.size;
  const std::vector<ByteRange> all = {{0, size}};
  if (size == 0) return std::vector<ByteRange>{};
  const auto then = before.file(inode);
  if (!then || then->node.kind != NodeKind::file || then->links == 0 ||
      then->generation != now->generation)
    return all;
  const std::uint64_t common = std::min(size, then->map.size);
  std::vector<ByteRange> out;
  std::vector<ByteRange> parts = suspects(then->map, now->map, overlay, common);
  if (then->inline_bytes || now->inline_bytes) parts = {{0, common}};
  if (!parts.empty() && parts.front().begin < parts.front().end) {
    const auto old_stream = before.open(inode);
    const auto new_stream = after.open(inode);
    std::uint64_t position = 0;
    for (const ByteRange& part : parts)
      // Where the old state cannot be read, the new one owes itself to the replay.
      if (!old_stream || !new_stream || !compare(**old_stream, **new_stream, part, position, out))
        return all;
  }
  add(out, {common, size});
  return out;
}

}  // namespace pidometer
