#include "tsk_reader/evidence/loose_evidence.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/content_sniffer.h"
#include "tsk_reader/evidence/log_file_impl.h"
#include "tsk_reader/evidence/log_finder.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Deeper than any tree of logs (/var/log/host/year/month/day below a mount point), and shallow
/// enough for a recursive walk.
constexpr std::size_t kMaxDepth = 32;

/// A log server's tree of a year of daily files of 250 hosts.
constexpr std::size_t kMaxFiles = 100000;

std::unique_ptr<LogFile> make_loose_file(const fs::path& path, const OsFile& file,
                                         StepNote& steps) {
  FileEntry entry;
  entry.path = path.string();
  PathSpecLayer layer;
  layer.type_indicator = "OS";
  layer.location = os_location(path);
  entry.display_name = "OS:" + layer.location;
  entry.path_spec.push_back(std::move(layer));
  entry.size = file.size();
  entry.modified = file.modified();
  return make_log_file(std::move(entry), [path, &steps]() -> Result<std::unique_ptr<ByteStream>> {
    if (const auto left_out = steps.begin(Step::reading, {}, path.string()))
      return fail(ErrorKind::unreadable, "cannot read " + path.string(), *left_out);
    return open_os_stream(path);
  });
}

class LooseLog : public Evidence {
 public:
  LooseLog(InputReport report, fs::path path, StepNote& steps)
      : report_(std::move(report)), path_(std::move(path)), steps_(steps) {}

  InputReport report() const override { return report_; }
  std::vector<VolumeReport> volumes() const override { return {}; }

  std::vector<LogFolder> find_logs(std::span<const std::string_view>,
                                   std::span<const std::string_view>) override {
    std::vector<LogFolder> folders;
    Result<std::unique_ptr<OsFile>> file = OsFile::open(path_);
    if (!file) {
      Warning warning;
      warning.kind = WarningKind::skipped_file;
      warning.message = file.error().message + ": " + file.error().reason;
      warning.path = path_.string();
      report_.warnings.push_back(std::move(warning));
      return folders;
    }
    LogFolder& folder = folders.emplace_back();
    folder.path = path_.has_parent_path() ? path_.parent_path().string() : ".";
    folder.files.push_back(make_loose_file(path_, **file, steps_));
    return folders;
  }

 private:
  InputReport report_;
  fs::path path_;
  StepNote& steps_;
};

/// Journals lie in LOGS/journal/MACHINE-ID, and are of the host whose other logs lie in LOGS.
void join_journals(std::vector<LogFolder>& folders) {
  for (LogFolder& journals : folders) {
    const fs::path above = fs::path(journals.path).parent_path();
    if (above.filename() != "journal") continue;
    const std::string logs = above.parent_path().string();
    const auto holder = std::find_if(folders.begin(), folders.end(), [&](const LogFolder& folder) {
      return folder.path == logs && !folder.files.empty();
    });
    if (holder == folders.end()) continue;
    for (auto at = journals.files.begin(); at != journals.files.end();) {
      const std::string extension = fs::path((*at)->entry().path).extension().string();
      const bool is_journal = extension == ".journal" || extension == ".journal~";
      if (is_journal) holder->files.push_back(std::move(*at));
      at = is_journal ? journals.files.erase(at) : std::next(at);
    }
  }
  std::erase_if(folders, [](const LogFolder& folder) { return folder.files.empty(); });
}

class LooseFolder : public Evidence {
 public:
  LooseFolder(InputReport report, fs::path path, StepNote& steps)
      : report_(std::move(report)), path_(std::move(path)), steps_(steps) {}

  InputReport report() const override { return report_; }
  std::vector<VolumeReport> volumes() const override { return {}; }

  std::vector<LogFolder> find_logs(std::span<const std::string_view>,
                                   std::span<const std::string_view> globs) override {
    std::vector<LogFolder> folders;
    globs_ = globs;
    // A second look must not say everything twice.
    report_.warnings.resize(opening_warnings_);
    count_ = 0;
    walk(path_, 0, folders);
    std::sort(folders.begin(), folders.end(),
              [](const LogFolder& a, const LogFolder& b) { return a.path < b.path; });
    join_journals(folders);
    return folders;
  }

 private:
  void warn(WarningKind kind, const fs::path& path, std::string message) {
    Warning warning;
    warning.kind = kind;
    warning.message = std::move(message);
    warning.path = path.string();
    report_.warnings.push_back(std::move(warning));
  }

  void walk(const fs::path& path, std::size_t depth, std::vector<LogFolder>& folders) {
    steps_.at(Step::log_search, {}, path.string());
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(path, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
      if (++count_ > kMaxFiles) {
        warn(WarningKind::skipped_file, path,
             "the folder holds more than " + std::to_string(kMaxFiles) +
                 " files; the rest is not looked at");
        break;
      }
      entries.push_back(*at);
    }
    if (error) {
      warn(WarningKind::skipped_file, path,
           "cannot read the folder " + path.string() + ": " + error.message());
    }
    std::sort(entries.begin(), entries.end());
    LogFolder folder;
    folder.path = path.string();
    for (const fs::directory_entry& entry : entries) {
      std::error_code ignored;
      if (entry.is_symlink(ignored)) {
        take_link(entry.path());
      } else if (entry.is_directory(ignored)) {
        if (depth + 1 >= kMaxDepth) {
          warn(WarningKind::skipped_file, entry.path(),
               entry.path().string() + " lies too deep and is not looked at");
        } else if (count_ <= kMaxFiles) {
          walk(entry.path(), depth + 1, folders);
        }
      } else if (entry.is_regular_file(ignored)) {
        take(entry.path(), folder);
      }
    }
    if (!folder.files.empty()) folders.push_back(std::move(folder));
  }

  bool has_log_name(const fs::path& path) const {
    return name_matches(path.filename().string(), globs_);
  }

  /// A link is never followed: what it leads to within the given folder is found there, and beyond
  /// lie files of this machine and not of the evidence.
  void take_link(const fs::path& path) {
    if (!has_log_name(path)) return;
    std::error_code error;
    const fs::path root = fs::canonical(path_, error);
    const fs::path target = error ? fs::path() : fs::canonical(path, error);
    const bool inside =
        !error &&
        std::mismatch(root.begin(), root.end(), target.begin(), target.end()).first == root.end();
    if (inside) return;
    const fs::path words = fs::read_symlink(path, error);
    warn(WarningKind::skipped_file, path,
         path.string() + " is a symbolic link to " + words.string() +
             ", which does not lie in the given folder, and is not followed");
  }

  void take(const fs::path& path, LogFolder& folder) {
    if (steps_.begin(Step::reading, {}, path.string())) return;  // said by who leaves it out
    Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
    if (!file) {
      warn(WarningKind::skipped_file, path, file.error().message + ": " + file.error().reason);
      return;
    }
    const Sniffed sniffed = sniff_content(**file, path);
    switch (sniffed.content) {
      case Content::log:
      case Content::unknown:  // wtmp and other binary logs: content is the plugin's to judge
        folder.files.push_back(make_loose_file(path, **file, steps_));
        break;
      case Content::ewf:
      case Content::ewf_destroyed:
      case Content::qcow2:
      case Content::vmdk:
      case Content::vmdk_descriptor:
      case Content::vhd:
      case Content::vhdx:
      case Content::disk:
      case Content::archive:
      case Content::other_container:
      case Content::packed_disk:
        warn(WarningKind::unsupported, path,
             path.string() + " is " + sniffed.what + ": give it as an input of its own");
        break;
      case Content::foreign:
        // Under the name of a log it may be one, packed in a way that is not read.
        if (has_log_name(path))
          warn(WarningKind::skipped_file, path,
               path.string() + " has the name of a log and is " + sniffed.what +
                   ": not read; unpack it first if it holds one");
        break;
      case Content::ddrescue_map:  // says something of an image, and nothing of a log
      case Content::empty:         // logrotate leaves an empty file after every rotation
        break;
    }
  }

  InputReport report_;
  fs::path path_;
  StepNote& steps_;
  std::size_t opening_warnings_ = report_.warnings.size();
  std::size_t count_ = 0;
  std::span<const std::string_view> globs_;  // of the look under way
};

InputReport report_of(const InputGroup& group, std::string kind) {
  InputReport report;
  report.name = group.name;
  report.kind = std::move(kind);
  report.segments.push_back(group.segments.front().string());
  report.warnings = group.warnings;
  return report;
}

}  // namespace

Result<std::unique_ptr<Evidence>> open_loose_log(const InputGroup& group, StepNote& steps) {
  const fs::path& path = group.segments.front();
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  InputReport report = report_of(group, "log");
  report.size = (*file)->size();
  return std::make_unique<LooseLog>(std::move(report), path, steps);
}

Result<std::unique_ptr<Evidence>> open_loose_folder(const InputGroup& group, StepNote& steps) {
  const fs::path& path = group.segments.front();
  std::error_code error;
  const fs::directory_iterator readable(path, error);
  if (error) {
    return fail(error == std::errc::no_such_file_or_directory ? ErrorKind::not_found
                                                              : ErrorKind::unreadable,
                "cannot read the folder " + path.string(), error.message());
  }
  return std::make_unique<LooseFolder>(report_of(group, "folder"), path, steps);
}

}  // namespace pidometer
