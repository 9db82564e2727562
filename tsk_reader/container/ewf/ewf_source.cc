#include "tsk_reader/container/ewf/ewf_source.h"

#include <libewf.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/container/ewf/ewf_numbering.h"
#include "tsk_reader/container/ewf/ewf_salvage.h"
#include "tsk_reader/container/ewf/ewf_segment.h"

namespace pidometer {
namespace {

/// Owns a libewf handle. libewf's own docs promise nothing about threads: one handle, one thread.
struct EwfHandle {
  libewf_handle_t* raw = nullptr;

  EwfHandle() = default;
  EwfHandle(const EwfHandle&) = delete;
  EwfHandle& operator=(const EwfHandle&) = delete;
  ~EwfHandle() {
    if (raw == nullptr) return;
    libewf_handle_close(raw, nullptr);
    libewf_handle_free(&raw, nullptr);
  }
};

class LibraryEwfSource : public BlockSource {
 public:
  LibraryEwfSource(std::unique_ptr<EwfHandle> handle, const EwfSet& set,
                   std::vector<DamagedRange> read_errors, PathSpec spec)
      : handle_(std::move(handle)), set_(set), spec_(std::move(spec)) {
    for (const DamagedRange& error : read_errors) damage_.add(error.range, error.reason);
  }

  std::uint64_t size() const override { return set_.media_size; }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    while (!out.empty()) {
      if (offset >= set_.media_size) {
        std::memset(out.data(), 0, out.size());
        damage_.add({offset, offset + out.size()}, "image is truncated");
        return {};
      }
      const auto want =
          static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), set_.media_size - offset));
      std::size_t passed = 0;
      const ssize_t got = libewf_handle_read_random(handle_->raw, out.data(), want,
                                                    static_cast<off64_t>(offset), nullptr);
      if (got > 0) {
        passed = std::min(static_cast<std::size_t>(got), want);
      } else {
        // One chunk cannot be read, perhaps of many: the ones after it are tried on their own.
        const std::uint64_t chunk_end = (offset / set_.chunk_size + 1) * set_.chunk_size;
        passed = static_cast<std::size_t>(std::min<std::uint64_t>(want, chunk_end - offset));
        std::memset(out.data(), 0, passed);
        damage_.add({offset, offset + passed}, "E01 chunk cannot be read");
      }
      out = out.subspan(passed);
      offset += passed;
    }
    ask_for_checksum_errors();
    return {};
  }

  std::vector<DamagedRange> damage(ByteRange range) const override {
    return damage_.clipped(range);
  }

  PathSpec path_spec() const override { return spec_; }

 private:
  /// libewf gives zeros and success for a chunk whose checksum is wrong; only this list tells.
  void ask_for_checksum_errors() {
    std::uint32_t count = 0;
    if (libewf_handle_get_number_of_checksum_errors(handle_->raw, &count, nullptr) != 1) return;
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint64_t sector = 0;
      std::uint64_t sectors = 0;
      if (libewf_handle_get_checksum_error(handle_->raw, i, &sector, &sectors, nullptr) != 1) {
        continue;
      }
      damage_.add({std::min(sector * set_.sector_size, set_.media_size),
                   std::min((sector + sectors) * set_.sector_size, set_.media_size)},
                  "E01 chunk checksum");
    }
  }

  std::unique_ptr<EwfHandle> handle_;
  EwfSet set_;
  PathSpec spec_;
  DamageList damage_;
};

/// Null where libewf refuses the set or finds it damaged.
std::unique_ptr<EwfHandle> open_with_library(std::span<const EwfSegment> segments,
                                             const EwfSet& set) {
  std::vector<std::string> names;
  std::vector<char*> pointers;
  for (const EwfSegment& segment : segments) names.push_back(segment.path.string());
  for (std::string& name : names) pointers.push_back(name.data());
  auto handle = std::make_unique<EwfHandle>();
  if (libewf_handle_initialize(&handle->raw, nullptr) != 1) return nullptr;
  if (libewf_handle_open(handle->raw, pointers.data(), static_cast<int>(pointers.size()),
                         libewf_get_access_flags_read(), nullptr) != 1) {
    return nullptr;
  }
  size64_t size = 0;
  if (libewf_handle_segment_files_corrupted(handle->raw, nullptr) != 0 ||
      libewf_handle_get_media_size(handle->raw, &size, nullptr) != 1 || size != set.media_size) {
    return nullptr;
  }
  return handle;
}

Result<std::vector<EwfSegment>> read_segments(std::span<const std::filesystem::path> paths) {
  std::vector<EwfSegment> segments;
  for (const std::filesystem::path& path : paths) {
    Result<EwfSegment> segment = read_ewf_segment(path, EwfDepth::chunks);
    if (!segment) return tl::unexpected(segment.error());
    segments.push_back(std::move(*segment));
  }
  mend_segment_numbers(segments);
  std::stable_sort(segments.begin(), segments.end(),
                   [](const EwfSegment& a, const EwfSegment& b) { return a.number < b.number; });
  const auto same = [](const EwfSegment& a, const EwfSegment& b) { return a.number == b.number; };
  segments.erase(std::unique(segments.begin(), segments.end(), same), segments.end());
  return segments;
}

/// All segments are there, and their tables hold as many chunks as the media: segments of another
/// disk of the same make may pass for ours otherwise.
bool is_whole(std::span<const EwfSegment> segments, const EwfSet& set) {
  std::uint32_t expected = 1;
  std::uint64_t chunks = 0;
  for (const EwfSegment& segment : segments) {
    if (segment.number != expected++ || !segment.damage.empty()) return false;
    for (const EwfRun& run : segment.runs) chunks += run.starts.size();
  }
  return segments.back().is_last && chunks == set.chunk_count;
}

void tell(std::span<const EwfSegment> segments, const EwfSet& set, InputReport& report) {
  const std::vector<DamagedRange> errors = ewf_read_errors(segments, set);
  if (!errors.empty()) {
    Warning warning;
    warning.kind = WarningKind::damaged_image;
    warning.image = report.name;
    warning.message = "read error at acquisition: " + std::to_string(errors.size()) +
                      (errors.size() == 1 ? " range" : " ranges, this the first,") +
                      " of the disk could not be read when it was imaged; zeros stand in";
    warning.range = errors.front().range;
    report.warnings.push_back(std::move(warning));
  }
  for (const EwfSegment& segment : segments) {
    if (!segment.md5.empty()) report.stored_md5 = segment.md5;
    if (!segment.sha1.empty()) report.stored_sha1 = segment.sha1;
    if (!segment.damage.empty()) {
      Warning warning;
      warning.kind = WarningKind::damaged_image;
      warning.image = report.name;
      warning.message = "segment " + std::to_string(segment.number) + " (" +
                        segment.path.filename().string() + ") is damaged: " + segment.damage;
      report.warnings.push_back(std::move(warning));
    }
  }
}

}  // namespace

Result<std::unique_ptr<BlockSource>> open_ewf_source(std::span<const std::filesystem::path> paths,
                                                     InputReport& report) {
  Result<std::vector<EwfSegment>> segments = read_segments(paths);
  if (!segments) return tl::unexpected(segments.error());
  std::optional<EwfSet> set;
  for (const EwfSegment& segment : *segments) {
    if (segment.set && !set) set = segment.set;
  }
  if (!set) {
    return fail(ErrorKind::unreadable, "cannot read " + report.name,
                "no segment of the E01 has an intact description of its media",
                "look for another copy of its first segment");
  }
  if (segments->front().number != 1) {
    return fail(ErrorKind::unreadable, "cannot read " + report.name,
                "segment 1 of the E01 is missing, and with it the beginning of the disk",
                "give the first segment (.E01) of this acquisition too");
  }
  PathSpec spec(2);
  spec[0].type_indicator = "EWF";
  spec[1].type_indicator = "OS";
  spec[1].location = os_location(segments->front().path);

  std::unique_ptr<BlockSource> source;
  if (is_whole(*segments, *set)) {
    if (std::unique_ptr<EwfHandle> handle = open_with_library(*segments, *set)) {
      source = std::make_unique<LibraryEwfSource>(std::move(handle), *set,
                                                  ewf_read_errors(*segments, *set), spec);
    }
  }
  tell(*segments, *set, report);
  if (source == nullptr) return open_ewf_salvage(std::move(*segments), *set, std::move(spec));
  return source;
}

}  // namespace pidometer
