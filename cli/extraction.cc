#include "cli/extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/hex.h"
#include "base/sha256.h"
#include "cli/cron_lines.h"
#include "cli/interrupt.h"
#include "cli/missing_words.h"
#include "cli/output_file.h"
#include "cli/recovery.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

/// A cron log by its name, so that one with no line a dialect knows is extracted all the same.
bool named_cron(const FileEntry& entry) {
  return std::filesystem::path(entry.path).filename().string().starts_with("cron");
}

}  // namespace

void Extraction::begin_image(const std::string& name) {
  const std::string plain = safe_name(std::filesystem::path(name).filename().string());
  top_ = plain;
  for (unsigned number = 2; !tops_.insert(top_.string()).second; ++number)
    top_ = fmt::format("{}-{}", plain, number);
  volumes_ = {};
  copied_.clear();
}

void Extraction::extract_all(Evidence& evidence, const std::string& name) {
  std::vector<std::string_view> globs(plugin_.path_globs().begin(), plugin_.path_globs().end());
  const LoginRecords records = plugin_.login_records();
  if (options_.all_logs) globs.insert(globs.end(), records.globs.begin(), records.globs.end());
  const std::vector<LogFolder> live = evidence.find_logs(kLogFolders, globs);
  if (interrupted()) cut_off(name, "its logs were not all looked for");
  extract_folders(live, name);
  if (options_.recover && !interrupted()) {
    for (const LogFolder& found : evidence.find_deleted(kLogFolders, globs))
      extract_recovered(found, live, name);
  }
  if (options_.recover && interrupted()) cut_off(name, "what was deleted was not all looked for");
  if (!options_.all_logs) return;
  if (interrupted()) return cut_off(name, "the records of log-ins in /run were not looked for");
  extract_folders(evidence.find_logs(records.running.folders, records.running.globs), name);
}

void Extraction::cut_off(const std::string& image, const std::string& words) {
  unreached_.push_back(image + ": " + words + ": it was interrupted");
}

Result<std::string> Extraction::write_sums() {
  std::sort(sums_.begin(), sums_.end());
  std::string text;
  for (const auto& [path, sum] : sums_) text += sum_line(sum, path);
  const std::filesystem::path sums = std::filesystem::path(options_.directory) / kSumsName;
  if (Result<void> written = write_whole_file(sums.string(), options_.force, text); !written)
    return tl::unexpected(written.error());
  return hex_of(sha256_of(text));
}

void Extraction::extract_folders(const std::vector<LogFolder>& folders, const std::string& image) {
  for (const LogFolder& folder : folders) {
    mediator_.begin_series(HostSeries{image, folder.volume, folder.path, {}, {}, {}});
    std::vector<Packed> packed;
    bool any = false;
    for (std::size_t at = 0; at < folder.files.size(); ++at) {
      if (interrupted()) {
        cut_off(folder, at, image);
        break;
      }
      const std::unique_ptr<LogFile>& file = folder.files[at];
      // A file of two names, or a link in /var/log to what lies in /run, is one.
      const std::pair place(folder.volume, file->entry().inode.value_or(0));
      if (const auto copy = copied_.find(place); file->entry().inode && copy != copied_.end()) {
        FileEntry& copied = custody_[copy->second].entry;
        if (copied.path != file->entry().path) copied.other_paths.push_back(file->entry().path);
        continue;
      }
      bool cron = named_cron(file->entry());
      if (!cron) {
        Unseen unseen;
        const Result<bool> holds = holds_cron_lines(*file, plugin_, unseen);
        if (interrupted()) {  // before it was told
          cut_off(folder, at, image);
          break;
        }
        if (!holds) fail_file(holds.error(), image, folder.volume, file->entry());
        cron = holds && *holds;
        if (!cron && !unseen.lost.empty()) note_lost(folder.volume, file->entry(), unseen.lost);
        if (unseen.form && !options_.all_logs)
          note_unread(folder.volume, file->entry(), *unseen.form);
      }
      if (cron) ++outcome_.cron_logs;
      if (!cron && !options_.all_logs) continue;
      const std::filesystem::path relative =
          volume_folder(folder.volume) / safe_path(file->entry().path);
      const bool stored = extract_stored(*file, image, folder.volume, relative);
      if (!stored && interrupted()) {
        cut_off(folder, at, image);
        break;
      }
      if (stored && cron) note_if_nothing_left(custody_.back());
      if (stored && file->entry().inode) copied_.emplace(place, custody_.size() - 1);
      any = true;
      if (is_compressed(file->entry()))
        packed.push_back({file.get(), relative, image, folder.volume});
    }
    // After the stored files: a log that is really called cron.1.gz.text keeps its name.
    for (const Packed& one : packed)
      if (interrupted() || (!extract_text(one) && interrupted()))
        cut_off(image, "the text of " + one.relative.string() + " was not copied");
    if (any) say_which_copy(image, folder.volume, folder.path, folder.place, diagnostics_);
  }
}

void Extraction::cut_off(const LogFolder& folder, std::size_t at, const std::string& image) {
  cut_off(image, fmt::format("{} of {} in {}{}{} were not reached, from {} on",
                             folder.files.size() - at, counted_words(folder.files.size(), "file"),
                             folder.volume, folder.volume.empty() ? "" : ":", folder.path,
                             folder.files[at]->entry().path));
}

void Extraction::extract_recovered(const LogFolder& found, const std::vector<LogFolder>& live,
                                   const std::string& image) {
  const Recovered recovered = recover_volume(found, live, image, plugin_, mediator_, summary_);
  for (const LogFile* file : recovered.logs.files) {
    if (interrupted()) return;
    ++outcome_.cron_logs;
    extract_stored(*file, image, found.volume,
                   volume_folder(found.volume) / "recovered" / recovered_name(file->entry()));
  }
}

std::filesystem::path Extraction::volume_folder(const std::string& volume) {
  const std::string& folder = volumes_.of(volume);
  if (folder != safe_name(volume) && renamed_.insert((top_ / folder).string()).second)
    diagnostics_.note(fmt::format("note: the files of {} go to {}: another volume has that name",
                                  volume, (top_ / folder).string()));
  return top_ / folder;
}

bool Extraction::extract_stored(const LogFile& file, const std::string& image,
                                const std::string& volume, const std::filesystem::path& relative) {
  const Result<ExtractedFile> stored = write(file, StreamForm::stored, relative);
  if (!stored) {
    fail_file(stored.error(), image, volume, file.entry());
    return false;
  }
  LogReport report;
  report.entry = file.entry();
  report.sha256 = stored->sha256;
  report.damage = stored->damage;
  note_file(*stored, relative, file.entry());
  custody_.push_back({relative.string(), image, volume, file.entry(), false, stored->bytes,
                      stored->sha256, stored->damage});
  summary_.logs.push_back(SummaryLog{image, volume, std::move(report)});
  return true;
}

bool Extraction::extract_text(const Packed& packed) {
  std::string name = packed.relative.string() + ".text";
  while (written_.contains(name)) name += "_";
  const Result<ExtractedFile> decoded = write(*packed.file, StreamForm::decoded, name);
  if (!decoded) {
    fail_file(decoded.error(), packed.image, packed.volume, packed.file->entry());
    return false;
  }
  note_file(*decoded, name, packed.file->entry());
  custody_.push_back({name, packed.image, packed.volume, packed.file->entry(), true, decoded->bytes,
                      decoded->sha256, decoded->damage});
  return true;
}

Result<ExtractedFile> Extraction::write(const LogFile& file, StreamForm form,
                                        const std::filesystem::path& relative) {
  Result<ExtractedFile> extracted = write_extracted(
      file, form,
      {options_.directory, relative, options_.force, [this] { return earlier_.retire(); }});
  if (extracted && extracted->undated) tell(*extracted->undated);
  return extracted;
}

void Extraction::note_file(const ExtractedFile& extracted, const std::filesystem::path& relative,
                           const FileEntry& entry) {
  written_.insert(relative.string());
  sums_.emplace_back(relative.string(), extracted.sha256);
  bytes_ += extracted.bytes;
  // What is missing of a deleted log is no lost evidence.
  outcome_.damaged = outcome_.damaged || (!extracted.damage.empty() && !entry.recovery);
  for (const DamagedRange& damaged : extracted.damage) {
    Warning warning;
    warning.kind = WarningKind::damaged_log;
    warning.message = damaged.reason + "; the extracted file does not hold what was there";
    warning.path = entry.path;
    warning.range = damaged.range;
    mediator_.produce_warning(std::move(warning));
  }
}

void Extraction::note_lost(const std::string& volume, const FileEntry& entry,
                           const std::vector<DamagedRange>& damage) {
  lost_.push_back(lost_log_words(volume, entry, damage));
  outcome_.damaged = true;
  Warning warning;
  warning.kind = WarningKind::damaged_log;
  warning.message = lost_.back() + "; whether cron wrote to it is not known";
  warning.volume = volume;
  mediator_.produce_warning(std::move(warning));
}

void Extraction::note_if_nothing_left(const CustodyFile& copied) {
  if (copied.damage.empty() || sound_bytes(copied.bytes, copied.damage) > 0) return;
  lost_.push_back(fmt::format("the log {}{}{} was copied, and all of its {} bytes are damaged ({})",
                              copied.volume, copied.volume.empty() ? "" : ":", copied.entry.path,
                              with_thousands(copied.bytes), copied.damage.front().reason));
}

void Extraction::note_unread(const std::string& volume, const FileEntry& entry,
                             const Error& error) {
  lost_.push_back(fmt::format("{} of {} was not copied: {}", entry.path, volume, error.message));
  Warning warning;
  warning.kind = WarningKind::skipped_file;
  warning.message =
      fmt::format("{}, and whether cron wrote to it is not known; --all-logs copies it; {}",
                  error.message, error.reason);
  warning.volume = volume;
  warning.path = entry.path;
  mediator_.produce_warning(std::move(warning));
}

void Extraction::fail_file(Error error, const std::string& image, const std::string& volume,
                           const FileEntry& entry) {
  // Reading ends with the interrupt: no fault of the evidence.
  if (error.kind == ErrorKind::unreadable && interrupted()) return;
  // What is said of an output names it; the evidence says what is wrong with it, and not where.
  if (error.kind != ErrorKind::output && error.kind != ErrorKind::usage)
    error.message = fmt::format("{}: {}{}{}: {}", image, volume, volume.empty() ? "" : ":",
                                entry.path, error.message);
  tell(error);
}

void Extraction::tell(const Error& error) {
  diagnostics_.error(error);
  summary_.errors.push_back(error);
  if (error.kind == ErrorKind::output || error.kind == ErrorKind::usage)
    outcome_.output_failed = true;
  else
    outcome_.damaged = true;
}

}  // namespace pidometer
