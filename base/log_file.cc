#include "base/log_file.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/journal_entry.h"

namespace pidometer {

Result<std::uint64_t> ByteStream::skip(std::uint64_t count) {
  std::array<std::byte, 65536> scratch;
  std::uint64_t passed = 0;
  while (passed < count) {
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(scratch.size(), count - passed));
    const Result<std::size_t> got = read(std::span(scratch).first(want));
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
    passed += *got;
  }
  return passed;
}

Result<std::unique_ptr<ByteStream>> LogFile::open_part(ByteRange, StreamForm) const {
  return fail(ErrorKind::unreadable, "cannot open a part of " + entry().path,
              "it is no area of a volume");
}

bool is_compressed(const FileEntry& entry) {
  if (has_journal_name(entry.path)) return true;
  if (entry.path_spec.empty()) return false;
  const std::string& outermost = entry.path_spec.front().type_indicator;
  return outermost == "GZIP" || outermost == "COMPRESSED_STREAM";
}

std::uint64_t sound_bytes(std::uint64_t size, std::span<const DamagedRange> damage) {
  std::uint64_t sound = size;
  for (const DamagedRange& damaged : damage)
    sound -= std::min(damaged.range.end, size) - std::min(damaged.range.begin, size);
  return sound;
}

bool owes_to_replay(const FileEntry& entry, ByteRange decoded) {
  if (entry.replayed.empty()) return false;
  if (is_compressed(entry)) return true;
  const auto next = std::partition_point(
      entry.replayed.begin(), entry.replayed.end(),
      [&decoded](const ByteRange& range) { return range.end <= decoded.begin; });
  return next != entry.replayed.end() && next->begin < decoded.end;
}

std::optional<std::uint64_t> image_offset(const Recovery& recovery, std::uint64_t offset) {
  const auto after = std::upper_bound(
      recovery.extents.begin(), recovery.extents.end(), offset,
      [](std::uint64_t at, const ImageExtent& extent) { return at < extent.begin; });
  if (after == recovery.extents.begin()) return std::nullopt;
  const ImageExtent& extent = *std::prev(after);
  if (offset - extent.begin >= extent.length) return std::nullopt;
  return extent.image + (offset - extent.begin);
}

}  // namespace pidometer
