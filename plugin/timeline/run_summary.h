#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/log_copy.h"
#include "base/log_file.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "base/warning.h"
#include "plugin/anomaly/anomaly.h"
#include "plugin/cron_log/log_report.h"
#include "plugin/crontab/crontab_report.h"
#include "plugin/timeline/series_report.h"
#include "plugin/witness/witness.h"

namespace pidometer {

/// One option as it was in force, named as on the command line without dashes (`partial_ok`).
struct SummaryOption {
  std::string name;
  std::variant<bool, std::int64_t, std::string, std::vector<std::string>> value;
};

/// Of the bytes of a medium, all of them, read in one pass.
struct SummaryHashes {
  std::string md5 = {};  ///< lower-case hex
  std::string sha1 = {};
  std::string sha256 = {};
  std::uint64_t bytes = 0;
};

/// One input (all members have initializers: callers name what they know). The reader's report, in
/// words that this side may know.
struct SummaryInput {
  std::string name = {};
  std::string kind = {};  ///< raw, split raw, ewf, qcow2, vmdk, vhd, vhdx, log, folder
  std::vector<std::string> segments = {};
  std::uint64_t size = 0;
  std::string stored_md5 = {};  ///< empty: the container has none
  std::string stored_sha1 = {};
  std::vector<DamagedRange> damage = {};  ///< in bytes of the medium
  std::vector<Warning> warnings = {};
  std::string isolation = {};                ///< of the process that read it
  std::optional<SummaryHashes> hashes = {};  ///< where they were asked for and could be made
};

/// Whether the hashes are those that the container holds; nothing where one of both is missing.
std::optional<bool> hashes_agree(const SummaryInput& input);

/// A file that was read, as the file system had it at the end of the run.
struct RunFile {
  std::string path;  ///< absolute
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since 1970
};

/// Who ran the program, when and where: what a repetition needs beside the options.
struct RunRecord {
  Timestamp started;
  Timestamp ended;
  std::vector<std::string> command_line;  ///< as given, with the program's name
  std::string working_directory;
  std::string user;
  std::string host;          ///< of the machine that ran it
  std::string system;        ///< its kernel: "Linux 6.1.0 x86_64"
  std::string program = {};  ///< the file that ran; empty where it is not known
  std::string program_sha256 = {};
  std::string known_sha256 = {};  ///< of the list of --known
  std::string tzdata = {};  ///< version of the machine's time zones; empty where it is not said
  std::vector<RunFile> files = {};  ///< of the inputs, but for folders and what is gone
};

/// One volume of an input.
struct SummaryVolume {
  std::string input = {};
  std::string name = {};
  std::uint64_t start = 0;  ///< bytes into the image
  std::uint64_t size = 0;
  std::string description = {};
  std::string file_system = {};  ///< empty: none was recognised
  std::string reader = {};       ///< empty: it could not be opened
  std::string unsupported = {};  ///< why it was not read; empty where it was
};

/// One log and where it lay.
struct SummaryLog {
  std::string input = {};
  std::string volume = {};  ///< empty for loose files
  LogReport report = {};
};

/// One host series and where it lay.
struct SummarySeries {
  std::string input = {};
  std::string volume = {};  ///< empty for loose files
  std::string folder = {};
  LogPlace place = {};
  bool recovered = false;  ///< made of recovered logs, beside the live series
  SeriesReport report = {};
};

/// One file of witnesses, and the series that it stands beside.
struct SummaryWitness {
  std::string input = {};
  std::string volume = {};  ///< of the series; empty for loose files
  std::string folder = {};
  WitnessReport report = {};
};

/// What the crontabs of a host say beside one of its logs.
struct SummaryCrontabs {
  std::string input = {};
  std::string volume = {};  ///< of the series
  std::string folder = {};
  std::string hostname = {};
  CrontabReport report = {};
};

/// What came of --recover on one volume.
struct SummaryRecovery {
  std::string input = {};
  std::string volume = {};
  RecoveryReport report = {};
};

/// Everything that is true of a run; what `--summary` writes.
struct RunSummary {
  std::string tool_name = "pidometer";
  std::string tool_version;
  std::vector<std::string> libraries;  ///< "libtsk 4.11.1"
  std::optional<RunRecord> run;  ///< of a file of --summary only: the rest is the same every time
  std::string case_id;           ///< EvidenceLabels
  std::string evidence_id;
  std::string hostname;
  std::vector<SummaryOption> options;
  std::vector<SummaryInput> inputs;
  std::vector<SummaryVolume> volumes;
  std::vector<SummaryLog> logs;
  std::vector<SummarySeries> series;
  std::vector<SummaryWitness> witnesses;
  std::vector<SummaryCrontabs> crontabs;
  std::vector<SummaryRecovery> recoveries;
  std::map<std::pair<AnomalyKind, Level>, std::uint64_t> findings;  ///< counts; missing is 0
  std::uint64_t activities = 0;                                     ///< that sum findings up
  std::vector<Warning> warnings;                                    ///< in the order met
  /// How many there were of a kind, where the list above was cut short; otherwise left out.
  std::map<WarningKind, std::uint64_t> warning_totals;
  std::vector<Error> errors;
  int exit_status = 0;
};

/// How many warnings there were of each kind, listed or not.
std::map<WarningKind, std::uint64_t> count_warnings(const RunSummary& summary);

}  // namespace pidometer
