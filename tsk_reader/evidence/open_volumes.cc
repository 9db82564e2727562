#include "tsk_reader/evidence/open_volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "tsk_reader/evidence/tree_reports.h"
#include "tsk_reader/file_system/file_system_sniffer.h"
#include "tsk_reader/file_system/tree_view.h"
#include "tsk_reader/volume/partition_source.h"

namespace pidometer {
namespace {

/// A partition smaller than this holds no logs (boot loaders, EFI variables): what is in it need
/// not be known.
constexpr std::uint64_t kSmallestLogVolume = std::uint64_t{4} << 20;

/// Where bytes of a volume lie in the image; absent for one that was put together.
std::optional<ByteRange> image_range(const OpenVolume& one, ByteRange range) {
  if (one.volume.assembled) return std::nullopt;
  return ByteRange{one.report.start + range.begin, one.report.start + range.end};
}

}  // namespace

void OpenVolumes::open(const GivenImages& given) {
  steps_.at(Step::volumes, {}, {});
  tree_ = scan_volume_tree(*source_, given);
  ScannedVolumes& scanned = tree_.scanned;
  for (Warning& warning : scanned.warnings) warn(std::move(warning));
  for (const DamagedRange& damage : scanned.table_damage)
    warn(WarningKind::damaged_image, "", "",
         fmt::format("the partition table is damaged ({}); volumes may be missing", damage.reason),
         damage.range);
  for (Volume& volume : scanned.volumes) open_volume(std::move(volume));
}

InputReport OpenVolumes::report() const {
  InputReport report = report_;
  for (const auto& tell : tree_.later) {
    std::vector<Warning> more;
    tell(more);
    for (Warning& warning : more) {
      warning.image = report_.name;
      report.warnings.push_back(std::move(warning));
    }
  }
  DamageList damage = beyond_;
  for (const DamagedRange& met : source_->damage({0, std::max(source_->size(), end_)}))
    damage.add(met.range, met.reason);
  report.damage = damage.all();
  return report;
}

std::vector<VolumeReport> OpenVolumes::reports() const {
  std::vector<VolumeReport> reports;
  reports.reserve(volumes_.size());
  for (const OpenVolume& one : volumes_) reports.push_back(one.report);
  return reports;
}

void OpenVolumes::warn(Warning warning) {
  warning.image = report_.name;
  // Looking twice (cron logs, then all logs) must not tell twice.
  const bool known =
      std::any_of(report_.warnings.begin(), report_.warnings.end(), [&](const Warning& old) {
        return old.message == warning.message && old.volume == warning.volume &&
               old.path == warning.path && old.range == warning.range;
      });
  if (!known) report_.warnings.push_back(std::move(warning));
}
void OpenVolumes::warn(WarningKind kind, std::string volume, std::string path, std::string message,
                       std::optional<ByteRange> range) {
  Warning warning;
  warning.kind = kind;
  warning.message = std::move(message);
  warning.volume = std::move(volume);
  warning.path = std::move(path);
  warning.range = range;
  warn(std::move(warning));
}

void OpenVolumes::open_volume(Volume volume) {
  OpenVolume one;
  one.report.name = volume.name;
  one.report.start = volume.start;
  one.report.size = volume.size;
  one.report.description = volume.description;
  one.volume = std::move(volume);
  const std::string& name = one.report.name;

  const auto left_out = steps_.begin(Step::file_system, name, {});
  if (left_out) {
    one.report.unsupported = *left_out;
  } else if (!one.volume.content.empty()) {
    one.report.file_system = one.volume.content;
    one.report.unsupported = one.volume.unsupported;
  } else if (!one.volume.assembled && one.report.start >= source_->size() && one.report.size > 0) {
    one.report.unsupported = "lies past the end of the image";
  } else {
    open_file_system_of(one);
  }
  if (!one.report.unsupported.empty() && !left_out)
    warn(WarningKind::unsupported, name, "", one.report.unsupported);
  check_extent(one);
  take_file_system_warnings(one);
  one.whole = one.file_system.get();
  volumes_.push_back(std::move(one));
  if (volumes_.back().file_system) add_trees(volumes_.size() - 1);
}

void OpenVolumes::open_file_system_of(OpenVolume& one) {
  StructureReader reader(*one.volume.source);
  const VolumeContent content = sniff_volume(reader);
  one.report.file_system = content.name;
  one.report.unsupported = content.unsupported;
  if (content.readable()) {
    one.identity = read_identity(reader, content);
    auto opened = open_file_system(*one.volume.source, content);
    if (opened) {
      one.file_system = std::move(*opened);
      one.report.reader = std::string(one.file_system->reader());
    } else {
      const Error& error = opened.error();
      one.report.unsupported =
          error.reason.empty()
              ? fmt::format("{}: {}", content.name, error.message)
              : fmt::format("{}: {}: {}", content.name, error.message, error.reason);
    }
  } else if (content.name.empty() && !content.blank && one.report.size >= kSmallestLogVolume) {
    one.report.unsupported = "no file system recognised";
  }
  if (!one.file_system)
    for (const DamagedRange& damage : reader.damage().all())
      warn(WarningKind::damaged_image, one.report.name, "",
           fmt::format("the start or end of the volume is damaged ({}); what it holds may not have "
                       "been recognised",
                       damage.reason),
           image_range(one, damage.range));
}

/// Each further tree of a filesystem (btrfs' subvolumes) becomes a volume of its own, for it may be
/// mounted anywhere, or be a host's state of another day.
void OpenVolumes::add_trees(std::size_t index) {
  FileSystem& whole = *volumes_[index].file_system;
  const std::vector<TreeRoot> roots = whole.roots();
  if (roots.size() < 2) return;
  volumes_[index].report.tree = roots[0];
  for (const TreeRoot& root : std::span(roots).subspan(1)) {
    const OpenVolume& top = volumes_[index];
    OpenVolume one;
    one.report = top.report;
    one.report.name = fmt::format("{}:{}", top.report.name, root.name);
    one.report.description = describe_tree(root);
    one.report.tree = root;
    one.identity = top.identity;
    one.volume.assembled = top.volume.assembled;
    one.volume.partition = top.volume.partition;
    one.volume.volume_group = top.volume.volume_group;
    one.volume.logical_volume = top.volume.logical_volume;
    one.volume.source = std::make_unique<PartitionSource>(
        *top.volume.source, ByteRange{0, top.volume.source->size()}, std::nullopt);
    one.file_system = make_tree_view(whole, root.inode);
    one.whole = &whole;
    volumes_.push_back(std::move(one));
  }
}

/// A partition that reaches past the image, a filesystem that reaches past its partition: bytes
/// that are gone, whether or not anything asks for them. Smaller than its place is legal.
void OpenVolumes::check_extent(const OpenVolume& one) {
  if (one.volume.assembled) {
    // Where its parts end is the affair of what they lie on.
    if (one.file_system && one.file_system->size() > one.report.size)
      warn(WarningKind::damaged_image, one.report.name, "",
           fmt::format("the volume is too small: the {} filesystem takes up {} bytes, and the "
                       "volume has {}; {} bytes are missing",
                       one.report.file_system, one.file_system->size(), one.report.size,
                       one.file_system->size() - one.report.size));
    return;
  }
  const std::uint64_t image_end = source_->size();
  const std::uint64_t start = one.report.start;
  const std::uint64_t volume_end = start + one.report.size;
  const auto lost = [&](ByteRange range, const char* reason, std::string message) {
    warn(WarningKind::damaged_image, one.report.name, "", std::move(message), range);
    beyond_.add(range, reason);
    end_ = std::max(end_, range.end);
  };
  if (volume_end > image_end)
    lost({std::max(start, image_end), volume_end}, "image is truncated",
         fmt::format("the image is truncated: it ends at byte {}, and the partition ends at byte "
                     "{}; {} bytes are missing",
                     image_end, volume_end, volume_end - std::max(start, image_end)));
  if (!one.file_system || one.file_system->size() <= one.report.size) return;
  const std::uint64_t claimed = one.file_system->size();
  const std::uint64_t claimed_end = claimed > kUnknownEnd - start ? kUnknownEnd : start + claimed;
  const bool truncated = volume_end >= image_end;
  lost({volume_end, claimed_end},
       truncated ? "image is truncated" : "past the end of the partition",
       fmt::format(
           "{}: the {} filesystem takes up {} bytes, and its {} has {}; {} bytes are missing",
           truncated ? "the image is truncated" : "the partition is too small",
           one.report.file_system, claimed, truncated ? "image" : "partition", one.report.size,
           claimed - one.report.size));
}

void OpenVolumes::take_file_system_warnings(OpenVolume& one) {
  if (!one.file_system) return;
  const auto& all = one.file_system->warnings();
  for (; one.warnings_taken < all.size(); ++one.warnings_taken) {
    Warning warning = all[one.warnings_taken];
    warning.volume = one.report.name;
    warn(std::move(warning));
  }
  for (const DamagedRange& damage : one.file_system->structure_damage())
    warn(WarningKind::damaged_image, one.report.name, "",
         fmt::format("the file system's own structures are damaged ({}); files may be missing",
                     damage.reason),
         image_range(one, damage.range));
}

}  // namespace pidometer
