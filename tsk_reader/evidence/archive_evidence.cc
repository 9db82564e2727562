#include "tsk_reader/evidence/archive_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "tsk_reader/evidence/host_facts.h"
#include "tsk_reader/evidence/log_file_impl.h"
#include "tsk_reader/evidence/member_filter.h"
#include "tsk_reader/evidence/nested_evidence.h"
#include "tsk_reader/evidence/tree_logs.h"
#include "tsk_reader/evidence/tree_prefixes.h"
#include "tsk_reader/file_system/archive/archive_contents.h"
#include "tsk_reader/file_system/archive/file_system_archive.h"

namespace pidometer {
namespace {

/// Passes that follow links whose targets no name gave away: a zone file behind two links, say. A
/// chain that is longer is made up.
constexpr int kMostPasses = 6;

/// The log folder of a tree that has none: the logs lie in its root.
constexpr std::array<std::string_view, 1> kRootItself = {""};

/// A host's tree.
struct Tree {
  TreePrefix prefix;
  std::string volume;
  std::unique_ptr<ArchiveTree> files;
  TreeFacts facts;
  bool facts_read = false;
};

class ArchiveEvidence final : public Evidence {
 public:
  ArchiveEvidence(const InputGroup& group, StepNote& steps, const ArchiveLimits& limits)
      : steps_(steps), path_(group.segments.front()), limits_(limits) {
    report_.name = group.name;
    report_.kind = "archive";
    report_.segments.push_back(path_.string());
    for (const Warning& warning : group.warnings) warnings_.add(warning, group.name, "");
  }

  /// Reads the first header: is it an archive at all?
  Result<void> check() {
    auto reader = ArchiveReader::open(path_, limits_);
    if (!reader) return tl::unexpected(reader.error());
    report_.size = (*reader)->size();
    if (!(*reader)->next() && !(*reader)->broken().empty())
      return fail(ErrorKind::unreadable, "cannot read the archive " + path_.string(),
                  (*reader)->broken(), kNoArchiveHelp);
    return {};
  }

  InputReport report() const override {
    InputReport report = report_;
    report.warnings = warnings_.all();
    if (contents_) report.damage = contents_->damage();
    return report;
  }

  std::vector<VolumeReport> volumes() const override {
    std::vector<VolumeReport> reports;
    for (const Tree& tree : trees_) {
      VolumeReport volume;
      volume.name = tree.volume;
      volume.description = tree.prefix.path.empty() ? "archive" : "folder of the archive";
      volume.file_system = std::string(contents_->format());
      volume.reader = "libarchive";
      reports.push_back(std::move(volume));
    }
    return reports;
  }

  std::vector<LogFolder> find_logs(std::span<const std::string_view> folders,
                                   std::span<const std::string_view> globs) override {
    steps_.at(Step::log_search, {}, {});
    const MemberFilter filter(folders, globs);
    if (!contents_ && !read(filter)) return {};
    find_trees(filter);
    return find(folders, globs, false);
  }

  std::vector<LogFolder> find_files(std::span<const std::string_view> folders,
                                    std::span<const std::string_view> globs) override {
    steps_.at(Step::log_search, {}, {});
    // Which trees there are is what their logs say.
    return contents_ ? find(folders, globs, true) : std::vector<LogFolder>();
  }

 private:
  std::vector<LogFolder> find(std::span<const std::string_view> folders,
                              std::span<const std::string_view> globs, bool just_these) {
    fetch_what_links_lead_to(folders, globs);
    std::vector<LogFolder> out;
    for (Tree& tree : trees_) {
      if (just_these && tree.prefix.loose) continue;
      read_facts(tree);
      std::vector<Warning> met;
      std::vector<LogFolder> found = find_tree_logs(
          *tree.files, tree.volume, tree.prefix.loose ? kRootItself : folders, globs,
          [&](const FoundFile& file) { return log_file(tree, file); }, met, just_these);
      for (LogFolder& folder : found) {
        folder.facts = tree.facts.facts;
        if (folder.path.empty()) folder.path.push_back('/');
        out.push_back(std::move(folder));
      }
      for (Warning& warning : met) warnings_.add(std::move(warning), report_.name, tree.volume);
    }
    take_contents_warnings();
    return out;
  }

  bool read(const MemberFilter& filter) {
    contents_ = std::make_unique<ArchiveContents>(path_, limits_);
    const Result<void> done =
        contents_->read({[&](std::string_view path) { return filter.is_log(path); },
                         [](std::string_view path) { return MemberFilter::is_fact(path); }});
    if (done) return true;
    contents_.reset();
    Warning warning;
    warning.kind = WarningKind::skipped_file;
    warning.message = fmt::format("{}: {}", done.error().message, done.error().reason);
    warnings_.add(std::move(warning), report_.name, "");
    return false;
  }

  void find_trees(const MemberFilter& filter) {
    std::vector<TreePrefix> prefixes = find_tree_prefixes(contents_->index(), filter);
    if (prefixes.size() > kMostTrees) {
      Warning warning;
      warning.kind = WarningKind::skipped_file;
      warning.path = prefixes[kMostTrees].path;
      warning.message = fmt::format(
          "the archive has logs below {} folders, more than {} hosts; from this folder on they are "
          "left out",
          prefixes.size(), kMostTrees);
      warnings_.add(std::move(warning), report_.name, "");
      prefixes.resize(kMostTrees);
    }
    // A second look must not lose the trees of the first: their files are in use.
    for (TreePrefix& prefix : prefixes) {
      const bool known = std::any_of(trees_.begin(), trees_.end(), [&](const Tree& tree) {
        return tree.prefix.node == prefix.node;
      });
      if (!known) add_tree(std::move(prefix));
    }
    // Say where was looked, even though nothing is there.
    if (trees_.empty()) add_tree({});
    if (nested_told_) return;
    nested_told_ = true;
    std::vector<ArchiveIndex::Node> roots;
    for (const Tree& tree : trees_) roots.push_back(tree.prefix.node);
    for (Warning& warning : nested_evidence(contents_->index(), roots))
      warnings_.add(std::move(warning), report_.name, "");
  }

  void add_tree(TreePrefix prefix) {
    Tree tree;
    tree.volume = prefix.path.empty() ? "root" : prefix.path;
    tree.files = std::make_unique<ArchiveTree>(*contents_, prefix.node);
    tree.prefix = std::move(prefix);
    trees_.push_back(std::move(tree));
  }

  /// Logs and facts behind links: what they lead to was no likely name in the first pass.
  void fetch_what_links_lead_to(std::span<const std::string_view> folders,
                                std::span<const std::string_view> globs) {
    for (int pass = 0; pass < kMostPasses; ++pass) {
      std::set<std::uint64_t> missed;
      for (Tree& tree : trees_) {
        std::vector<Warning> ignored;
        for (const FoundFolder& folder :
             find_log_files(*tree.files, tree.prefix.loose ? kRootItself : folders, globs, ignored))
          for (const FoundFile& file : folder.files) {
            const std::uint64_t ordinal = tree.files->ordinal(file.node.inode);
            if (ordinal != 0 && !contents_->tried(ordinal)) missed.insert(ordinal);
          }
        if (tree.facts_read) continue;
        tree.files->forget_missed();
        read_tree_facts(*tree.files);
        missed.insert(tree.files->missed().begin(), tree.files->missed().end());
      }
      if (missed.empty()) return;
      contents_->fetch(missed);
    }
  }

  void read_facts(Tree& tree) {
    if (tree.facts_read) return;
    tree.facts = read_tree_facts(*tree.files);
    tree.facts_read = true;
    for (const std::string& problem : tree.facts.problems) {
      Warning warning;
      warning.kind = WarningKind::year_uncertain;
      warning.message = problem;
      warnings_.add(std::move(warning), report_.name, tree.volume);
    }
  }

  std::unique_ptr<LogFile> log_file(const Tree& tree, const FoundFile& found) {
    ArchiveTree* files = tree.files.get();
    const std::uint64_t inode = found.node.inode;
    const std::string name = files->verbatim(inode);
    FileEntry entry;
    entry.path = found.path;
    PathSpecLayer layer;
    layer.type_indicator = std::string(files->type_indicator());
    layer.location = fmt::format("{}{}", name.starts_with('/') ? "" : "/", name);
    entry.display_name = fmt::format("{}:{}", layer.type_indicator, layer.location);
    entry.size = found.node.size;
    entry.modified = found.node.modified;
    entry.other_paths = found.other_paths;
    entry.path_spec = contents_->layers();
    entry.path_spec.insert(entry.path_spec.begin(), std::move(layer));
    if (contents_->local_time(files->ordinal(inode))) {
      Warning warning;
      warning.kind = WarningKind::year_uncertain;
      warning.path = found.path;
      warning.message =
          "its modification time is a wall clock without a zone, as zips have it, and is taken as "
          "UTC; lines close to a turn of the year may get the wrong year";
      warnings_.add(std::move(warning), report_.name, tree.volume);
    }
    return make_log_file(
        std::move(entry),
        with_step(steps_, tree.volume, found.path, [files, inode] { return files->open(inode); }));
  }

  void take_contents_warnings() {
    const auto& all = contents_->warnings();
    for (; contents_warnings_ < all.size(); ++contents_warnings_)
      warnings_.add(all[contents_warnings_], report_.name, "");
  }

  StepNote& steps_;
  std::filesystem::path path_;
  ArchiveLimits limits_;
  InputReport report_;
  InputWarnings warnings_;
  std::unique_ptr<ArchiveContents> contents_;
  std::size_t contents_warnings_ = 0;
  std::vector<Tree> trees_;
  bool nested_told_ = false;
};

}  // namespace

Result<std::unique_ptr<Evidence>> open_archive_evidence(const InputGroup& group, StepNote& steps,
                                                        const ArchiveLimits& limits) {
  auto evidence = std::make_unique<ArchiveEvidence>(group, steps, limits);
  if (const Result<void> checked = evidence->check(); !checked)
    return tl::unexpected(checked.error());
  return evidence;
}

}  // namespace pidometer
