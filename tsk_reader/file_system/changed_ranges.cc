#include "tsk_reader/file_system/changed_ranges.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pidometer {
namespace {

/// Compares in pieces of this size; every block size is a divisor or a multiple.
constexpr std::uint64_t kPiece = 4096;

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

bool fill(ByteStream& stream, std::span<std::byte> out) {
  for (std::size_t filled = 0; filled < out.size();) {
    const auto got = stream.read(out.subspan(filled));
    if (!got || *got == 0) return false;
    filled += *got;
  }
  return true;
}

}  // namespace

void append_range(std::vector<ByteRange>& ranges, ByteRange range) {
  if (range.begin >= range.end) return;
  if (!ranges.empty() && ranges.back().end >= range.begin)
    ranges.back().end = std::max(ranges.back().end, range.end);
  else
    ranges.push_back(range);
}

void compare_maps(const FileMap& before, const FileMap& after, std::uint64_t end,
                  const std::function<void(ByteRange)>& moved,
                  const std::function<void(ByteRange, std::uint64_t)>& stayed) {
  for (std::uint64_t at = 0; at < end;) {
    const Run old_run = run_at(before, at);
    const Run new_run = run_at(after, at);
    const std::uint64_t stop = std::max(std::min({old_run.end, new_run.end, end}), at + 1);
    if (old_run.mapped != new_run.mapped || old_run.source != new_run.source)
      moved({at, stop});
    else if (new_run.mapped)
      stayed({at, stop}, new_run.source);
    at = stop;
  }
}

bool append_differences(ByteStream& before, ByteStream& after, std::span<const ByteRange> parts,
                        std::vector<ByteRange>& out) {
  std::array<std::byte, kPiece> old_bytes{};
  std::array<std::byte, kPiece> new_bytes{};
  std::uint64_t position = 0;
  for (const ByteRange& part : parts) {
    const std::uint64_t gap = part.begin - position;
    if (!before.skip(gap) || !after.skip(gap)) return false;
    for (position = part.begin; position < part.end;) {
      const auto length =
          static_cast<std::size_t>(std::min(kPiece - position % kPiece, part.end - position));
      const auto old_part = std::span(old_bytes).first(length);
      const auto new_part = std::span(new_bytes).first(length);
      if (!fill(before, old_part) || !fill(after, new_part)) return false;
      const auto first = std::mismatch(old_part.begin(), old_part.end(), new_part.begin());
      if (first.first != old_part.end()) {
        const auto last = std::mismatch(old_part.rbegin(), old_part.rend(), new_part.rbegin());
        append_range(out, {position + static_cast<std::uint64_t>(first.first - old_part.begin()),
                           position + static_cast<std::uint64_t>(old_part.rend() - last.first)});
      }
      position += length;
    }
  }
  return true;
}

}  // namespace pidometer
