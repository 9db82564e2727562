#include "tsk_reader/file_system/xfs/xfs_replayed_ranges.h"

#include <algorithm>
#include <memory>

#include "tsk_reader/file_system/xfs/xfs_extents.h"
#include "tsk_reader/file_system/xfs/xfs_inode.h"

namespace pidometer {
namespace {

/// What is compared at once, and the fineness of the answer.
constexpr std::size_t kPiece = 4096;

void add(std::vector<ByteRange>& ranges, ByteRange range) {
  if (range.begin >= range.end) return;
  if (!ranges.empty() && ranges.back().end >= range.begin)
    ranges.back().end = std::max(ranges.back().end, range.end);
  else
    ranges.push_back(range);
}

/// The run of a map at `at`: one extent, or a hole.
struct Run {
  std::uint64_t end;
  bool mapped;
  std::uint64_t source;
};
Run run_at(const FileMap& map, std::uint64_t at) {
  const auto next = std::partition_point(
      map.extents.begin(), map.extents.end(),
      [at](const FileExtent& extent) { return extent.begin + extent.length <= at; });
  if (next == map.extents.end()) return {map.size, false, 0};
  if (next->begin > at) return {next->begin, false, 0};
  return {next->begin + next->length, true, next->source + (at - next->begin)};
}

bool fill(ByteStream& stream, std::span<std::byte> out) {
  for (std::size_t filled = 0; filled < out.size();) {
    const auto got = stream.read(out.subspan(filled));
    if (!got || *got == 0) return false;
    filled += *got;
  }
  return true;
}

/// Of `range`, the pieces that the two streams, which stand at `position`, read differently.
bool compare(ByteStream& before, ByteStream& after, ByteRange range, std::uint64_t& position,
             std::vector<ByteRange>& out) {
  const std::uint64_t gap = range.begin - position;
  if (!before.skip(gap) || !after.skip(gap)) return false;
  std::vector<std::byte> old_bytes(kPiece);
  std::vector<std::byte> new_bytes(kPiece);
  for (position = range.begin; position < range.end;) {
    const auto length = static_cast<std::size_t>(
        std::min<std::uint64_t>(kPiece - position % kPiece, range.end - position));
    const auto old_part = std::span(old_bytes).first(length);
    const auto new_part = std::span(new_bytes).first(length);
    if (!fill(before, old_part) || !fill(after, new_part)) return false;
    if (!std::equal(old_part.begin(), old_part.end(), new_part.begin()))
      add(out, {position, position + length});
    position += length;
  }
  return true;
}

FileMap map_of(XfsVolume& volume, const XfsInode& inode) {
  return make_xfs_file_map(volume.super(), read_xfs_extents(volume, inode), inode.size);
}

}  // namespace

Result<std::vector<ByteRange>> xfs_replayed_ranges(XfsVolume& before, XfsVolume& after,
                                                   std::uint64_t number) {
  const auto now = read_xfs_inode(after, number);
  if (!now) return tl::unexpected(now.error());
  if (now->kind != NodeKind::file || now->size == 0) return std::vector<ByteRange>{};
  const FileMap new_map = map_of(after, *now);
  const std::vector<ByteRange> all = {{0, new_map.size}};
  const auto then = read_xfs_inode(before, number);
  if (!then || then->kind != NodeKind::file || then->links == 0 ||
      then->generation != now->generation)
    return all;
  const FileMap old_map = map_of(before, *then);
  const std::uint64_t common = std::min(new_map.size, old_map.size);
  std::vector<ByteRange> parts;
  for (std::uint64_t at = 0; at < common;) {
    const Run old_run = run_at(old_map, at);
    const Run new_run = run_at(new_map, at);
    const std::uint64_t stop = std::max(std::min({old_run.end, new_run.end, common}), at + 1);
    if (old_run.mapped != new_run.mapped || old_run.source != new_run.source)
      add(parts, {at, stop});
    at = stop;
  }
  std::vector<ByteRange> out;
  if (!parts.empty()) {
    const auto old_stream = make_extent_stream(before.reader().source(), old_map);
    const auto new_stream = make_extent_stream(after.reader().source(), new_map);
    std::uint64_t position = 0;
    for (const ByteRange& part : parts)
      // Where the old state cannot be read, the new one owes itself to the replay.
      if (!compare(*old_stream, *new_stream, part, position, out)) return all;
  }
  add(out, {common, new_map.size});
  return out;
}

}  // namespace pidometer
