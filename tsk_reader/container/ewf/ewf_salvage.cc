#include "tsk_reader/container/ewf/ewf_salvage.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/container/ewf/ewf_chunks.h"
#include "tsk_reader/container/ewf/ewf_layout.h"

namespace pidometer {
namespace {

/// Unpacked chunks kept: half a megabyte, so that a filesystem's scattered small reads do not
/// unpack the same chunk again and again.
constexpr std::size_t kCachedChunks = 16;

constexpr std::uint64_t kNoChunk = kUnknownEnd;

class SalvageSource : public BlockSource {
 public:
  SalvageSource(std::vector<std::unique_ptr<OsFile>> files, std::vector<EwfSegment> segments,
                const EwfSet& set, PathSpec spec)
      : files_(std::move(files)),
        segments_(std::move(segments)),
        set_(set),
        spec_(std::move(spec)) {
    layout_ = lay_out_chunks(segments_, set.chunk_count);
    for (const DamagedRange& lost : layout_.lost) {
      damage_.add({std::min(lost.range.begin * set.chunk_size, set.media_size),
                   std::min(lost.range.end * set.chunk_size, set.media_size)},
                  lost.reason);
    }
    for (const DamagedRange& error : ewf_read_errors(segments_, set)) {
      damage_.add(error.range, error.reason);
    }
  }

  std::uint64_t size() const override { return set_.media_size; }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    while (!out.empty()) {
      if (offset >= set_.media_size) {
        std::memset(out.data(), 0, out.size());
        damage_.add({offset, offset + out.size()}, "image is truncated");
        return {};
      }
      const std::uint64_t chunk = offset / set_.chunk_size;
      const std::span<const std::byte> bytes = cached(chunk);
      const auto within = static_cast<std::size_t>(offset % set_.chunk_size);
      const std::size_t count = std::min(out.size(), bytes.size() - within);
      std::memcpy(out.data(), bytes.data() + within, count);
      out = out.subspan(count);
      offset += count;
    }
    return {};
  }

  std::vector<DamagedRange> damage(ByteRange range) const override {
    return damage_.clipped(range);
  }

  PathSpec path_spec() const override { return spec_; }

 private:
  struct Slot {
    std::uint64_t chunk = kNoChunk;
    std::vector<std::byte> bytes;
  };

  std::span<const std::byte> cached(std::uint64_t chunk) {
    Slot& slot = cache_[static_cast<std::size_t>(chunk % kCachedChunks)];
    if (slot.chunk == chunk) return slot.bytes;
    const std::uint64_t begin = chunk * set_.chunk_size;
    slot.bytes.assign(
        static_cast<std::size_t>(std::min<std::uint64_t>(set_.chunk_size, set_.media_size - begin)),
        std::byte{0});
    slot.chunk = chunk;
    const auto after = std::upper_bound(
        layout_.runs.begin(), layout_.runs.end(), chunk,
        [](std::uint64_t at, const EwfPlacedRun& run) { return at < run.first_chunk; });
    if (after == layout_.runs.begin()) return slot.bytes;
    const EwfPlacedRun& placed = *(after - 1);
    const EwfRun& run = segments_[placed.segment].runs[placed.run];
    const auto index = static_cast<std::size_t>(chunk - placed.first_chunk);
    if (index >= run.starts.size()) return slot.bytes;
    if (!read_ewf_chunk(*files_[placed.segment], run, index, slot.bytes)) {
      std::fill(slot.bytes.begin(), slot.bytes.end(), std::byte{0});
      damage_.add({begin, begin + slot.bytes.size()}, "E01 chunk checksum");
    }
    return slot.bytes;
  }

  std::vector<std::unique_ptr<OsFile>> files_;
  std::vector<EwfSegment> segments_;
  EwfSet set_;
  PathSpec spec_;
  EwfLayout layout_;
  DamageList damage_;
  std::array<Slot, kCachedChunks> cache_;
};

}  // namespace

Result<std::unique_ptr<BlockSource>> open_ewf_salvage(std::vector<EwfSegment> segments,
                                                      const EwfSet& set, PathSpec spec) {
  std::vector<std::unique_ptr<OsFile>> files;
  for (const EwfSegment& segment : segments) {
    Result<std::unique_ptr<OsFile>> file = OsFile::open(segment.path);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return std::make_unique<SalvageSource>(std::move(files), std::move(segments), set,
                                         std::move(spec));
}

std::vector<DamagedRange> ewf_read_errors(std::span<const EwfSegment> segments, const EwfSet& set) {
  std::vector<DamagedRange> errors;
  for (const EwfSegment& segment : segments) {
    for (const ByteRange& sectors : segment.read_errors) {
      errors.push_back({{std::min(sectors.begin * set.sector_size, set.media_size),
                         std::min(sectors.end * set.sector_size, set.media_size)},
                        "read error at acquisition"});
    }
  }
  return errors;
}

}  // namespace pidometer
