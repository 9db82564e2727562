#include "cli/witness_files.h"

#include <algorithm>
#include <filesystem>

namespace pidometer {
namespace {

namespace fs = std::filesystem;

bool same(const Warning& a, const Warning& b) {
  return a.kind == b.kind && a.volume == b.volume && a.path == b.path && a.message == b.message;
}

}  // namespace

WitnessFiles::WitnessFiles(Evidence& evidence, const Plugin& plugin,
                           const std::vector<LogFolder>& logs, std::optional<bool> wanted) {
  const InputReport before = evidence.report();
  if (logs.empty() || !wanted.value_or(before.kind != "log")) return;
  for (const std::string_view folder : plugin.witness_folders())
    names_.push_back(fs::path(folder).filename().string());
  found_ = &logs;
  // Of loose evidence all files are listed, whatever is asked for.
  loose_ = before.kind == "log" || before.kind == "folder";
  if (loose_) return;
  own_ = evidence.find_logs(plugin.witness_folders(), plugin.witness_globs());
  found_ = &own_;
  for (const Warning& warning : evidence.report().warnings)
    if (std::none_of(before.warnings.begin(), before.warnings.end(),
                     [&](const Warning& old) { return same(old, warning); }))
      met_.push_back(warning);
}

bool WitnessFiles::belongs(const LogFolder& witnesses, const LogFolder& logs) const {
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
  if (witnesses.volume == logs.volume) return true;
  return !in_logs && !logs.facts.hostname.empty() &&
         witnesses.facts.hostname == logs.facts.hostname;
}

std::vector<const LogFile*> WitnessFiles::beside(const LogFolder& logs) const {
  std::vector<const LogFile*> files;
  if (found_ == nullptr) return files;
  for (const LogFolder& folder : *found_)
    if (belongs(folder, logs))
      for (const auto& file : folder.files) files.push_back(file.get());
  return files;
}

}  // namespace pidometer
