#include "tsk_reader/evidence/image_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/evidence/host_facts.h"
#include "tsk_reader/evidence/log_file_impl.h"
#include "tsk_reader/evidence/log_finder.h"
#include "tsk_reader/evidence/tree_reports.h"
#include "tsk_reader/file_system/file_system_sniffer.h"
#include "tsk_reader/file_system/tree_view.h"
#include "tsk_reader/process/step.h"
#include "tsk_reader/volume/partition_source.h"
#include "tsk_reader/volume/volume_tree.h"

namespace pidometer {
namespace {

/// A partition smaller than this holds no logs (boot loaders, EFI variables): what is in it need
/// not be known.
constexpr std::uint64_t kSmallestLogVolume = std::uint64_t{4} << 20;

/// A volume with what was found on it.
struct OpenVolume {
  Volume volume;
  VolumeReport report;
  std::unique_ptr<FileSystem> file_system;  ///< null where it could not be opened
  const FileSystem* whole = nullptr;        ///< of which file_system is one tree, or itself
  TreeFacts tree;
  bool tree_read = false;
  std::size_t warnings_taken = 0;  ///< of the filesystem's own
};

class ImageEvidence final : public Evidence {
 public:
  ImageEvidence(std::unique_ptr<BlockSource> source, InputReport report, StepNote& steps)
      : source_(std::move(source)), report_(std::move(report)), steps_(steps) {}

  void open_volumes(const GivenImages& given) {
    steps_.at(Step::volumes, {}, {});
    tree_ = scan_volume_tree(*source_, given);
    ScannedVolumes& scanned = tree_.scanned;
    for (Warning& warning : scanned.warnings) warn(std::move(warning));
    for (const DamagedRange& damage : scanned.table_damage)
      warn(
          WarningKind::damaged_image, "", "",
          fmt::format("the partition table is damaged ({}); volumes may be missing", damage.reason),
          damage.range);
    for (Volume& volume : scanned.volumes) open_volume(std::move(volume));
  }

  InputReport report() const override {
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

  std::vector<VolumeReport> volumes() const override {
    std::vector<VolumeReport> reports;
    reports.reserve(volumes_.size());
    for (const OpenVolume& one : volumes_) reports.push_back(one.report);
    return reports;
  }

  std::vector<LogFolder> find_logs(std::span<const std::string_view> folders,
                                   std::span<const std::string_view> globs) override;

 private:
  /// A file reached through two trees of one filesystem counts once.
  using SeenFiles = std::set<std::pair<const FileSystem*, std::uint64_t>>;

  void open_volume(Volume volume);
  void add_trees(std::size_t index);
  void warn(Warning warning) {
    warning.image = report_.name;
    // Looking twice (cron logs, then all logs) must not tell twice.
    const bool known =
        std::any_of(report_.warnings.begin(), report_.warnings.end(), [&](const Warning& old) {
          return old.message == warning.message && old.volume == warning.volume &&
                 old.path == warning.path && old.range == warning.range;
        });
    if (!known) report_.warnings.push_back(std::move(warning));
  }
  void warn(WarningKind kind, std::string volume, std::string path, std::string message,
            std::optional<ByteRange> range = std::nullopt) {
    Warning warning;
    warning.kind = kind;
    warning.message = std::move(message);
    warning.volume = std::move(volume);
    warning.path = std::move(path);
    warning.range = range;
    warn(std::move(warning));
  }
  void check_extent(const OpenVolume& one);
  void take_file_system_warnings(OpenVolume& one);
  void read_trees();
  HostFacts facts_for(const OpenVolume& one);
  std::vector<LogFolder> find_logs_on(OpenVolume& one, std::span<const std::string_view> folders,
                                      std::span<const std::string_view> globs, SeenFiles& seen);
  std::unique_ptr<LogFile> log_file(OpenVolume& one, const FoundFile& found);

  /// Where bytes of a volume lie in the image; absent for one that was put together.
  static std::optional<ByteRange> image_range(const OpenVolume& one, ByteRange range) {
    if (one.volume.assembled) return std::nullopt;
    return ByteRange{one.report.start + range.begin, one.report.start + range.end};
  }

  std::unique_ptr<BlockSource> source_;
  InputReport report_;
  StepNote& steps_;
  VolumeTree tree_;  ///< what the volumes stand on
  std::vector<OpenVolume> volumes_;
  DamageList beyond_;      ///< what volumes and filesystems claim and the image does not hold
  std::uint64_t end_ = 0;  ///< of the last volume or filesystem, as they claim
};

void ImageEvidence::open_volume(Volume volume) {
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
    StructureReader reader(*one.volume.source);
    const VolumeContent content = sniff_volume(reader);
    one.report.file_system = content.name;
    one.report.unsupported = content.unsupported;
    if (content.readable()) {
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
        warn(WarningKind::damaged_image, name, "",
             fmt::format(
                 "the start or end of the volume is damaged ({}); what it holds may not have "
                 "been recognised",
                 damage.reason),
             image_range(one, damage.range));
  }
  if (!one.report.unsupported.empty() && !left_out)
    warn(WarningKind::unsupported, name, "", one.report.unsupported);
  check_extent(one);
  take_file_system_warnings(one);
  one.whole = one.file_system.get();
  volumes_.push_back(std::move(one));
  if (volumes_.back().file_system) add_trees(volumes_.size() - 1);
}

/// Each further tree of a filesystem (btrfs' subvolumes) becomes a volume of its own, for it may be
/// mounted anywhere, or be a host's state of another day.
void ImageEvidence::add_trees(std::size_t index) {
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
    one.volume.assembled = top.volume.assembled;
    one.volume.source = std::make_unique<PartitionSource>(
        *top.volume.source, ByteRange{0, top.volume.source->size()}, std::nullopt);
    one.file_system = make_tree_view(whole, root.inode);
    one.whole = &whole;
    volumes_.push_back(std::move(one));
  }
}

/// A partition that reaches past the image, a filesystem that reaches past its partition: bytes
/// that are gone, whether or not anything asks for them. Smaller than its place is legal.
void ImageEvidence::check_extent(const OpenVolume& one) {
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

void ImageEvidence::take_file_system_warnings(OpenVolume& one) {
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

void ImageEvidence::read_trees() {
  for (OpenVolume& one : volumes_) {
    if (!one.file_system || one.tree_read) continue;
    one.tree_read = true;
    if (steps_.begin(Step::host_facts, one.report.name, {})) continue;
    one.tree = read_tree_facts(*one.file_system);
    for (const std::string& problem : one.tree.problems)
      warn(WarningKind::year_uncertain, one.report.name, "", problem);
  }
}

/// Of the volumes with an /etc those that can be the host of a tree of btrfs: the tree that it
/// hangs in; else the one that is mounted by default; else those that are no snapshots.
std::vector<const OpenVolume*> likely_roots(const OpenVolume& one,
                                            std::vector<const OpenVolume*> roots) {
  const OpenVolume* above = nullptr;
  for (const OpenVolume* root : roots)
    if (root->whole == one.whole && root->report.tree && one.report.tree &&
        tree_contains(*root->report.tree, *one.report.tree) &&
        (above == nullptr || tree_contains(*above->report.tree, *root->report.tree)))
      above = root;
  if (above != nullptr) return {above};
  const auto spoken_for = [&](const OpenVolume* root) {
    if (!root->report.tree || root->report.tree->is_default) return false;
    return root->report.tree->is_snapshot() ||
           std::any_of(roots.begin(), roots.end(), [&](const OpenVolume* other) {
             return other->whole == root->whole && other->report.tree->is_default;
           });
  };
  std::vector<const OpenVolume*> likely;
  std::copy_if(roots.begin(), roots.end(), std::back_inserter(likely),
               [&](const OpenVolume* root) { return !spoken_for(root); });
  return likely.empty() ? roots : likely;
}

/// A volume's own /etc speaks for it. A /var volume has none: then the only root of the image, or
/// of several the only one that mounts a /var.
HostFacts ImageEvidence::facts_for(const OpenVolume& one) {
  if (one.tree.has_etc) return one.tree.facts;
  std::vector<const OpenVolume*> roots;
  for (const OpenVolume& other : volumes_)
    if (other.tree.has_etc) roots.push_back(&other);
  roots = likely_roots(one, std::move(roots));
  if (roots.empty()) return {};
  if (roots.size() > 1) {
    const auto mounts = [](const OpenVolume* root) { return root->tree.mounts_var; };
    if (std::count_if(roots.begin(), roots.end(), mounts) != 1) {
      warn(WarningKind::year_uncertain, one.report.name, "",
           fmt::format("{} volumes of the image have an /etc and it is not clear which one this "
                       "volume belongs to; zone and host name are left open",
                       roots.size()));
      return {};
    }
    roots = {*std::find_if(roots.begin(), roots.end(), mounts)};
  }
  HostFacts facts = roots[0]->tree.facts;
  if (!facts.zone_source.empty()) facts.zone_source += " on " + roots[0]->report.name;
  return facts;
}

std::unique_ptr<LogFile> ImageEvidence::log_file(OpenVolume& one, const FoundFile& found) {
  FileEntry entry;
  entry.path = found.path;
  entry.display_name = fmt::format("{}:{}", one.file_system->type_indicator(), found.path);
  entry.size = found.node.size;
  entry.modified = found.node.modified;
  entry.inode = one.file_system->inode_number(found.node.inode);
  PathSpecLayer layer;
  layer.type_indicator = std::string(one.file_system->type_indicator());
  layer.location = found.real_path;
  if (one.report.tree && !one.report.tree->name.empty())
    layer.location = fmt::format("/{}{}", one.report.tree->name, found.real_path);
  layer.inode = entry.inode;
  entry.path_spec = one.volume.source->path_spec();
  entry.path_spec.insert(entry.path_spec.begin(), std::move(layer));
  FileSystem* file_system = one.file_system.get();
  const std::uint64_t inode = found.node.inode;
  if (auto replayed = file_system->replayed(inode))
    entry.replayed = std::move(*replayed);
  else
    warn(WarningKind::damaged_image, one.report.name, found.path,
         fmt::format("which of its bytes are there only thanks to the journal is not known: {}",
                     replayed.error().message));
  return make_log_file(std::move(entry),
                       [this, file_system, inode, volume = one.report.name,
                        path = found.path]() -> Result<std::unique_ptr<ByteStream>> {
                         if (const auto left_out = steps_.begin(Step::reading, volume, path))
                           return fail(ErrorKind::unreadable, "cannot read " + path, *left_out);
                         return file_system->open(inode);
                       });
}

std::vector<LogFolder> ImageEvidence::find_logs(std::span<const std::string_view> folders,
                                                std::span<const std::string_view> globs) {
  read_trees();
  // What lies in a tree that hangs in another one is found there, and not above.
  std::vector<std::size_t> order(volumes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto depth = [&](std::size_t index) {
    return volumes_[index].report.tree ? tree_depth(*volumes_[index].report.tree) : 0;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return depth(a) > depth(b); });
  std::vector<std::vector<LogFolder>> found(volumes_.size());
  SeenFiles seen;
  for (const std::size_t index : order)
    if (volumes_[index].file_system &&
        !steps_.begin(Step::log_search, volumes_[index].report.name, {}))
      found[index] = find_logs_on(volumes_[index], folders, globs, seen);
  std::vector<LogFolder> out;
  for (std::vector<LogFolder>& one : found)
    std::move(one.begin(), one.end(), std::back_inserter(out));
  return out;
}

std::vector<LogFolder> ImageEvidence::find_logs_on(OpenVolume& one,
                                                   std::span<const std::string_view> folders,
                                                   std::span<const std::string_view> globs,
                                                   SeenFiles& seen) {
  std::vector<LogFolder> out;
  std::vector<Warning> warnings;
  const bool below_top = one.report.tree && !one.report.tree->name.empty();
  const std::vector<std::string> more =
      below_top ? folders_in_tree(folders) : std::vector<std::string>();
  const std::vector<std::string_view> in_tree(more.begin(), more.end());
  for (FoundFolder& found : find_log_files(
           *one.file_system, below_top ? std::span(in_tree) : folders, globs, warnings)) {
    std::erase_if(found.files, [&](const FoundFile& file) {
      return !seen.emplace(one.whole, file.node.inode).second;
    });
    if (found.files.empty()) continue;
    LogFolder folder;
    folder.volume = one.report.name;
    folder.path = found.path;
    folder.facts = facts_for(one);
    for (const FoundFile& file : found.files) folder.files.push_back(log_file(one, file));
    out.push_back(std::move(folder));
  }
  for (Warning& warning : warnings) {
    warning.volume = one.report.name;
    warn(std::move(warning));
  }
  for (OpenVolume& other : volumes_)
    if (other.file_system.get() == one.whole) take_file_system_warnings(other);
  return out;
}

}  // namespace

Result<std::unique_ptr<Evidence>> open_image_evidence(std::unique_ptr<BlockSource> source,
                                                      InputReport report, const GivenImages& given,
                                                      StepNote* steps) {
  auto evidence = std::make_unique<ImageEvidence>(std::move(source), std::move(report),
                                                  steps == nullptr ? no_step_note() : *steps);
  evidence->open_volumes(given);
  return evidence;
}

}  // namespace pidometer
