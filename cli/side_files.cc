#include "cli/side_files.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

namespace pidometer {
namespace {

namespace fs = std::filesystem;

bool same(const Warning& a, const Warning& b) {
  return a.kind == b.kind && a.volume == b.volume && a.path == b.path && a.message == b.message;
}

/// Damage that may hide files, whoever met it.
bool hides_files(const Warning& warning) {
  return warning.kind == WarningKind::damaged_image || warning.kind == WarningKind::skipped_file;
}

bool of_one_host(const LogFolder& a, const LogFolder& b) {
  return !b.facts.hostname.empty() && a.facts.hostname == b.facts.hostname;
}

}  // namespace

SideFiles::SideFiles(Evidence& evidence, const Plugin& plugin, const std::vector<LogFolder>& logs,
                     std::optional<bool> witnesses, bool recovered) {
  if (logs.empty() && !recovered) return;
  const std::string kind = evidence.report().kind;
  loose_ = kind == "log" || kind == "folder";
  if (witnesses.value_or(kind != "log")) find_witnesses(evidence, plugin, logs);
  if (loose_ || logs.empty()) return;
  for (const Warning& warning : evidence.report().warnings)
    if (hides_files(warning)) damage_.push_back(warning);
  for (const FileRequest& request : plugin.crontab_files()) {
    const std::size_t before = met_.size();
    std::vector<LogFolder> found =
        find(evidence, [&] { return evidence.find_files(request.folders, request.globs); });
    std::move(found.begin(), found.end(), std::back_inserter(crontabs_));
    crontab_warnings_.insert(crontab_warnings_.end(),
                             met_.begin() + static_cast<std::ptrdiff_t>(before), met_.end());
  }
}

void SideFiles::find_witnesses(Evidence& evidence, const Plugin& plugin,
                               const std::vector<LogFolder>& logs) {
  const FileRequest request = plugin.witness_files();
  for (const std::string_view folder : request.folders)
    names_.push_back(fs::path(folder).filename().string());
  found_ = &logs;
  // Of loose evidence all files are listed, whatever is asked for.
  if (loose_) return;
  own_ = find(evidence, [&] { return evidence.find_logs(request.folders, request.globs); });
  found_ = &own_;
}

std::vector<LogFolder> SideFiles::find(Evidence& evidence,
                                       const std::function<std::vector<LogFolder>()>& search) {
  const std::vector<Warning> before = evidence.report().warnings;
  std::vector<LogFolder> found = search();
  for (const Warning& warning : evidence.report().warnings)
    if (std::none_of(before.begin(), before.end(),
                     [&](const Warning& old) { return same(old, warning); }))
      met_.push_back(warning);
  return found;
}

bool SideFiles::belongs(const LogFolder& witnesses, const LogFolder& logs) const {
  if (loose_) {
    if (witnesses.path == logs.path) return true;
    const fs::path folder(witnesses.path);
    const fs::path beside(logs.path);
    const bool known =
        std::find(names_.begin(), names_.end(), folder.filename().string()) != names_.end();
    return known && (folder.parent_path() == beside ||
                     (folder.filename() == "run" && folder.parent_path() == beside.parent_path()));
  }
  // Two folders of logs are two series, each with its own; /run and /var/lib are the host's.
  const bool in_logs = witnesses.path.starts_with(logs.path);
  const bool of_other_logs = !in_logs && witnesses.path.find("/log") != std::string::npos &&
                             !witnesses.path.ends_with("/logrotate");
  if (of_other_logs) return false;
  return witnesses.volume == logs.volume || (!in_logs && of_one_host(witnesses, logs));
}

std::vector<const LogFile*> SideFiles::witnesses(const LogFolder& logs) const {
  std::vector<const LogFile*> files;
  if (found_ == nullptr) return files;
  for (const LogFolder& folder : *found_)
    if (belongs(folder, logs))
      for (const auto& file : folder.files) files.push_back(file.get());
  return files;
}

const LogFolder* SideFiles::crontabs_at(const std::string& path, const LogFolder& logs,
                                        std::string& ambiguous) const {
  const LogFolder* elsewhere = nullptr;
  for (const LogFolder& folder : crontabs_) {
    if (folder.path != path) continue;
    if (folder.volume == logs.volume) return &folder;
    if (!of_one_host(folder, logs)) continue;
    if (elsewhere != nullptr)
      ambiguous = path + " of several volumes may be this host's: " + elsewhere->volume + ", " +
                  folder.volume;
    elsewhere = &folder;
  }
  return elsewhere;
}

HostCrontabs SideFiles::crontabs(const LogFolder& logs) const {
  HostCrontabs host;
  host.looked_for = !loose_;
  std::set<std::string> paths;
  for (const LogFolder& folder : crontabs_) paths.insert(folder.path);
  std::set<std::string> volumes = {"", logs.volume};
  for (const std::string& path : paths) {
    std::string ambiguous;
    const LogFolder* const folder = crontabs_at(path, logs, ambiguous);
    if (!ambiguous.empty()) host.ambiguous = ambiguous;
    if (folder == nullptr || !ambiguous.empty()) continue;
    volumes.insert(folder->volume);
    CrontabFolder& found = host.folders.emplace_back(CrontabFolder{folder->volume, path});
    for (const auto& file : folder->files) found.files.push_back(file.get());
  }
  for (const auto& [warnings, told] :
       {std::pair(&crontab_warnings_, &host.unread), std::pair(&damage_, &host.damage)})
    for (const Warning& warning : *warnings)
      if (volumes.contains(warning.volume)) told->push_back({warning.volume, warning.path});
  return host;
}

}  // namespace pidometer
