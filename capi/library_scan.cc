#include "capi/library_scan.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "cli/arguments.h"
#include "cli/diagnostics.h"
#include "cli/final_warnings.h"
#include "cli/input_reports.h"
#include "cli/scan_evidence.h"
#include "cli/scan_inputs.h"
#include "cli/scan_mediator.h"
#include "plugin/cron_odometer.h"
#include "plugin/timeline/summary_writer.h"

namespace pidometer {
namespace {

/// The flags of `pidometer scan` that a host may set, as `capi/pidometer.h` lists them: those that
/// say how evidence is read and which rows come. Files of output, colours, what is said to a person
/// and labels of the case (--case-id, --evidence, --host) are the host's own; --hash is not
/// offered.
struct LibraryOption {
  std::string_view name;
  bool is_switch = false;
  std::string_view off = {};  ///< the flag of a switch that says no; empty: by leaving it out
};
constexpr auto kOptions = std::to_array<LibraryOption>({
    {"timezone"},
    {"year"},
    {"pid-max"},
    {"records", true},
    {"min-level"},
    {"since"},
    {"until"},
    {"witnesses", true, "--no-witnesses"},
    {"known"},
    {"recover", true},
    {"as"},
    {"step-limit"},
});

/// Times that a log's lines, with years of four digits, can be dated by.
constexpr Timestamp kEarliest{};
constexpr Timestamp kLatest = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

using Settings = std::map<std::string, std::string, std::less<>>;

const LibraryOption* find_option(std::string_view name) {
  const auto found = std::find_if(kOptions.begin(), kOptions.end(),
                                  [name](const LibraryOption& one) { return one.name == name; });
  return found == kOptions.end() ? nullptr : &*found;
}

/// The settings as the program would have understood them. The table of flags does it: what is
/// right on the command line is right here.
Result<Options> understand(const Settings& settings) {
  std::vector<std::string> words = {"pidometer", "scan"};
  for (const auto& [name, value] : settings) {
    const LibraryOption& option = *find_option(name);
    if (!option.is_switch)
      words.push_back("--" + name + "=" + value);
    else if (value == "true")
      words.push_back("--" + name);
    else if (!option.off.empty())
      words.emplace_back(option.off);
  }
  words.emplace_back("--");
  words.emplace_back("input");  // it asks for one
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  Result<ParsedArguments> parsed =
      parse_arguments(static_cast<int>(arguments.size()), arguments.data());
  if (!parsed) return tl::unexpected(parsed.error());
  parsed->options.inputs.clear();
  return std::move(parsed->options);
}

/// A scan's mediator that a host can stop.
class LibraryMediator final : public ScanMediator {
 public:
  LibraryMediator(const RowSelection& selection, RunSummary& summary, Diagnostics& diagnostics,
                  const std::atomic<bool>& cancelled)
      : ScanMediator(selection, summary, diagnostics), cancelled_(cancelled) {}

  bool aborted() const override { return cancelled_ || ScanMediator::aborted(); }

 private:
  const std::atomic<bool>& cancelled_;
};

Error stopped_error() {
  return Error{ErrorKind::output, "the scan was stopped", "the host asked for it", {}};
}

}  // namespace

Result<void> LibraryScan::refuse_late() const {
  if (has_run_)
    return fail(ErrorKind::usage, "this scan has run already", {},
                "make another scan for another run");
  return {};
}

Result<void> LibraryScan::set(std::string_view name, std::optional<std::string> value) {
  if (Result<void> late = refuse_late(); !late) return late;
  const LibraryOption* const option = find_option(name);
  if (option == nullptr) {
    std::string names;
    for (const LibraryOption& one : kOptions)
      names += std::string(names.empty() ? "" : ", ").append(one.name);
    return fail(ErrorKind::usage, "there is no option '" + std::string(name) + "'", {},
                "the options are " + names);
  }
  if (value && option->is_switch && *value != "true" && *value != "false")
    return fail(ErrorKind::usage,
                "cannot use '" + *value + "' for the option '" + std::string(name) + "'", {},
                "give true or false");
  Settings settings = settings_;
  if (value)
    settings.insert_or_assign(std::string(name), std::move(*value));
  else
    settings.erase(std::string(name));
  const Result<Options> options = understand(settings);
  Result<void> usable;
  if (!options)
    usable = tl::unexpected(options.error());
  else if (const Result<ScanPlan> plan = make_plan(*options); !plan)
    usable = tl::unexpected(plan.error());
  if (!usable) {
    const Error& error = usable.error();
    return fail(error.kind, "cannot use the option '" + std::string(name) + "'",
                error.reason.empty() ? error.message : error.message + ": " + error.reason,
                error.help);
  }
  settings_ = std::move(settings);
  return {};
}

Result<void> LibraryScan::add_path(std::string path) {
  if (Result<void> late = refuse_late(); !late) return late;
  if (path.empty()) return fail(ErrorKind::usage, "the path of an input is empty");
  paths_.push_back(std::move(path));
  return {};
}

Result<void> LibraryScan::add_log(FedLog log) {
  if (Result<void> late = refuse_late(); !late) return late;
  log_ = Adding::refused;
  if (log.name.empty() || log.name.back() == '/')
    return fail(ErrorKind::usage, "'" + log.name + "' is no name of a log", {},
                "give its path on its host, /var/log/cron.1");
  if (log.modified && (*log.modified < kEarliest || *log.modified >= kLatest))
    return fail(ErrorKind::usage, "the modification time of " + log.name + " is none of a log",
                "it does not lie between 1970 and 9999, in microseconds",
                "give PIDOMETER_NO_TIME where it is not known");
  if (log_names_.contains(log.name))
    return fail(ErrorKind::usage, "a log " + log.name + " was added already", {},
                "append to it while it is the last one, or give each log its own name");
  if (const std::string_view packed = unfit_form(log.bytes); !packed.empty())
    return fail(ErrorKind::unsupported, log.name + " is packed (" + std::string(packed) + ")",
                "fed bytes are not unpacked", "feed the unpacked bytes, or add its path");
  log_names_.insert(log.name);
  logs_.push_back(std::move(log));
  log_ = Adding::added;
  return {};
}

Result<void> LibraryScan::append(std::string_view bytes) {
  if (Result<void> late = refuse_late(); !late) return late;
  if (log_ == Adding::refused)
    return fail(ErrorKind::usage, "there is no log to append to: the last one was refused", {},
                "append where pidometer_scan_add_log() returned no error");
  if (bytes.empty()) return {};
  if (log_ == Adding::none)
    return fail(ErrorKind::usage, "there is no log to append to", {}, "add one first");
  logs_.back().bytes += bytes;
  return {};
}

Result<void> LibraryScan::run(const RowSink& sink) {
  if (Result<void> late = refuse_late(); !late) return late;
  has_run_ = true;
  outcome_ = exit_usage;
  if (paths_.empty() && logs_.empty())
    return fail(ErrorKind::usage, "the scan has no input", {}, "add a path or the bytes of a log");
  Result<Options> options = understand(settings_);
  if (!options) return tl::unexpected(options.error());
  options->inputs = paths_;
  const Result<ScanPlan> plan = make_plan(*options);
  if (!plan) return tl::unexpected(plan.error());

  outcome_ = exit_nothing;
  RunOutcome outcome;
  RunSummary summary = start_summary(*options);
  Diagnostics silent(stderr, false, true,
                     false);  // quiet: only errors are printed, and none is said
  LibraryMediator mediator(plan->selection, summary, silent, cancelled_);
  const auto failed = [&](const Error& error) {
    ++outcome.inputs_failed;
    errors_.push_back(error);
    summary.errors.push_back(error);
  };
  ReaderOptions reading = reader_options(*options);
  reading.should_stop = [this] { return cancelled_.load(); };
  GroupedInputs inputs;
  if (!paths_.empty()) inputs = group_inputs(paths_, options->as, reading);
  for (const Error& error : inputs.errors) failed(error);
  scan_inputs(inputs.groups, *plan, *options,
              {reading, mediator, summary, outcome, silent, failed});
  if (!logs_.empty() && !mediator.aborted()) {
    const auto fed = make_fed_evidence(std::make_shared<std::vector<FedLog>>(std::move(logs_)));
    ++outcome.inputs_opened;
    scan_evidence(*fed, std::string(kFedInput), *plan, *options, mediator, failed, summary);
    add_input(*fed, summary, mediator, outcome);
  }
  add_final_warnings(*plan, summary, mediator);
  judge_logs(summary, mediator, outcome);

  Result<void> written;
  if (mediator.failure()) written = tl::unexpected(*mediator.failure());
  bool stopped = cancelled_;
  if (written && !stopped)
    written = mediator.rows().drain([&](std::string_view row) -> Result<void> {
      if (row.ends_with('\n')) row.remove_suffix(1);
      if (!cancelled_ && sink(std::string(row))) return {};
      stopped = true;
      return tl::unexpected(stopped_error());
    });
  outcome.interrupted = stopped;
  outcome.output_failed = !written && !stopped;
  if (outcome.output_failed) failed(written.error());
  outcome_ = exit_status(outcome, false);
  summary.exit_status = outcome_;
  summary_ = write_summary(summary);
  if (stopped) return tl::unexpected(stopped_error());
  if (outcome_ == exit_nothing)
    return errors_.empty() ? Result<void>(fail(ErrorKind::unreadable, "no input could be read"))
                           : tl::unexpected(errors_.back());
  return {};
}

}  // namespace pidometer
