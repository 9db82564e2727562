#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/content_sniffer.h"
#include "tsk_reader/container/ddrescue/find_maps.h"
#include "tsk_reader/container/ewf/ewf_grouping.h"
#include "tsk_reader/container/lower_files.h"
#include "tsk_reader/container/raw_source.h"
#include "tsk_reader/container/split_parts.h"
#include "tsk_reader/container/vmdk/vmdk_grouping.h"
#include "tsk_reader/evidence.h"
#include "tsk_reader/evidence/root_evidence.h"
#include "tsk_reader/process/step.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Whether a file begins as one that is whole, and is no part of a raw image.
bool begins_as_whole(Content content) {
  return content == Content::archive || is_virtual_disk(content);
}

/// Whether there is anything but folders in a folder and below; true where that cannot be told.
/// What lies in the first one that is met is enough: an empty mount point is what is looked for.
bool holds_files(const fs::path& folder) {
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (entries->symlink_status(unknown).type() != fs::file_type::directory) return true;
  }
  return static_cast<bool>(error);
}

Content content_of(const fs::path& path) {
  const Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  return file ? sniff_content(**file, path).content : Content::unknown;
}

/// Groups with the place on the command line that each began at.
class Grouper {
 public:
  explicit Grouper(InputKind as) : as_(as) {}

  void take_root(const std::string& name, std::size_t order) {
    std::error_code error;
    const fs::file_status status = fs::status(name, error);
    if (status.type() == fs::file_type::directory) {
      add_folder(InputKind::root, name, order);
    } else if (status.type() == fs::file_type::not_found) {
      errors_.push_back({ErrorKind::not_found, "cannot read the folder " + name,
                         "it does not exist", "check the path"});
    } else {
      errors_.push_back({ErrorKind::usage, name + " is no folder",
                         "--root takes the root folder of a system",
                         "give an image, a log or an archive without --root"});
    }
  }

  void take(const std::string& name, std::size_t order) {
    if (as_ == InputKind::root) {
      take_root(name, order);
      return;
    }
    const fs::path path(name);
    std::error_code error;
    if (fs::is_directory(path, error)) {
      take_folder(name, order);
      return;
    }
    Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
    if (!file) {
      errors_.push_back(file.error());
      return;
    }
    if ((*file)->size() == 0) {
      errors_.push_back(*content_error({Content::empty, {}}, name));
      return;
    }
    if (is_claimed(path)) {
      parts_.push_back(name);
      return;
    }
    if (as_ == InputKind::folder) {
      errors_.push_back({ErrorKind::usage, name + " is no folder", {}, "leave out --as folder"});
    } else if (as_ == InputKind::log || as_ == InputKind::archive) {
      add(as_, name, order, {path});
    } else if (!take_split(name, order)) {
      take_file(**file, name, order);
    }
  }

  /// Files that a VMDK's descriptor among `paths` names are a part of that input.
  void claim_extents(std::span<const std::string> paths, StepNote& steps) {
    for (const std::string& name : paths) {
      steps.at(Step::input, {}, name);
      for (const fs::path& extent : vmdk_extent_paths(name)) {
        struct stat info {};
        if (::stat(extent.c_str(), &info) == 0) claimed_.insert({info.st_dev, info.st_ino});
      }
    }
  }

  GroupedInputs finish(StepNote& steps) {
    for (EwfGroup& ewf : group_ewf_segments(std::move(segments_))) {
      const std::size_t order = orders_[ewf.first_given];
      std::vector<fs::path> paths;
      for (const EwfSegment& segment : ewf.segments) paths.push_back(segment.path);
      InputGroup group{
          InputKind::image, names_[ewf.first_given], std::move(paths), std::move(ewf.warnings), {}};
      groups_.emplace(order, std::move(group));
    }
    place_maps(steps);
    GroupedInputs inputs;
    for (auto& [order, group] : groups_) inputs.groups.push_back(std::move(group));
    inputs.errors = std::move(errors_);
    inputs.notes = std::move(notes_);
    inputs.parts = std::move(parts_);
    inputs.lower = std::move(lower_);
    return inputs;
  }

 private:
  bool is_claimed(const fs::path& path) const {
    struct stat info {};
    return !claimed_.empty() && as_ != InputKind::log && ::stat(path.c_str(), &info) == 0 &&
           claimed_.contains({info.st_dev, info.st_ino});
  }

  /// Gives each raw image the ddrescue maps beside it, those of the command line first.
  void place_maps(StepNote& steps) {
    std::vector<InputGroup*> raw;
    for (const std::size_t order : raw_orders_)
      if (const auto at = groups_.find(order); at != groups_.end()) raw.push_back(&at->second);
    for (const std::string& map : maps_) {
      steps.at(Step::input, {}, map);
      std::vector<InputGroup*> owners;
      for (InputGroup* group : raw)
        if (raw.size() == 1 ||
            map_belongs_to(map, group->segments.front(), bytes_of_segments(group->segments)))
          owners.push_back(group);
      if (owners.size() == 1) {
        owners.front()->maps.emplace_back(map);
      } else {
        errors_.push_back({ErrorKind::usage, "cannot use the ddrescue map " + map,
                           raw.empty() ? "no raw image is given with it"
                                       : "it is not clear which of the images it is of",
                           "give it with its raw image alone, or name it like the image"});
      }
    }
    for (InputGroup* group : raw) {
      steps.at(Step::input, {}, group->name);
      for (fs::path& map :
           found_maps_.of(group->segments.front(), bytes_of_segments(group->segments))) {
        std::error_code error;
        const bool known =
            std::any_of(group->maps.begin(), group->maps.end(),
                        [&](const fs::path& other) { return fs::equivalent(other, map, error); });
        if (!known) group->maps.push_back(std::move(map));
      }
    }
  }

  void add(InputKind kind, const std::string& name, std::size_t order,
           std::vector<fs::path> paths) {
    // One file or folder by two names, links among them, has one device and inode.
    struct stat info {};
    if (::stat(paths.front().c_str(), &info) == 0) {
      const auto [at, is_new] = files_.try_emplace({info.st_dev, info.st_ino}, order);
      if (!is_new) {
        add_duplicate(groups_.at(at->second), name);
        return;
      }
    }
    groups_.emplace(order, InputGroup{kind, name, std::move(paths), {}, {}});
  }

  /// One without a file, as a mount point is where nothing is mounted, would pass for a system
  /// without a log.
  void add_folder(InputKind kind, const std::string& name, std::size_t order) {
    if (holds_files(name))
      add(kind, name, order, {fs::path(name)});
    else
      errors_.push_back({ErrorKind::not_evidence, name + " is no evidence",
                         "there is no file in it, nor in a folder below",
                         "check the path, and that the file system is mounted there"});
  }

  static void add_duplicate(InputGroup& group, const std::string& name) {
    Warning warning;
    warning.kind = WarningKind::duplicate_input;
    warning.image = group.name;
    warning.message = name == group.name
                          ? name + " is given twice and read once"
                          : name + " is given already, as " + group.name + ", and read once";
    group.warnings.push_back(std::move(warning));
  }

  void take_folder(const std::string& name, std::size_t order) {
    if (as_ != InputKind::automatic && as_ != InputKind::folder) {
      errors_.push_back({ErrorKind::usage, name + " is a folder", "--as says that it is a file",
                         "leave out --as"});
      return;
    }
    if (as_ == InputKind::automatic && is_system_tree(name)) {
      notes_.push_back("note: " + name +
                       " has etc and var/log and is read as the root of a system, as with --root; "
                       "--as folder reads it as a folder of logs");
      add_folder(InputKind::root, name, order);
      return;
    }
    add_folder(InputKind::folder, name, order);
  }

  void take_file(OsFile& file, const std::string& name, std::size_t order) {
    const Sniffed sniffed = sniff_content(file, name);
    const bool forced =
        as_ == InputKind::image &&
        (sniffed.content == Content::log || sniffed.content == Content::foreign ||
         sniffed.content == Content::archive || sniffed.content == Content::unknown);
    if (sniffed.content == Content::ewf) {
      Result<EwfSegment> segment = read_ewf_segment(name, EwfDepth::identity);
      if (!segment) {
        errors_.push_back(segment.error());
        return;
      }
      segments_.push_back(std::move(*segment));
      names_.push_back(name);
      orders_.push_back(order);
    } else if (sniffed.content == Content::ddrescue_map && !forced) {
      maps_.push_back(name);
    } else if (is_virtual_disk(sniffed.content)) {
      const fs::path whole = find_vmdk_descriptor(name).value_or(name);
      if (whole != name) {
        parts_.push_back(name);
        notes_.push_back("note: " + name + " is a part of the disk of " + whole.string() +
                         ", which is read as a whole");
      }
      for (fs::path& below : lower_files(whole)) lower_.push_back({std::move(below), name});
      add(InputKind::image, name, order, {whole});
    } else if (sniffed.content == Content::disk || forced) {
      raw_orders_.insert(order);
      add(InputKind::image, name, order, {fs::path(name)});
    } else if (sniffed.content == Content::log) {
      add(InputKind::log, name, order, {fs::path(name)});
    } else if (sniffed.content == Content::archive) {
      add(InputKind::archive, name, order, {fs::path(name)});
    } else {
      errors_.push_back(*content_error(sniffed, name));
    }
  }

  /// True where the file is a part of a split image, or one that was taken with another part. The
  /// first part decides: the bytes of a later one may look like anything.
  bool take_split(const std::string& name, std::size_t order) {
    const fs::path path(name);
    const std::optional<SplitPart> part = split_part(path);
    if (!part) return false;
    const SplitParts::Parts& parts = parts_of_split_.of(path, *part);
    std::error_code error;
    const fs::path folder =
        fs::canonical(path.parent_path().empty() ? "." : path.parent_path(), error);
    const std::string key = (folder / part->stem).string();
    const std::string file_key = (folder / path.filename()).string();
    if (const auto known = split_.find(key); known != split_.end()) {
      if (known->second == nullptr) return false;
      if (!seen_.insert(file_key).second) add_duplicate(*known->second, name);
      return true;
    }
    const auto [first, first_path] = *parts.begin();
    Result<std::unique_ptr<OsFile>> file = OsFile::open(first_path);
    if (!file) return false;
    const Content content = sniff_content(**file, first_path).content;
    const bool disk =
        content == Content::disk || (as_ == InputKind::image && content != Content::ewf);
    if (parts.size() < 2 && first <= 1) return false;
    if (first > 1) {
      // Not the beginning of a disk, and perhaps a rotated log that is numbered this way.
      if (content == Content::log || content == Content::ewf || as_ == InputKind::log) return false;
      // backup.2024, alone or beside that of the year before.
      if (begins_as_whole(content) && begins_as_whole(content_of(path))) return false;
      // What begins as disks do, and has no other part beside it, is called so: server.2019.
      if (parts.size() == 1 && disk) {
        notes_.push_back("note: " + name +
                         " has the name of a part of a split image, of which there is no other, "
                         "and is read as a whole one");
        return false;
      }
      errors_.push_back({ErrorKind::unreadable, "cannot read " + name,
                         "it looks like part " + std::to_string(part->number) +
                             " of a split image, of which part 1 is missing",
                         "give the first part too"});
      return true;
    }
    if (!disk) {
      split_.emplace(key, nullptr);
      return false;
    }
    std::vector<fs::path> paths;
    for (const auto& [number, one] : parts) paths.push_back(one);
    seen_.insert(file_key);
    raw_orders_.insert(order);
    const auto at =
        groups_.emplace(order, InputGroup{InputKind::image, name, std::move(paths), {}, {}}).first;
    split_.emplace(key, &at->second);
    return true;
  }

  InputKind as_;
  std::map<std::size_t, InputGroup> groups_;  // by place on the command line
  SplitParts parts_of_split_;
  DdrescueMaps found_maps_;
  std::set<std::size_t> raw_orders_;           // of groups_: raw images
  std::vector<std::string> maps_;              // of GNU ddrescue, as given
  std::set<std::pair<dev_t, ino_t>> claimed_;  // extents of VMDKs that are given too
  std::vector<Error> errors_;
  std::vector<std::string> notes_;
  std::vector<std::string> parts_;
  std::vector<LowerFile> lower_;
  std::vector<EwfSegment> segments_;
  std::vector<std::string> names_;                        // of segments_, as given
  std::vector<std::size_t> orders_;                       // of segments_, on the command line
  std::map<std::string, InputGroup*> split_;              // by folder and stem; null: no image
  std::set<std::string> seen_;                            // split parts given
  std::map<std::pair<dev_t, ino_t>, std::size_t> files_;  // single files and folders given
};

}  // namespace

GroupedInputs group_inputs_here(std::span<const std::string> paths, InputKind as, StepNote* steps) {
  if (steps == nullptr) steps = &no_step_note();
  Grouper grouper(as);
  grouper.claim_extents(paths, *steps);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    steps->at(Step::input, {}, paths[i]);
    grouper.take(paths[i], i);
  }
  steps->at(Step::input, {}, {});
  return grouper.finish(*steps);
}

}  // namespace pidometer
