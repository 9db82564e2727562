#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/host_facts.h"
#include "base/log_copy.h"
#include "base/log_file.h"
#include "base/recovered_lines.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "base/warning.h"
#include "plugin/cron_log/carving/recovered_logs.h"
#include "plugin/cron_log/log_report.h"
#include "plugin/crontab/crontab_folder.h"
#include "plugin/crontab/crontab_report.h"
#include "plugin/known/known_windows.h"
#include "plugin/timeline/host_clock.h"
#include "plugin/timeline/pid_birth.h"
#include "plugin/timeline/series_report.h"
#include "plugin/timeline/timeline_event.h"
#include "plugin/witness/witness.h"

namespace pidometer {

/// What is there of the crontabs of a host.
struct HostCrontabs {
  bool looked_for = false;             ///< false: of a loose log nobody knows where they would be
  std::vector<CrontabFolder> folders;  ///< that are there, empty ones too; by path
  /// A folder or a file that is there and cannot be read, or damage in which some may be hidden.
  struct Unread {
    std::string volume;  ///< empty where it is not known
    std::string path;    ///< on it; empty likewise
  };
  std::vector<Unread> unread;  ///< met when they were looked for
  std::vector<Unread> damage;  ///< of their volumes, met elsewhere
  std::string ambiguous;  ///< why those of none of several roots were taken; empty where they were
};

/// All logs of one folder of one volume, or of one loose folder: the counter runs across rotation,
/// so they are judged together. The pointers must outlive process().
struct HostSeries {
  std::string image;   ///< as given on the command line
  std::string volume;  ///< `p2`, `whole`; empty for loose files
  std::string folder;  ///< `/var/log`
  HostFacts facts;
  LogPlace place = {};  ///< which of several copies of the host's logs it is
  std::vector<const LogFile*> files = {};
  /// The files are recovered ones (FileEntry::recovery), a series of their own beside the live one.
  bool recovered = false;
  /// Parallel to `files` where they are recovered: starts of the lines that stand in a live log
  /// too and are reported there. Ascending.
  std::vector<std::vector<std::uint64_t>> known_lines = {};
  /// Other files of the host, for witnesses: what is none by its name is left alone. Empty: none
  /// are wanted.
  std::vector<const LogFile*> witnesses = {};
  /// The host's crontabs; none are known of loose logs.
  HostCrontabs crontabs = {};
};

/// Files that a plugin reads beside a host's logs: names below absolute folders, as fnmatch(3)
/// patterns. The views live as long as the program.
struct FileRequest {
  std::span<const std::string_view> folders;
  std::span<const std::string_view> globs;
};

/// Records of log-ins, which stand beside the logs for whoever reads on by other means.
struct LoginRecords {
  std::span<const std::string_view> globs;  ///< of files in the log folders
  FileRequest running;                      ///< those that speak of the running system
};

/// What is asked of a host's logs.
enum class Question : std::uint8_t {
  findings,
  births,    ///< report_births() of one PID, and nothing else
  schedule,  ///< SeriesReport::schedule, and no findings
};

/// What a user may say that the evidence does not.
struct PluginOptions {
  std::optional<TimeZone> zone;  ///< wins over the host's own
  std::optional<int> year;       ///< of the LAST line; wins over mtime
  std::optional<Pid> pid_max;
  EvidenceLabels labels = {};
  bool records = false;  ///< produce a row for every record as well
  /// finding_id of the one finding to produce, with its explanation; empty: all findings.
  std::string explain = {};
  KnownWindows known = {};   ///< work that is known: findings in it are marked, and one level lower
  bool clocks = false;       ///< report_clock() too
  bool comparisons = false;  ///< FindingBody::compared too
  bool schedule = false;     ///< SeriesReport::schedule beside the findings
  Question question = Question::findings;
  Pid birth_of = 0;                          ///< of Question::births
  std::optional<Timestamp> birth_near = {};  ///< only those nearest to it
};

/// Where a plugin's products go. Implemented by the program (cli) and by tests.
class Mediator {
 public:
  Mediator() = default;
  Mediator(const Mediator&) = delete;
  Mediator& operator=(const Mediator&) = delete;
  virtual ~Mediator() = default;

  /// For one host's log more: what its rows and its clock are joined by, whatever image, folder and
  /// host are called (EventSource::series, HostClock::series). Of several threads at once. Zero for
  /// all where nothing is joined.
  virtual std::uint32_t number_series() { return 0; }
  /// In any order; rows are sorted by whoever writes them.
  virtual void produce_event(TimelineEvent event) = 0;
  /// Dated damage goes through here too; the receiver counts, prints and lists it.
  virtual void produce_warning(Warning warning) = 0;
  virtual void report_log(const HostSeries& series, LogReport report) = 0;
  virtual void report_series(const HostSeries& series, SeriesReport report) = 0;
  /// Of a recovered series: its lines that stand in no live log. `hostname` as in its report.
  virtual void report_recovered(const HostSeries& series, const std::string& hostname,
                                std::vector<RecoveredLine> lines) = 0;
  /// What became of the files of HostSeries::witnesses that are witnesses by their name.
  virtual void report_witnesses(const HostSeries&, std::vector<WitnessReport>) {}
  /// What the crontabs of the host say beside the log of `hostname`; only where it has some.
  virtual void report_crontabs(const HostSeries&, const std::string& /*hostname*/, CrontabReport) {}
  /// The readings of one host, where PluginOptions::clocks asks for them.
  virtual void report_clock(const HostSeries&, HostClock) {}
  /// When a PID was handed out, where Question::births asks for it.
  virtual void report_births(const HostSeries&, HostBirths) {}
  /// Bytes of decoded log read since the last call; for a progress display.
  virtual void add_progress(std::uint64_t bytes) = 0;
  /// True once the user interrupted: process() returns as soon as it can.
  virtual bool aborted() const = 0;
};

/// Plaso's plugin, for whole host series instead of single files. Stateless: one object serves any
/// number of series.
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  /// Of files below a log folder (`/var/log`, or `/log` of a /var volume), as fnmatch(3) patterns
  /// of the file name.
  virtual std::span<const std::string_view> path_globs() const = 0;
  /// Where witnesses of a host's processes lie besides the logs, on a root volume and on a /var
  /// volume of its own. None by default.
  virtual FileRequest witness_files() const { return {}; }
  /// The same of the host's crontabs.
  virtual std::vector<FileRequest> crontab_files() const { return {}; }
  /// Where the records of log-ins lie, and what they are called. None by default.
  virtual LoginRecords login_records() const { return {}; }
  /// Whether the first bytes of a file (as many as there are, 64 KiB at most) look like this
  /// plugin's format.
  virtual bool check_required_format(std::string_view head) const = 0;
  /// Why a file with these first bytes cannot be looked into, whatever it holds; nothing where it
  /// can.
  virtual std::optional<Error> unreadable_form(std::string_view) const { return std::nullopt; }
  /// What deleted files and areas of one volume (FileEntry::recovery) hold of this plugin's logs
  /// and its `live` ones do not: to be processed as a series of its own. `found` must outlive it.
  virtual RecoveredLogs recover(std::span<const LogFile* const> live,
                                std::span<const LogFile* const> found,
                                Mediator& mediator) const = 0;
  /// An Error means that nothing could be made of the whole series; a log that fails alone is a
  /// Warning.
  virtual Result<void> process(const HostSeries& series, const PluginOptions& options,
                               Mediator& mediator) const = 0;
};

}  // namespace pidometer
