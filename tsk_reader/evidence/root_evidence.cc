#include "tsk_reader/evidence/root_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/evidence/host_facts.h"
#include "tsk_reader/evidence/log_file_impl.h"
#include "tsk_reader/evidence/tree_logs.h"
#include "tsk_reader/file_system/os_tree/file_system_os_tree.h"

namespace pidometer {
namespace {

constexpr const char* kVolume = "root";

class RootEvidence final : public Evidence {
 public:
  RootEvidence(const InputGroup& group, std::unique_ptr<FileSystem> tree, StepNote& steps)
      : steps_(steps), location_(os_location(group.segments.front())), tree_(std::move(tree)) {
    report_.name = group.name;
    report_.kind = "tree";
    report_.segments.push_back(group.segments.front().string());
    for (const Warning& warning : group.warnings) warnings_.add(warning, group.name, "");
    while (location_.size() > 1 && location_.ends_with('/')) location_.pop_back();
  }

  InputReport report() const override {
    InputReport report = report_;
    std::vector<Warning> all = warnings_.all();
    // What was met in reading a file, after it was found.
    for (Warning warning : tree_->warnings()) {
      warning.image = report_.name;
      warning.volume = kVolume;
      const bool known = std::any_of(all.begin(), all.end(), [&](const Warning& old) {
        return old.message == warning.message && old.path == warning.path;
      });
      if (!known) all.push_back(std::move(warning));
    }
    report.warnings = std::move(all);
    return report;
  }

  std::vector<VolumeReport> volumes() const override {
    VolumeReport volume;
    volume.name = kVolume;
    volume.description = "folder";
    volume.file_system = "folder";
    volume.reader = std::string(tree_->reader());
    return {volume};
  }

  std::vector<LogFolder> find_logs(std::span<const std::string_view> folders,
                                   std::span<const std::string_view> globs) override {
    return find(folders, globs, false);
  }

  std::vector<LogFolder> find_files(std::span<const std::string_view> folders,
                                    std::span<const std::string_view> globs) override {
    return find(folders, globs, true);
  }

 private:
  std::vector<LogFolder> find(std::span<const std::string_view> folders,
                              std::span<const std::string_view> globs, bool empty_too) {
    if (!facts_read_) {
      steps_.at(Step::host_facts, {}, {});
      facts_ = read_tree_facts(*tree_);
      facts_read_ = true;
      for (const std::string& problem : facts_.problems) {
        Warning warning;
        warning.kind = WarningKind::year_uncertain;
        warning.message = problem;
        warnings_.add(std::move(warning), report_.name, kVolume);
      }
    }
    steps_.at(Step::log_search, {}, {});
    std::vector<Warning> met;
    std::vector<LogFolder> found = find_tree_logs(
        *tree_, kVolume, folders, globs, [this](const FoundFile& file) { return log_file(file); },
        met, empty_too);
    for (LogFolder& folder : found) folder.facts = facts_.facts;
    for (Warning& warning : met) warnings_.add(std::move(warning), report_.name, kVolume);
    return found;
  }

  /// No inode: of a copied tree it would be the examiner's own.
  std::unique_ptr<LogFile> log_file(const FoundFile& found) {
    FileEntry entry;
    entry.path = found.path;
    entry.display_name = "OS:" + found.path;
    entry.size = found.node.size;
    entry.modified = found.node.modified;
    entry.other_paths = found.other_paths;
    PathSpecLayer layer;
    layer.type_indicator = "OS";
    layer.location = (location_ == "/" ? "" : location_) + found.real_path;
    entry.path_spec.push_back(std::move(layer));
    FileSystem* tree = tree_.get();
    const std::uint64_t inode = found.node.inode;
    return make_log_file(std::move(entry), with_step(steps_, kVolume, found.path,
                                                     [tree, inode] { return tree->open(inode); }));
  }

  StepNote& steps_;
  InputReport report_;
  std::string location_;
  std::unique_ptr<FileSystem> tree_;
  InputWarnings warnings_;
  TreeFacts facts_;
  bool facts_read_ = false;
};

}  // namespace

Result<std::unique_ptr<Evidence>> open_root_evidence(const InputGroup& group, StepNote& steps) {
  auto tree = open_os_tree(group.segments.front());
  if (!tree) return tl::unexpected(tree.error());
  return std::make_unique<RootEvidence>(group, std::move(*tree), steps);
}

bool is_system_tree(const std::filesystem::path& folder) {
  const auto is_folder = [&](const char* name) {
    std::error_code ignored;
    return std::filesystem::symlink_status(folder / name, ignored).type() ==
           std::filesystem::file_type::directory;
  };
  return is_folder("etc") && is_folder("var") && is_folder("var/log");
}

}  // namespace pidometer
