#include "tsk_reader/evidence/log_finder.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>

#include "tsk_reader/file_system/path_resolver.h"

namespace pidometer {
namespace {

constexpr std::string_view kSystemLogs = "/var/log";

Warning skipped(std::string path, std::string message) {
  Warning warning;
  warning.kind = WarningKind::skipped_file;
  warning.path = std::move(path);
  warning.message = std::move(message);
  return warning;
}

std::string words_of(const Error& error) {
  return error.reason.empty() ? error.message : fmt::format("{}: {}", error.message, error.reason);
}

/// Only a symlink needs the whole path; the rest is one inode away.
Result<ResolvedPath> resolve_entry(FileSystem& file_system, const DirectoryEntry& entry,
                                   const std::string& path, const std::string& real_path) {
  auto node = file_system.stat(entry.inode);
  if (!node) return tl::unexpected(node.error());
  if (node->kind == NodeKind::symlink) return resolve_path(file_system, path);
  return ResolvedPath{*node, real_path, {}};
}

void find_in_folder(FileSystem& file_system, FoundFolder& folder, const ResolvedPath& where,
                    std::span<const std::string_view> globs, std::set<std::uint64_t>& seen,
                    std::vector<Warning>& warnings) {
  const auto entries = file_system.list(where.node->inode);
  if (!entries) {
    warnings.push_back(skipped(folder.path, "folder cannot be read: " + words_of(entries.error())));
    return;
  }
  const std::string real_folder = where.real_path == "/" ? "" : where.real_path;
  const std::string shown_folder = folder.path == "/" ? "" : folder.path;
  const auto real_name = [&](const std::string& path) {
    return real_folder + path.substr(shown_folder.size());
  };
  std::vector<FoundFile> found;
  std::size_t taken = 0;
  for (const DirectoryEntry& entry : *entries) {
    if (!name_matches(entry.name, globs, file_system.folds_case())) continue;
    const std::string path = fmt::format("{}/{}", shown_folder, entry.name);
    if (++taken > kMostLogs) {
      warnings.push_back(skipped(folder.path, fmt::format("only the first {} matching files of the "
                                                          "folder are read",
                                                          kMostLogs)));
      break;
    }
    const auto place = resolve_entry(file_system, entry, path, real_name(path));
    if (!place) {
      warnings.push_back(skipped(path, words_of(place.error())));
    } else if (!place->node) {
      // A name that the log folder itself lacks is a file that was removed: the link holds no
      // bytes. Elsewhere a mount point may stand before what it leads to.
      if (place->real_path != where.real_path)
        warnings.push_back(
            skipped(path, fmt::format("the symbolic link leads to nothing on this volume: {}",
                                      place->broken_link)));
    } else if (place->node->kind == NodeKind::file) {
      found.push_back({path, place->real_path, *place->node});
    }
  }
  // Of two names for one inode the one that is no symlink stays, else the first.
  std::sort(found.begin(), found.end(), [&](const FoundFile& a, const FoundFile& b) {
    return std::pair(real_name(a.path) != a.real_path, a.path) <
           std::pair(real_name(b.path) != b.real_path, b.path);
  });
  for (FoundFile& file : found) {
    if (seen.insert(file.node.inode).second) {
      folder.files.push_back(std::move(file));
      continue;
    }
    const auto first = std::ranges::find(folder.files, file.node.inode,
                                         [](const FoundFile& other) { return other.node.inode; });
    if (first != folder.files.end()) first->other_paths.push_back(std::move(file.path));
  }
  std::sort(folder.files.begin(), folder.files.end(),
            [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
}

/// Whether a folder is a link to its own place, as /run on a /var volume is (`run -> ../run`, seen
/// from /var): it means the volume that /var is mounted on.
bool leaves_the_volume(FileSystem& file_system, std::string_view folder) {
  const std::filesystem::path path(folder);
  const auto parent = resolve_path(file_system, path.parent_path().string());
  if (!parent || !parent->node) return false;
  const auto inode = file_system.lookup(parent->node->inode, path.filename().string());
  if (!inode || !*inode) return false;
  const auto target = file_system.read_link(**inode);
  return target && (path.parent_path() / *target).lexically_normal() == path;
}

/// Where journald keeps its files, one folder a machine ID below (systemd-journald.service(8)):
/// beside the other logs, and until it may write there on a tmpfs, of which a copy may be had.
std::vector<std::string> journal_folders(std::string_view log_folder) {
  std::vector<std::string> out{(log_folder == "/" ? "" : std::string(log_folder)) + "/journal"};
  if (log_folder == kSystemLogs) out.emplace_back("/run/log/journal");
  return out;
}

/// The journals of a log folder are its own: the host's counter is one.
void find_journals(FileSystem& file_system, FoundFolder& folder,
                   std::span<const std::string_view> globs, std::set<std::uint64_t>& seen_folders,
                   std::set<std::uint64_t>& seen_files, std::vector<Warning>& warnings) {
  for (const std::string& path : journal_folders(folder.path)) {
    const auto journals = resolve_path(file_system, path);
    // On a /var volume /run lies elsewhere, as /var/run does.
    if (!journals && path == "/run/log/journal") continue;
    if (!journals) {
      warnings.push_back(skipped(path, words_of(journals.error())));
      continue;
    }
    if (!journals->node || journals->node->kind != NodeKind::directory) continue;
    const auto machines = file_system.list(journals->node->inode);
    if (!machines) {
      warnings.push_back(skipped(path, "folder cannot be read: " + words_of(machines.error())));
      continue;
    }
    std::size_t taken = 0;
    for (const DirectoryEntry& machine : *machines) {
      if (machine.name == "." || machine.name == "..") continue;
      if (++taken > kMostLogs) {
        warnings.push_back(skipped(
            path, fmt::format("only the first {} folders of journals are looked into", kMostLogs)));
        break;
      }
      FoundFolder found{fmt::format("{}/{}", path, machine.name), {}};
      const std::string real_path =
          fmt::format("{}/{}", journals->real_path == "/" ? "" : journals->real_path, machine.name);
      const auto place = resolve_entry(file_system, machine, found.path, real_path);
      if (!place) {
        warnings.push_back(skipped(found.path, words_of(place.error())));
        continue;
      }
      if (!place->node || place->node->kind != NodeKind::directory ||
          !seen_folders.insert(place->node->inode).second)
        continue;
      find_in_folder(file_system, found, *place, globs, seen_files, warnings);
      std::move(found.files.begin(), found.files.end(), std::back_inserter(folder.files));
    }
  }
  std::sort(folder.files.begin(), folder.files.end(),
            [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
}

}  // namespace

bool name_matches(const std::string& name, std::span<const std::string_view> globs,
                  bool fold_case) {
  const int flags = FNM_PERIOD | (fold_case ? FNM_CASEFOLD : 0);
  return std::any_of(globs.begin(), globs.end(), [&](std::string_view glob) {
    return fnmatch(std::string(glob).c_str(), name.c_str(), flags) == 0;
  });
}

std::vector<FoundFolder> find_log_files(FileSystem& file_system,
                                        std::span<const std::string_view> folders,
                                        std::span<const std::string_view> globs,
                                        std::vector<Warning>& warnings, bool empty_too) {
  std::vector<FoundFolder> out;
  std::set<std::uint64_t> seen_folders;
  std::set<std::uint64_t> seen_files;
  std::set<std::string> told;
  const bool for_journals = name_matches("system.journal", globs);
  for (const std::string_view path : folders) {
    const auto place = resolve_path(file_system, path);
    if (!place) {
      if (leaves_the_volume(file_system, path)) continue;
      // what ails /var is told once, whatever is looked for below it
      const Error& error = place.error();
      if (told.insert(error.reason.empty() ? error.message : error.reason).second)
        warnings.push_back(skipped(std::string(path), words_of(place.error())));
      continue;
    }
    if (!place->node) {
      // /var/run -> /run, a filesystem in memory: on no disk it leads anywhere. And cron's own
      // folder is not there on Linux, behind whatever link /var is.
      const bool optional = path.ends_with("/run") || path.ends_with("/cron");
      if (!place->broken_link.empty() && !optional && told.insert(place->broken_link).second)
        warnings.push_back(skipped(
            std::string(path), fmt::format("the symbolic link leads to nothing on this volume: {}",
                                           place->broken_link)));
      continue;
    }
    if (place->node->kind != NodeKind::directory) {
      // A data disk may well have a file called log at its top; nothing has one at /var/log.
      if (place->node->kind == NodeKind::other || path.rfind('/') > 0)
        warnings.push_back(
            skipped(std::string(path),
                    "it should be a directory and is none: its inode is damaged, or no "
                    "Linux system wrote this"));
      continue;
    }
    if (!seen_folders.insert(place->node->inode).second) continue;
    FoundFolder folder{std::string(path), {}};
    find_in_folder(file_system, folder, *place, globs, seen_files, warnings);
    if (for_journals) find_journals(file_system, folder, globs, seen_folders, seen_files, warnings);
    if (empty_too || !folder.files.empty()) out.push_back(std::move(folder));
  }
  return out;
}

}  // namespace pidometer
