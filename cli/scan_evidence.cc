#include "cli/scan_evidence.h"

#include <unistd.h>

#include <tuple>
#include <utility>
#include <vector>

#include "cli/known_file.h"
#include "cli/recovery.h"
#include "cli/side_files.h"
#include "cli/terminal.h"
#include "cli/time_argument.h"
#include "plugin/cron_odometer.h"

namespace pidometer {

Result<ScanPlan> make_plan(const Options& options) {
  ScanPlan plan;
  plan.plugin.year = options.year;
  plan.plugin.pid_max = options.pid_max;
  plan.plugin.labels = {options.case_id, options.evidence_id, options.hostname};
  plan.plugin.records = options.records;
  plan.plugin.explain = options.explain;
  const bool report = options.command == Command::report || !options.report.empty();
  plan.plugin.clocks = report || options.terminal_summary;
  plan.plugin.comparisons = report;
  plan.plugin.schedule = report;
  if (options.command == Command::when) plan.plugin.question = Question::births;
  if (options.command == Command::schedule) plan.plugin.question = Question::schedule;
  plan.plugin.birth_of = options.birth_of;
  TimeZone zone;
  if (!options.timezone.empty()) {
    Result<TimeZone> found = find_time_zone(options.timezone);
    if (!found) return tl::unexpected(found.error());
    zone = *found;
    plan.plugin.zone = std::move(*found);
  }
  if (!options.known.empty()) {
    Result<KnownFile> known = read_known_file(options.known, zone);
    if (!known) return tl::unexpected(known.error());
    if (!known->zoneless.empty()) plan.zoneless.emplace_back("--known", known->zoneless);
    plan.plugin.known = std::move(known->windows);
    plan.known_sha256 = std::move(known->sha256);
    plan.known_others = options.known_others;
  }
  RowSelection& selection = plan.selection;
  // A report and a summary on the terminal are no rows.
  selection.format =
      options.terminal_summary || options.command == Command::report ? nullptr : options.format;
  selection.min_level = options.min_level;
  const bool to_terminal =
      (options.output.empty() || options.output == "-") && isatty(STDOUT_FILENO);
  selection.color = use_color(options.color, to_terminal);
  for (const auto& [name, text, target] :
       {std::tuple("--since", &options.since, &selection.since),
        std::tuple("--until", &options.until, &selection.until),
        std::tuple("--near", &options.near, &plan.plugin.birth_near)}) {
    if (text->empty()) continue;
    const Result<Timestamp> time = parse_time(*text, zone);
    if (!time) return tl::unexpected(time.error());
    *target = *time;
    if (!has_offset(*text)) plan.zoneless.emplace_back(name, *text);
  }
  if (selection.since && selection.until && *selection.until < *selection.since)
    return fail(ErrorKind::usage, "--until is earlier than --since", "no row could be written",
                "give --until a later time");
  return plan;
}

void scan_evidence(Evidence& evidence, const std::string& name, const ScanPlan& plan,
                   const Options& options, SeriesMediator& mediator,
                   const std::function<void(const Error&)>& failed, RunSummary& summary) {
  const CronOdometer plugin;
  RunSummary* const recovery = options.recover ? &summary : nullptr;
  const std::vector<LogFolder> folders = evidence.find_logs(kLogFolders, plugin.path_globs());
  // Births and the schedule are told by the records alone.
  const bool asks = plan.plugin.question == Question::findings;
  const std::vector<LogFolder> none;
  const SideFiles beside(evidence, plugin, asks ? folders : none, options.witnesses,
                         asks && recovery != nullptr);
  mediator.tolerate(beside.met());
  if (recovery != nullptr) mediator.hold_findings();
  for (const LogFolder& folder : folders) {
    if (mediator.aborted()) return;
    HostSeries series{name, folder.volume, folder.path, folder.facts, folder.place, {}};
    for (const auto& file : folder.files) series.files.push_back(file.get());
    series.witnesses = beside.witnesses(folder);
    series.crontabs = beside.crontabs(folder);
    mediator.begin_series(series);
    if (Result<void> done = plugin.process(series, plan.plugin, mediator); !done)
      failed(done.error());
  }
  if (recovery == nullptr) return;
  for (const LogFolder& found : evidence.find_deleted(kLogFolders, plugin.path_globs())) {
    if (mediator.aborted()) return;
    Recovered recovered = recover_volume(found, folders, name, plugin, mediator, *recovery);
    recovered.series.witnesses = beside.witnesses(found);
    if (recovered.series.files.empty() || mediator.aborted()) continue;
    if (Result<void> done = plugin.process(recovered.series, plan.plugin, mediator); !done)
      failed(done.error());
  }
  mediator.release_findings(name);
}

void judge_logs(const RunSummary& summary, const ScanMediator& mediator, RunOutcome& outcome) {
  outcome.damaged = outcome.damaged || mediator.evidence_lost();
  outcome.states_unread = mediator.states_unread();
  for (const SummaryLog& log : summary.logs) {
    if (log.report.records > 0) ++outcome.cron_logs;
    // What is missing of a deleted log is no lost evidence.
    if (log.report.entry.recovery) continue;
    if (!log.report.damage.empty() || !log.report.complete) outcome.damaged = true;
  }
}

}  // namespace pidometer
