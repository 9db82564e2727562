#include "cli/scan_inputs.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "cli/input_reports.h"
#include "cli/medium_hashes.h"
#include "cli/turn_mediator.h"

namespace pidometer {
namespace {

using InTurn = std::function<void()>;

/// `in_turn` is called before the sinks are touched other than through `series`.
void scan_input(const InputGroup& group, const std::vector<InputGroup>& groups,
                const ScanPlan& plan, const Options& options, const ScanSinks& sinks,
                SeriesMediator& series, const InTurn& in_turn, const HashProgress& progress) {
  const Result<std::unique_ptr<Evidence>> evidence = open_evidence(group, groups, sinks.reading);
  if (!evidence) {
    in_turn();
    // Of an input that opens they are in its report.
    for (const Warning& warning : group.warnings) series.produce_warning(warning);
    sinks.failed(evidence.error());
    return;
  }
  const auto failed = [&](const Error& error) {
    in_turn();
    sinks.failed(error);
  };
  scan_evidence(**evidence, group.name, plan, options, series, failed, sinks.summary);
  // Before the report: damage anywhere on the medium is met in hashing it.
  std::optional<Result<MediumHashing>> hashed;
  if (options.hash) hashed = hash_medium(**evidence, group.name, progress);
  in_turn();
  ++sinks.outcome.inputs_opened;
  add_input(**evidence, sinks.summary, sinks.mediator, sinks.outcome);
  if (hashed) add_hashes(*hashed, sinks.summary, sinks.mediator, sinks.diagnostics, sinks.outcome);
}

/// Several at once. An exception of one thread is that of the whole, as it would be of one alone.
void scan_at_once(std::size_t jobs, const std::vector<InputGroup>& groups, const ScanPlan& plan,
                  const Options& options, const ScanSinks& sinks) {
  Turns turns;
  std::atomic<std::size_t> next{0};
  std::exception_ptr thrown;  // by whoever's turn it is
  const auto work = [&] {
    for (std::size_t i = next++; i < groups.size(); i = next++) {
      TurnMediator series(sinks.mediator, turns, i);
      std::exception_ptr caught;
      try {
        if (!series.aborted())
          scan_input(
              groups[i], groups, plan, options, sinks, series, [&] { series.take_turn(); },
              [](const std::string&) {});
      } catch (...) {
        caught = std::current_exception();
        turns.give_up();
      }
      turns.wait(i);
      if (caught && !thrown) thrown = caught;
      if (sinks.mediator.aborted()) turns.give_up();
      turns.done();
    }
  };
  {
    std::vector<std::jthread> threads;  // joined however this is left
    try {
      threads.reserve(jobs - 1);
      for (std::size_t i = 1; i < jobs; ++i) threads.emplace_back(work);
    } catch (const std::system_error&) {
      // The system gives no more: those that there are do it.
    } catch (const std::bad_alloc&) {
      // The same.
    }
    work();
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

void scan_inputs(const std::vector<InputGroup>& groups, const ScanPlan& plan,
                 const Options& options, const ScanSinks& sinks) {
  const std::size_t jobs =
      std::min(groups.size(), static_cast<std::size_t>(std::max(1, options.jobs)));
  if (jobs > 1) return scan_at_once(jobs, groups, plan, options, sinks);
  for (const InputGroup& group : groups) {
    if (sinks.mediator.aborted()) break;
    scan_input(
        group, groups, plan, options, sinks, sinks.mediator, [] {},
        [&](const std::string& words) { sinks.diagnostics.progress(words); });
  }
}

}  // namespace pidometer
