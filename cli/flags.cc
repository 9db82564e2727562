#include "cli/flags.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <vector>

namespace pidometer {
namespace {

std::string refuse_empty(const std::string& value) {
  return value.empty() ? std::string(kValueIsEmpty) : std::string();
}

template <auto Member>
void bind_value(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), options.*Member, std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(refuse_empty);
}

/// One value each time it is given, as it is: a vector of CLI11 would take `[a,b]` for two.
void bind_roots(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), CLI::callback_t([&options](const CLI::results_t& names) {
                   options.roots = names;
                   return true;
                 }),
                 std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(refuse_empty);
}

template <auto Member>
void bind_switch(CLI::App& app, const Flag& flag, Options& options) {
  app.add_flag(std::string(flag.names), options.*Member, std::string(flag.help));
}

template <const auto& Words>
std::vector<std::string_view> words_of() {
  std::vector<std::string_view> words;
  for (const auto& entry : Words) words.emplace_back(entry.first);
  return words;
}

/// An option that takes one of a few words.
template <auto Member, const auto& Words>
void bind_word(CLI::App& app, const Flag& flag, Options& options) {
  std::vector<std::string> names;
  std::map<std::string, std::remove_reference_t<decltype(options.*Member)>> values;
  for (const auto& [word, value] : Words) {
    names.emplace_back(word);
    values.emplace(word, value);
  }
  auto* target = &(options.*Member);
  app.add_option_function<std::string>(
         std::string(flag.names),
         [target, values](const std::string& word) { *target = values.at(word); },
         std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(CLI::IsMember(names).description(""));
}

constexpr std::array<std::pair<const char*, InputKind>, 5> kInputKinds{
    {{"image", InputKind::image},
     {"log", InputKind::log},
     {"folder", InputKind::folder},
     {"root", InputKind::root},
     {"archive", InputKind::archive}}};
constexpr std::array<std::pair<const char*, ColorMode>, 3> kColorModes{
    {{"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}}};
constexpr std::array<std::pair<const char*, Level>, 5> kLevels{
    {{"informational", Level::informational},
     {"low", Level::low},
     {"medium", Level::medium},
     {"high", Level::high},
     {"critical", Level::critical}}};

/// No form of rows: what a scan says to a person.
constexpr std::string_view kSummaryFormat = "summary";

/// The forms, as their own table has them.
std::vector<std::string_view> format_words() {
  std::vector<std::string_view> words;
  for (const RowFormat& format : row_formats()) words.push_back(format.name);
  return words;
}

std::vector<std::string_view> scan_format_words() {
  std::vector<std::string_view> words = format_words();
  words.push_back(kSummaryFormat);
  return words;
}

void bind_format(CLI::App& app, const Flag& flag, Options& options) {
  const std::vector<std::string_view> words = flag.words();
  app.add_option_function<std::string>(
         std::string(flag.names),
         [&options](const std::string& name) {
           options.format_given = true;
           options.terminal_summary = name == kSummaryFormat;
           if (!options.terminal_summary) options.format = find_row_format(name);
         },
         flag_help(flag))
      ->type_name(std::string(flag.argument))
      ->check(CLI::IsMember(std::vector<std::string>(words.begin(), words.end())).description(""));
}

/// Years as logs have them: of four digits, and none before the clock of Unix.
void bind_year(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), options.year, std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(CLI::Range(1970, 9999).description(""));
}

/// Both names in one row: the last one given counts.
void bind_witnesses(CLI::App& app, const Flag& flag, Options& options) {
  app.add_flag_function(
      std::string(flag.names), [&options](std::int64_t count) { options.witnesses = count > 0; },
      std::string(flag.help));
}

/// 301 is the smallest pid_max that Linux accepts (PID_MAX_LIMIT_MIN: RESERVED_PIDS + 1).
void bind_pid_max(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), options.pid_max, std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(CLI::Range(kReservedPids + 1, kMaxPid).description(""));
}

void bind_pid(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), options.birth_of, std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(CLI::Range(Pid{1}, kMaxPid).description(""))
      ->required();
}

/// A day is longer than any step takes.
void bind_step_limit(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), options.step_limit, std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(CLI::Range(0, 86400).description(""));
}

/// Each takes a process or two, some files and tens of megabytes.
void bind_jobs(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), options.jobs, std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(CLI::Range(1, 256).description(""));
}

void bind_directory(CLI::App& app, const Flag& flag, Options& options) {
  app.add_option(std::string(flag.names), options.directory, std::string(flag.help))
      ->type_name(std::string(flag.argument))
      ->check(refuse_empty)
      ->required();
}

constexpr auto kFlags = std::to_array<Flag>({
    {"--root", "DIR",
     "read DIR as the root of a system: a mounted image or an extracted tree; may be repeated",
     in_reading, bind_roots},
    {"-o,--output", "FILE", "write to FILE instead of standard output",
     in_scan | in_report | in_when | in_schedule | in_merge, bind_value<&Options::output>},
    {"--report", "FILE", "write a report for people to FILE as well, as one HTML document", in_scan,
     bind_value<&Options::report>},
    {"--pid", "N", "the PID that is asked for", in_when, bind_pid},
    {"--near", "TIME",
     "only the births nearest to TIME, ISO 8601; without an offset in --timezone, else UTC",
     in_when, bind_value<&Options::near>},
    {"--crontab", "", "write lines of a crontab instead of a table", in_schedule,
     bind_switch<&Options::crontab_lines>},
    {"--json", "", "write JSON lines instead of text", in_when | in_schedule,
     bind_switch<&Options::json>},
    {"-d,--directory", "DIR", "write the logs below DIR, as VOLUME/PATH", in_extract,
     bind_directory},
    {"-d,--output-dir", "DIR",
     "scan each image by itself: its rows and its summary go below DIR, with one timeline of all "
     "and a status file",
     in_scan, bind_value<&Options::directory>},
    {"--case", "FILE",
     "with -d: the images are those that FILE lists (JSON or CSV: segments, case, evidence, host, "
     "timezone, year)",
     in_scan, bind_value<&Options::case_file>},
    {"-j,--jobs", "N",
     "images that are read at once (default: with -d as many as there are cores, else 1)", in_scan,
     bind_jobs},
    {"--resume", "",
     "with -d: keep what an earlier run completed, if its inputs, options and outputs are "
     "unchanged",
     in_scan, bind_switch<&Options::resume>},
    {"--reports", "", "with -d: write a report of each image as well", in_scan,
     bind_switch<&Options::reports>},
    {"-f,--format", "FORMAT",
     "form of the rows (default: jsonl; on a terminal, where neither -o nor -r is given, the "
     "summary)",
     in_scan, bind_format, scan_format_words},
    {"-f,--format", "FORMAT", "form of the finding (default: text)", in_explain, bind_format,
     format_words},
    {"-s,--summary", "FILE", "write what was read, found and lost to FILE, as one JSON document",
     in_scan | in_extract | in_report | in_when | in_schedule, bind_value<&Options::summary>},
    {"-z,--timezone", "ZONE",
     "zone of the logs' times, such as Europe/Berlin or -06:00; wins over the image's own",
     in_analysis, bind_value<&Options::timezone>},
    {"-y,--year", "YEAR", "year of the last line; wins over the file's modification time",
     in_analysis, bind_year},
    {"--pid-max", "N", "kernel.pid_max of the host, where it cannot be read from the evidence",
     in_analysis, bind_pid_max},
    {"--since", "TIME",
     "only rows that end at or after TIME, ISO 8601; without an offset in --timezone, else UTC",
     in_scan | in_report, bind_value<&Options::since>},
    {"--until", "TIME", "only rows that begin before TIME", in_scan | in_report,
     bind_value<&Options::until>},
    {"-r,--records", "", "write every cron record as a row as well", in_scan,
     bind_switch<&Options::records>},
    {"-w,--witnesses,!--no-witnesses", "",
     "attach lines of the host's other logs, log-in records and PID files to the findings "
     "(default: "
     "for all inputs but loose log files)",
     in_scan | in_report | in_explain, bind_witnesses},
    {"--known", "FILE",
     "mark findings within the windows of known work that FILE lists (CSV or JSON: begin, end, "
     "reason, host); they become one level lower",
     in_scan | in_report | in_explain, bind_value<&Options::known>},
    {"--known-others", "", "windows of --known about hosts that were not read are no mistake",
     in_scan, bind_switch<&Options::known_others>},
    {"--recover", "",
     "search deleted files, unallocated space and slack of the logs' volumes for cron lines as "
     "well",
     in_reading, bind_switch<&Options::recover>},
    {"-a,--all-logs", "", "extract auth.log, secure, messages, syslog, wtmp, btmp and utmp as well",
     in_extract, bind_switch<&Options::all_logs>},
    {"--examiner", "NAME", "who extracts, for the record of custody", in_extract,
     bind_value<&Options::examiner>},
    {"--case", "ID", "the case, for the record of custody", in_extract,
     bind_value<&Options::case_id>},
    {"--case-id", "ID", "the case, for rows and summary", in_scan, bind_value<&Options::case_id>},
    {"--evidence", "ID", "the item of evidence, for rows and summary or the record of custody",
     in_scan | in_extract, bind_value<&Options::evidence_id>},
    {"--host", "NAME", "the host that the evidence is of; wins over the name in its own logs",
     in_scan | in_report | in_explain, bind_value<&Options::hostname>},
    {"--hash", "",
     "read every image whole for its MD5, SHA-1 and SHA-256, and compare them with those that it "
     "stores",
     in_scan, bind_switch<&Options::hash>},
    {"-l,--min-level", "LEVEL",
     "informational (default: everything), low, medium, high or critical", in_scan | in_report,
     bind_word<&Options::min_level, kLevels>, words_of<kLevels>},
    {"--verbatim", "", "leave the rows as they are: no datetime, no list of tags, no key dropped",
     in_merge, bind_switch<&Options::verbatim>},
    {"--dedup", "", "write rows of the same content once", in_merge, bind_switch<&Options::dedup>},
    {"--left-out", "FILE", "write the lines that are in no row to FILE, with place and reason",
     in_merge, bind_value<&Options::left_out>},
    {"--as", "KIND",
     "take inputs for what they are not by content: image, log, folder, root or archive",
     in_reading, bind_word<&Options::as, kInputKinds>, words_of<kInputKinds>},
    {"--partial-ok", "", "exit with 0 instead of 3 where part of the input was lost", in_all,
     bind_switch<&Options::partial_ok>},
    {"--step-limit", "SECONDS",
     "leave out what takes longer to read than SECONDS of CPU time, or four times as long without "
     "an answer: an image, a volume, a log (default 300; 0: no limit)",
     in_reading, bind_step_limit},
    {"--force", "", "overwrite files that exist",
     in_scan | in_extract | in_report | in_when | in_schedule | in_merge,
     bind_switch<&Options::force>},
    {"--color", "WHEN", "auto (default), always or never", in_all,
     bind_word<&Options::color, kColorModes>, words_of<kColorModes>},
    {"-q,--quiet", "", "no progress, no warnings, no closing line; errors are still said", in_all,
     bind_switch<&Options::quiet>},
});

constexpr std::string_view kExamples =
    "Says when something ran on a Linux host that no schedule explains.\n"
    "\n"
    "Examples:\n"
    "  pidometer scan web01.E01\n"
    "  pidometer scan --timezone America/Chicago --format text honeypot.dd\n"
    "  pidometer extract web01.E01 -d logs";

constexpr std::string_view kImageInputs =
    "disk images (raw, split raw, E01, qcow2, VMDK, VHD, VHDX), archives (tar, zip, 7z, cpio)";
constexpr std::string_view kLogInputs =
    "disk images (raw, split raw, E01, qcow2, VMDK, VHD, VHDX), archives (tar, zip, 7z, cpio), log "
    "files, folders of log files";
constexpr std::string_view kTimelineInputs =
    "timelines as JSON lines: of pidometer, of Plaso (psort -o json_line), for Timesketch; - is "
    "standard input";

constexpr auto kCommands = std::to_array<CommandEntry>({
    {Command::scan, in_scan, "scan", "Find what no schedule explains.", kLogInputs,
     "Examples:\n"
     "  pidometer scan --format text web01.E01\n"
     "  pidometer scan -o findings.jsonl --summary summary.json web01.E01 db01.raw\n"
     "  pidometer scan -d results --resume --hash *.E01\n"
     "\n"},
    {Command::report, in_report, "report",
     "Write what a scan finds as one HTML document: graph, findings, evidence and method.",
     kLogInputs,
     "Examples:\n"
     "  pidometer report web01.E01 -o web01.html\n"
     "  pidometer report --timezone America/Chicago --min-level low honeypot.dd -o case.html\n"
     "\n"},
    {Command::when, in_when, "when", "Tell between which records a process was born, by its PID.",
     kLogInputs,
     "Examples:\n"
     "  pidometer when --pid 2871 --timezone America/Chicago honeypot.dd\n"
     "  pidometer when --pid 2871 --near 2000-11-08T09:00 --timezone America/Chicago "
     "honeypot.dd\n"
     "\n"},
    {Command::schedule, in_schedule, "schedule",
     "Show the schedule that the records tell of: jobs, times, costs.", kLogInputs,
     "Examples:\n"
     "  pidometer schedule web01.E01\n"
     "  pidometer schedule --crontab /var/log/cron\n"
     "\n"},
    {Command::extract, in_extract, "extract", "Copy the cron logs out of an image, byte for byte.",
     kImageInputs,
     "Examples:\n"
     "  pidometer extract web01.E01 -d logs\n"
     "  pidometer extract --all-logs web01.raw.001 -d logs\n"
     "\n"},
    {Command::explain, in_explain, "explain", "Show every number that went into one finding.",
     kLogInputs,
     "Examples:\n"
     "  pidometer explain 262888c314fa7c0f web01.E01\n"
     "  pidometer explain 262888c314fa7c0f --timezone America/Chicago honeypot.dd\n"
     "\n"},
    {Command::merge, in_merge, "merge",
     "Join timelines of several tools into one that is sorted and that Timesketch imports.",
     kTimelineInputs,
     "Examples:\n"
     "  pidometer merge findings.jsonl plaso.jsonl -o case.jsonl\n"
     "  pidometer merge --dedup --left-out lost.jsonl *.jsonl -o case.jsonl\n"
     "\n"},
});

constexpr auto kExitStatuses = std::to_array<ExitStatusEntry>({
    {0, "all was read", in_reading},
    {0, "all was merged", in_merge},
    {1, "nothing usable", in_all},
    {2, "usage", in_all},
    {3, "partial: part of the evidence was lost or damaged", in_reading},
    {3, "partial: lines were left out, or an input could not be read", in_merge},
    {4, "all was read and no cron log is in it", in_reading},
    {130, "interrupted", in_all},
});

}  // namespace

std::span<const Flag> flags() {
  return kFlags;
}

std::span<const CommandEntry> commands() {
  return kCommands;
}

std::string_view command_name(Command command) {
  for (const CommandEntry& entry : kCommands)
    if (entry.command == command) return entry.name;
  return {};
}

std::string_view input_kind_name(InputKind kind) {
  for (const auto& [word, one] : kInputKinds)
    if (one == kind) return word;
  return "automatic";
}

std::string_view program_help() {
  return kExamples;
}

std::span<const ExitStatusEntry> exit_statuses() {
  return kExitStatuses;
}

std::string flag_help(const Flag& flag) {
  std::string help(flag.help);
  if (flag.bind != bind_format) return help;
  const char* separator = ":";
  for (const std::string_view word : flag.words()) {
    const RowFormat* const format = find_row_format(word);
    help += fmt::format("{} {} ({})", separator, word,
                        format == nullptr ? "one screen for a person" : format->help);
    separator = ",";
  }
  return help;
}

}  // namespace pidometer
