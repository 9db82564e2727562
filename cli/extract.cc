#include "cli/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/cron_lines.h"
#include "cli/custody.h"
#include "cli/extracted_file.h"
#include "cli/input_reports.h"
#include "cli/interrupt.h"
#include "cli/output_file.h"
#include "cli/recovery.h"
#include "cli/run_record.h"
#include "cli/scan_mediator.h"
#include "plugin/cron_odometer.h"
#include "plugin/timeline/summary_words.h"
#include "tsk_reader/bytes/hashing.h"

namespace pidometer {
namespace {

/// What --all-logs adds to the plugin's own globs: the login records that other tools read beside
/// the cron log.
constexpr std::array<std::string_view, 3> kLoginRecords = {"wtmp*", "btmp*", "utmp*"};

/// Where utmp lies: it speaks of the running system. On a /var volume of its own /var/run is /run.
constexpr std::array<std::string_view, 2> kRunFolders = {"/var/run", "/run"};
constexpr std::array<std::string_view, 1> kRunRecords = {"utmp*"};

/// A cron log by its name, so that one with no line a dialect knows is extracted all the same.
bool named_cron(const FileEntry& entry) {
  return std::filesystem::path(entry.path).filename().string().starts_with("cron");
}

/// One run of the command: where files go, and what became of them.
class Extraction {
 public:
  Extraction(const Options& options, RunSummary& summary, ScanMediator& mediator,
             RunOutcome& outcome, Diagnostics& diagnostics)
      : options_(options),
        summary_(summary),
        mediator_(mediator),
        outcome_(outcome),
        diagnostics_(diagnostics) {}

  /// Of several images each has a folder of its own: their volumes have the same names.
  void begin_image(const std::string& name) {
    const std::string plain = safe_name(std::filesystem::path(name).filename().string());
    top_ = plain;
    for (unsigned number = 2; !tops_.insert(top_.string()).second; ++number)
      top_ = fmt::format("{}-{}", plain, number);
    volumes_ = {};
    seen_.clear();
  }

  void extract_all(Evidence& evidence, const std::string& name) {
    std::vector<std::string_view> globs(plugin_.path_globs().begin(), plugin_.path_globs().end());
    if (options_.all_logs) globs.insert(globs.end(), kLoginRecords.begin(), kLoginRecords.end());
    const std::vector<LogFolder> live = evidence.find_logs(kLogFolders, globs);
    extract_folders(live, name);
    if (options_.recover) {
      for (const LogFolder& found : evidence.find_deleted(kLogFolders, globs))
        extract_recovered(found, live, name);
    }
    if (options_.all_logs) extract_folders(evidence.find_logs(kRunFolders, kRunRecords), name);
  }

  /// `SHA256  PATH` lines, sorted by path, as sha256sum --check reads them. Returns their own
  /// SHA-256.
  Result<std::string> write_sums() {
    std::sort(sums_.begin(), sums_.end());
    std::string text;
    for (const auto& [path, sum] : sums_) text += sum_line(sum, path);
    Result<OutputFile> file = OutputFile::create(
        (std::filesystem::path(options_.directory) / "SHA256SUMS").string(), options_.force);
    if (!file) return tl::unexpected(file.error());
    Result<void> written = file->write(text);
    if (written) written = file->commit();
    if (!written) return tl::unexpected(written.error());
    Sha256 sum;
    sum.update(std::as_bytes(std::span(text)));
    return sum.finish();
  }

  /// In the order in which they were copied.
  std::vector<CustodyFile> take_custody() { return std::move(custody_); }
  std::size_t files() const { return sums_.size(); }
  std::uint64_t bytes() const { return bytes_; }
  /// lost_log_words() of the logs that were found and hold nothing.
  const std::vector<std::string>& lost() const { return lost_; }

 private:
  /// A log that goes on after the stored files: its unpacked text.
  struct Packed {
    const LogFile* file;
    std::filesystem::path relative;
    std::string image;
    std::string volume;
  };

  void extract_folders(const std::vector<LogFolder>& folders, const std::string& image) {
    for (const LogFolder& folder : folders) {
      mediator_.begin_series(HostSeries{image, folder.volume, folder.path, {}, {}, {}});
      std::vector<Packed> packed;
      bool any = false;
      for (const auto& file : folder.files) {
        if (interrupted()) return;
        // A link in /var/log to what lies in /run is one file.
        if (file->entry().inode && !seen_.emplace(folder.volume, *file->entry().inode).second)
          continue;
        bool cron = named_cron(file->entry());
        if (!cron) {
          Unseen unseen;
          const Result<bool> holds = holds_cron_lines(*file, plugin_, unseen);
          if (!holds) fail_file(holds.error());
          cron = holds && *holds;
          if (!cron && !unseen.lost.empty()) note_lost(folder.volume, file->entry(), unseen.lost);
          if (unseen.form && !options_.all_logs)
            note_unread(folder.volume, file->entry(), *unseen.form);
        }
        if (cron) ++outcome_.cron_logs;
        if (!cron && !options_.all_logs) continue;
        const std::filesystem::path relative =
            volume_folder(folder.volume) / safe_path(file->entry().path);
        extract_stored(*file, image, folder.volume, relative);
        any = true;
        if (is_compressed(file->entry()))
          packed.push_back({file.get(), relative, image, folder.volume});
      }
      // After the stored files: a log that is really called cron.1.gz.text keeps its name.
      for (const Packed& one : packed) extract_text(one);
      if (any) say_which_copy(image, folder.volume, folder.path, folder.place, diagnostics_);
    }
  }

  /// Below VOLUME/recovered, called by where it lay, how it was found, and what its name was.
  void extract_recovered(const LogFolder& found, const std::vector<LogFolder>& live,
                         const std::string& image) {
    const Recovered recovered = recover_volume(found, live, image, plugin_, mediator_, summary_);
    for (const LogFile* file : recovered.logs.files) {
      if (interrupted()) return;
      ++outcome_.cron_logs;
      extract_stored(*file, image, found.volume,
                     volume_folder(found.volume) / "recovered" / recovered_name(file->entry()));
    }
  }

  std::filesystem::path volume_folder(const std::string& volume) {
    const std::string& folder = volumes_.of(volume);
    if (folder != safe_name(volume) && renamed_.insert((top_ / folder).string()).second)
      diagnostics_.note(fmt::format("note: the files of {} go to {}: another volume has that name",
                                    volume, (top_ / folder).string()));
    return top_ / folder;
  }

  void extract_stored(const LogFile& file, const std::string& image, const std::string& volume,
                      const std::filesystem::path& relative) {
    const Result<ExtractedFile> stored =
        write_extracted(file, StreamForm::stored, options_.directory, relative, options_.force);
    if (!stored) return fail_file(stored.error());
    LogReport report;
    report.entry = file.entry();
    report.sha256 = stored->sha256;
    report.damage = stored->damage;
    note_file(*stored, relative, file.entry());
    custody_.push_back({relative.string(), image, volume, file.entry(), false, stored->bytes,
                        stored->sha256, stored->damage});
    summary_.logs.push_back(SummaryLog{image, volume, std::move(report)});
  }

  void extract_text(const Packed& packed) {
    std::string name = packed.relative.string() + ".text";
    while (written_.contains(name)) name += "_";
    const Result<ExtractedFile> decoded = write_extracted(*packed.file, StreamForm::decoded,
                                                          options_.directory, name, options_.force);
    if (!decoded) return fail_file(decoded.error());
    note_file(*decoded, name, packed.file->entry());
    custody_.push_back({name, packed.image, packed.volume, packed.file->entry(), true,
                        decoded->bytes, decoded->sha256, decoded->damage});
  }

  void note_file(const ExtractedFile& extracted, const std::filesystem::path& relative,
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

  /// A file by whose name it may be a cron log, and that holds no line any more.
  void note_lost(const std::string& volume, const FileEntry& entry,
                 const std::vector<DamagedRange>& damage) {
    lost_.push_back(lost_log_words(volume, entry, damage));
    outcome_.damaged = true;
    Warning warning;
    warning.kind = WarningKind::damaged_log;
    warning.message = lost_.back() + "; whether cron wrote to it is not known";
    warning.volume = volume;
    mediator_.produce_warning(std::move(warning));
  }

  /// A file that is not copied, since nothing says whether it is a cron log.
  void note_unread(const std::string& volume, const FileEntry& entry, const Error& error) {
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

  void fail_file(const Error& error) {
    diagnostics_.error(error);
    summary_.errors.push_back(error);
    if (error.kind == ErrorKind::output || error.kind == ErrorKind::usage)
      outcome_.output_failed = true;
    else
      outcome_.damaged = true;
  }

  const Options& options_;
  RunSummary& summary_;
  ScanMediator& mediator_;
  RunOutcome& outcome_;
  Diagnostics& diagnostics_;
  CronOdometer plugin_;
  std::vector<std::pair<std::string, std::string>> sums_;  ///< path below DIR, SHA-256
  std::vector<CustodyFile> custody_;
  std::uint64_t bytes_ = 0;
  std::vector<std::string> lost_;
  std::filesystem::path top_;                             ///< of the image's files, below DIR
  std::set<std::string> tops_;                            ///< those taken
  SafeNames volumes_;                                     ///< of the image, below its folder
  std::set<std::string> renamed_;                         ///< folders that were told of
  std::set<std::string> written_;                         ///< paths below DIR
  std::set<std::pair<std::string, std::uint64_t>> seen_;  ///< volume, inode
};

/// What the run came to.
void finish_custody(CustodyRecord& custody, Extraction& extraction, const RunOutcome& outcome,
                    const RunSummary& summary) {
  custody.files = extraction.take_custody();
  custody.missing = extraction.lost();
  for (const SummaryVolume& volume : summary.volumes)
    if (!volume.unsupported.empty())
      custody.missing.push_back(fmt::format("the volume {} of {} was not read: {}", volume.name,
                                            volume.input, volume.unsupported));
  if (outcome.interrupted) custody.missing.push_back("what was not reached: it was interrupted");
  // Whatever --partial-ok makes of it.
  custody.exit_status = summary.exit_status;
  custody.complete = exit_status(outcome, false) == exit_complete;
}

}  // namespace

ExitStatus run_extract(const Options& options, Diagnostics& diagnostics) {
  GroupedInputs inputs = group_given(options);
  Result<void> safe = check_output_names(options, inputs.groups);
  if (safe) safe = check_custody_names(options);
  if (!safe) {
    diagnostics.error(safe.error());
    return exit_usage;
  }
  const RunRecord run = start_run(options);
  CustodyRecord custody = start_custody(options);
  RunOutcome outcome;
  RunSummary summary = start_summary(options);
  Result<std::optional<OutputFile>> summary_file = create_summary_file(options);
  if (!summary_file) {
    diagnostics.error(summary_file.error());
    return summary_file.error().kind == ErrorKind::usage ? exit_usage : exit_nothing;
  }
  const RowSelection selection;
  ScanMediator mediator(selection, summary, diagnostics);
  const auto failed = [&](const Error& error) {
    diagnostics.error(error);
    summary.errors.push_back(error);
  };
  for (const std::string& note : inputs.notes) diagnostics.note(note);
  for (const Error& error : inputs.errors) {
    ++outcome.inputs_failed;
    failed(error);
  }
  Extraction extraction(options, summary, mediator, outcome, diagnostics);
  for (const InputGroup& group : inputs.groups) {
    const Result<std::unique_ptr<Evidence>> evidence =
        open_evidence(group, inputs.groups, reader_options(options));
    if (!evidence) {
      // Of an input that opens they are in its report.
      for (const Warning& warning : group.warnings) mediator.produce_warning(warning);
      ++outcome.inputs_failed;
      failed(evidence.error());
      continue;
    }
    const std::string kind = (*evidence)->report().kind;
    if (kind == "log" || kind == "folder") {
      failed(Error{ErrorKind::usage, group.name + " is no disk image",
                   "extract copies logs out of images, archives and root folders",
                   "read a loose log with 'pidometer scan'"});
      if (inputs.groups.size() == 1) return exit_usage;
      ++outcome.inputs_failed;
      continue;
    }
    ++outcome.inputs_opened;
    if (inputs.groups.size() > 1) extraction.begin_image(group.name);
    extraction.extract_all(**evidence, group.name);
    add_input(**evidence, summary, mediator, outcome);
  }
  outcome.damaged = outcome.damaged || mediator.evidence_lost();
  outcome.states_unread = mediator.states_unread();
  outcome.interrupted = interrupted();
  if (extraction.files() > 0 && !outcome.interrupted) {
    const Result<std::string> sums = extraction.write_sums();
    if (sums) {
      custody.sums_sha256 = *sums;
    } else {
      outcome.output_failed = true;
      failed(sums.error());
    }
  }
  say_what_is_missing(summary, outcome, extraction.lost(), diagnostics);
  diagnostics.finish_warnings();
  summary.exit_status = exit_status(outcome, options.partial_ok);
  if (extraction.files() > 0) {
    finish_custody(custody, extraction, outcome, summary);
    const Result<std::string> sealed = write_custody(custody, options, summary);
    if (sealed) {
      diagnostics.note("SHA-256 of CUSTODY.json: " + *sealed);
    } else {
      outcome.output_failed = true;
      failed(sealed.error());
      summary.exit_status = exit_status(outcome, options.partial_ok);
    }
  }
  if (Result<void> written = finish_summary_file(*summary_file, run, summary); !written) {
    diagnostics.error(written.error());
    outcome.output_failed = true;
  }
  diagnostics.note(fmt::format("{}, {} bytes extracted to {}",
                               counted_words(extraction.files(), "file"),
                               with_thousands(extraction.bytes()), options.directory));
  return exit_status(outcome, options.partial_ok);
}

}  // namespace pidometer
