#include "tsk_reader/container/raw_source.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/bytes/os_file.h"

namespace pidometer {
namespace {

/// More parts than any splitting tool numbers with four digits.
constexpr std::uint32_t kMaxParts = 10000;

/// `file` is null where a part is missing.
struct Part {
  std::unique_ptr<OsFile> file;
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

class RawSource : public BlockSource {
 public:
  RawSource(std::vector<Part> parts, DamageList damage, PathSpec spec)
      : parts_(std::move(parts)), damage_(std::move(damage)), spec_(std::move(spec)) {
    size_ = parts_.back().begin + parts_.back().size;
  }

  std::uint64_t size() const override { return size_; }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    while (!out.empty()) {
      if (offset >= size_) {
        std::memset(out.data(), 0, out.size());
        damage_.add({offset, offset + out.size()}, "image is truncated");
        return {};
      }
      Part& part =
          *(std::upper_bound(parts_.begin(), parts_.end(), offset,
                             [](std::uint64_t at, const Part& next) { return at < next.begin; }) -
            1);
      const std::uint64_t within = offset - part.begin;
      const auto want =
          static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), part.size - within));
      std::size_t got = 0;
      if (part.file != nullptr) {
        DamageList met;
        got = part.file->read_at(within, out.first(want), met);
        for (const DamagedRange& bad : met.all()) {
          damage_.add({bad.range.begin + part.begin, bad.range.end + part.begin}, bad.reason);
        }
        // The file shrank since it was opened.
        damage_.add({offset + got, offset + want}, "image is truncated");
      }
      std::memset(out.data() + got, 0, want - got);
      out = out.subspan(want);
      offset += want;
    }
    return {};
  }

  std::vector<DamagedRange> damage(ByteRange range) const override {
    return damage_.clipped(range);
  }

  PathSpec path_spec() const override { return spec_; }

 private:
  std::vector<Part> parts_;
  DamageList damage_;
  PathSpec spec_;
  std::uint64_t size_ = 0;
};

/// What every part but the last must hold: as much as the largest. Where all but the last are
/// equally long and the last is longer, their size: `split -n` (GNU coreutils, split.c,
/// bytes_chunk_extract) leaves the remainder to the last. One part before a longer last one says
/// nothing by itself: more than a remainder means that it is cut short.
std::uint64_t size_of_parts(const std::vector<Part>& parts) {
  std::uint64_t least = parts.front().size;
  std::uint64_t most = least;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    least = std::min(least, parts[i].size);
    most = std::max(most, parts[i].size);
  }
  const std::uint64_t last = parts.back().size;
  if (least == most && (parts.size() > 2 || last < most + parts.size())) return most;
  return std::max(most, last);
}

}  // namespace

std::optional<SplitPart> split_part(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return std::nullopt;
  const std::size_t digits = name.size() - dot - 1;
  if (digits < 3 || digits > 4) return std::nullopt;
  SplitPart part;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + dot + 1, end, part.number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  part.stem = name.substr(0, dot);
  return part;
}

Result<std::unique_ptr<BlockSource>> open_raw_source(
    std::span<const std::filesystem::path> segments, std::vector<Warning>& warnings) {
  std::vector<Part> given;
  for (const std::filesystem::path& path : segments) {
    Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
    if (!file) return tl::unexpected(file.error());
    const std::uint64_t size = (*file)->size();
    given.push_back({std::move(*file), 0, size});
  }
  const std::uint64_t part_size = size_of_parts(given);
  if (given.back().size > part_size + given.size()) {
    Warning warning;
    warning.kind = WarningKind::damaged_image;
    warning.message =
        "the last part is longer than the others, which no splitting tool makes; the "
        "parts are joined as they are, and where others are cut off what follows is "
        "out of place";
    warnings.push_back(std::move(warning));
  }
  std::vector<Part> parts;
  DamageList damage;
  std::optional<SplitPart> before;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::uint64_t size = given[i].size;
    const std::optional<SplitPart> part = given.size() > 1 ? split_part(segments[i]) : std::nullopt;
    if (part && before && part->number > before->number) {
      const std::uint32_t missing = std::min(part->number - before->number - 1, kMaxParts);
      for (std::uint32_t hole = 0; hole < missing; ++hole) {
        damage.add({at, at + part_size},
                   "part " + std::to_string(before->number + 1 + hole) + " is missing");
        parts.push_back({nullptr, at, part_size});
        at += part_size;
      }
    }
    before = part;
    parts.push_back({std::move(given[i].file), at, size});
    at += size;
    if (part && i + 1 < given.size() && size < part_size) {
      damage.add({at, at + part_size - size},
                 "part " + std::to_string(part->number) + " is truncated");
      parts.push_back({nullptr, at, part_size - size});
      at += part_size - size;
    }
  }
  PathSpec spec(2);
  spec[0].type_indicator = "RAW";
  spec[1].type_indicator = "OS";
  spec[1].location = os_location(segments.front());
  return std::make_unique<RawSource>(std::move(parts), std::move(damage), std::move(spec));
}

}  // namespace pidometer
