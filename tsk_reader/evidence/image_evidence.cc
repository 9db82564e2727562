#include "tsk_reader/evidence/image_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "tsk_reader/evidence/host_trees.h"
#include "tsk_reader/evidence/log_file_impl.h"
#include "tsk_reader/evidence/log_finder.h"
#include "tsk_reader/evidence/medium_hasher.h"
#include "tsk_reader/evidence/open_volumes.h"
#include "tsk_reader/evidence/residue.h"
#include "tsk_reader/evidence/tree_reports.h"

namespace pidometer {
namespace {

/// Files that were found already: filesystem and inode.
using SeenFiles = std::set<std::pair<const FileSystem*, std::uint64_t>>;

class ImageEvidence final : public Evidence {
 public:
  ImageEvidence(std::unique_ptr<BlockSource> source, InputReport report, StepNote& steps)
      : steps_(steps),
        volumes_(std::move(source), std::move(report), steps),
        trees_(volumes_, steps) {}

  void open_volumes(const GivenImages& given) { volumes_.open(given); }

  InputReport report() const override { return volumes_.report(); }
  std::vector<VolumeReport> volumes() const override { return volumes_.reports(); }

  std::vector<LogFolder> find_logs(std::span<const std::string_view> folders,
                                   std::span<const std::string_view> globs) override;
  std::vector<LogFolder> find_files(std::span<const std::string_view> folders,
                                    std::span<const std::string_view> globs) override;
  std::vector<LogFolder> find_deleted(std::span<const std::string_view> folders,
                                      std::span<const std::string_view> globs) override;
  Result<MediumHashing> hash_on() override;

 private:
  /// Names of files that are looked for, in which folders, and whether in just these.
  struct Search {
    std::span<const std::string_view> folders;
    std::span<const std::string_view> globs;
    bool just_these = false;
  };
  std::vector<LogFolder> find(const Search& search);
  std::vector<LogFolder> find_on(std::size_t index, const Search& search, SeenFiles& seen);
  std::unique_ptr<LogFile> log_file(OpenVolume& one, const FoundFile& found);

  StepNote& steps_;
  OpenVolumes volumes_;
  HostTrees trees_;
  std::optional<MediumHasher> hasher_;  ///< while the medium is read for it
};

Result<MediumHashing> ImageEvidence::hash_on() {
  steps_.at(Step::hashing, {}, {});
  if (!hasher_) hasher_.emplace(volumes_.image());
  Result<MediumHashing> so_far = hasher_->read_on();
  if (!so_far || so_far->done) hasher_.reset();
  return so_far;
}

std::unique_ptr<LogFile> ImageEvidence::log_file(OpenVolume& one, const FoundFile& found) {
  FileEntry entry;
  entry.path = found.path;
  entry.display_name = fmt::format("{}:{}", one.file_system->type_indicator(), found.path);
  entry.size = found.node.size;
  entry.modified = found.node.modified;
  entry.other_paths = found.other_paths;
  entry.created = found.node.created;
  entry.changed = found.node.changed;
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
    volumes_.warn(
        WarningKind::damaged_image, one.report.name, found.path,
        fmt::format("which of its bytes are there only thanks to the journal is not known: {}",
                    replayed.error().message));
  return make_log_file(std::move(entry),
                       with_step(steps_, one.report.name, found.path,
                                 [file_system, inode] { return file_system->open(inode); }));
}

std::vector<LogFolder> ImageEvidence::find_logs(std::span<const std::string_view> folders,
                                                std::span<const std::string_view> globs) {
  return find({folders, globs, false});
}

std::vector<LogFolder> ImageEvidence::find_files(std::span<const std::string_view> folders,
                                                 std::span<const std::string_view> globs) {
  return find({folders, globs, true});
}

std::vector<LogFolder> ImageEvidence::find(const Search& search) {
  trees_.read();
  std::vector<OpenVolume>& all = volumes_.all();
  // What lies in a tree that hangs in another one is found there, and not above.
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto depth = [&](std::size_t index) {
    return all[index].report.tree ? tree_depth(*all[index].report.tree) : 0;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return depth(a) > depth(b); });
  std::vector<std::vector<LogFolder>> found(all.size());
  SeenFiles seen;
  for (const std::size_t index : order)
    if (all[index].file_system && !steps_.begin(Step::log_search, all[index].report.name, {}))
      found[index] = find_on(index, search, seen);
  std::vector<LogFolder> out;
  for (std::vector<LogFolder>& one : found)
    std::move(one.begin(), one.end(), std::back_inserter(out));
  return out;
}

std::vector<LogFolder> ImageEvidence::find_on(std::size_t index, const Search& search,
                                              SeenFiles& seen) {
  const auto& [folders, globs, just_these] = search;
  OpenVolume& one = volumes_.all()[index];
  std::vector<LogFolder> out;
  std::vector<Warning> warnings;
  // A volume may be mounted anywhere on the way to a log folder; its own /var/log goes first.
  const bool below_top = one.report.tree && !one.report.tree->name.empty();
  std::vector<std::string> places;
  if (!just_these && (below_top || trees_.may_be_log_volume(index)))
    places = folders_in_tree(folders);
  else
    places.assign(folders.begin(), folders.end());
  const bool for_logs = std::find(folders.begin(), folders.end(), kLogFolders[0]) != folders.end();
  // A bind mount may show the host's logs from anywhere.
  if (const auto logs = trees_.logs_on(index);
      logs && for_logs && std::find(places.begin(), places.end(), *logs) == places.end())
    places.push_back(*logs);
  const std::vector<std::string_view> looked_into(places.begin(), places.end());
  for (FoundFolder& found :
       find_log_files(*one.file_system, looked_into, globs, warnings, just_these)) {
    std::erase_if(found.files, [&](const FoundFile& file) {
      return !seen.emplace(one.whole, file.node.inode).second;
    });
    if (found.files.empty() && !just_these) continue;
    LogFolder folder;
    folder.volume = one.report.name;
    folder.path = found.path;
    folder.facts = trees_.facts_for(index);
    if (for_logs) folder.place = trees_.place(index, found.path);
    for (const FoundFile& file : found.files) folder.files.push_back(log_file(one, file));
    out.push_back(std::move(folder));
  }
  for (Warning& warning : warnings) {
    warning.volume = one.report.name;
    volumes_.warn(std::move(warning));
  }
  for (OpenVolume& other : volumes_.all())
    if (other.file_system.get() == one.whole) volumes_.take_file_system_warnings(other);
  return out;
}

std::vector<LogFolder> ImageEvidence::find_deleted(std::span<const std::string_view> folders,
                                                   std::span<const std::string_view> globs) {
  trees_.read();
  std::vector<LogFolder> out;
  for (std::size_t index = 0; index < volumes_.all().size(); ++index) {
    OpenVolume& one = volumes_.all()[index];
    // Free space belongs to a filesystem as a whole, not to one of its trees.
    if (!one.file_system || one.file_system.get() != one.whole || !one.volume.source) continue;
    if (steps_.begin(Step::deleted_search, one.report.name, {})) continue;
    ResidueVolume searched{*one.file_system, *one.volume.source, volumes_.image().path_spec()};
    for (OpenVolume& tree : volumes_.all())
      if (tree.file_system && tree.whole == one.whole)
        searched.trees.push_back(tree.file_system.get());
    std::vector<std::string> places(folders.begin(), folders.end());
    if (searched.trees.size() > 1 || trees_.may_be_log_volume(index))
      places = folders_in_tree(folders);
    const std::vector<std::string_view> looked_into(places.begin(), places.end());
    Residue residue = find_residue(searched, looked_into, globs);
    for (Warning& warning : residue.warnings) {
      warning.volume = one.report.name;
      volumes_.warn(std::move(warning));
    }
    volumes_.take_file_system_warnings(one);
    if (residue.folder.empty()) continue;
    LogFolder folder;
    folder.volume = one.report.name;
    folder.path = std::move(residue.folder);
    folder.facts = trees_.facts_for(index);
    folder.files = std::move(residue.files);
    out.push_back(std::move(folder));
  }
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
