#include "tsk_reader/file_system/ext/replayed_ranges.h"

#include <algorithm>

#include "tsk_reader/file_system/changed_ranges.h"

namespace pidometer {
namespace {

/// Parts of [0, end) that may read otherwise: mapped elsewhere, or replaced where they lie.
std::vector<ByteRange> suspects(const FileMap& before, const FileMap& after,
                                const OverlaySource& overlay, std::uint64_t end) {
  std::vector<ByteRange> out;
  compare_maps(
      before, after, end, [&](ByteRange moved) { append_range(out, moved); },
      [&](ByteRange stayed, std::uint64_t source) {
        for (const ByteRange& one :
             overlay.replaced({source, source + (stayed.end - stayed.begin)}))
          append_range(out,
                       {stayed.begin + (one.begin - source), stayed.begin + (one.end - source)});
      });
  return out;
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
    // Where the old state cannot be read, the new one owes itself to the replay.
    if (!old_stream || !new_stream || !append_differences(**old_stream, **new_stream, parts, out))
      return all;
  }
  append_range(out, {common, size});
  return out;
}

}  // namespace pidometer
