#include "plugin/explain_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "plugin/baseline/odd_runs.h"
#include "plugin/baseline/other_runs.h"
#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
namespace {

/// Floats were kept. What does not come out as it was learnt is not told, so that no step is shown
/// that was not taken.
bool alike(double a, double b) {
  return std::abs(a - b) <= 1e-4 * std::max(1.0, std::abs(a));
}

/// Of a job at an odd minute: what the dearest of its other runs leaves open.
void add_beyond(const Baseline& baseline, std::uint32_t interval, const std::string& dearest,
                std::vector<std::string>& words) {
  const Expectation& expected = baseline.expected[interval];
  const Comparable& c = baseline.comparables[expected.comparable];
  if (c.beyond <= 0) return;
  const auto beyond = static_cast<double>(c.beyond);
  const double start =
      baseline.start_cost.empty() ? 0 : static_cast<double>(baseline.start_cost[interval]);
  const double most = (beyond + static_cast<double>(expected.mean) - start) / kDearer;
  words.push_back(fmt::format(
      "beyond = {:.7g}: {} * {:.7g} - mean, at least 0: at this minute of the day the job does not "
      "run else, and {:.7g} is {}",
      beyond, kDearer, most, most, dearest));
}

constexpr const char* kOtherRuns =
    "what its jobs cost here, the rarest of them as much as its dearest other run does beyond "
    "what is expected of that";

}  // namespace

FitWords::FitWords(const LogSeries& log, const DetectorInput& input, const IntervalGroups& groups)
    : log_(log),
      input_(input),
      groups_(groups),
      few_(input.clock, groups, input.baseline.odd_runs),
      costs_(input.clock, groups, few_),
      rate_(learn_background_rate(input.clock, groups, costs_)),
      known_(input.clock, groups, rate_.least) {}

std::string FitWords::fit_of(const IntervalGroup& group) const {
  std::string words = fmt::format("fit = {:.7g}:", costs_.predict(input_.clock, group));
  for (const std::uint32_t label : input_.clock.item_sets.labels(group.items)) {
    const JobLabel& job = log_.labels[label];
    words += fmt::format(" {:.7g} ({} {}; runs elsewhere: {}) +", costs_.cost(label), job.username,
                         job.command, groups_.seen[label] - 1);
  }
  return words + fmt::format(" {:.7g} * {} half minutes + {:.7g} * {} more jobs in the next tick",
                             costs_.per_half_minute(), group.half_minutes, costs_.per_next_job(),
                             group.next_jobs > 1 ? group.next_jobs - 1 : 0);
}

// Where all of its jobs are known from sets that have their like.
std::vector<std::string> FitWords::by_sets(const IntervalGroup& group,
                                           std::uint32_t interval) const {
  const Expectation& expected = input_.baseline.expected[interval];
  const bool odd = input_.baseline.odd_runs.any(interval);
  const std::optional<KnownCost> cost = known_.of(group, odd);
  if (!cost) return {};
  const double least = input_.clock.ticks[interval].jobs;
  const double fit = costs_.predict(input_.clock, group);
  const double mean = std::max(least, std::min(fit, cost->most));
  std::vector<std::string> words;
  words.push_back(fmt::format(
      "at_most = {:.7g}: what the cheapest intervals cost on average that the same jobs begin, "
      "with others or not, in as long a time",
      cost->most));
  words.push_back(
      fmt::format("mean = {:.7g}: min(fit, at_most), at least {}, its own lines", mean, least));
  const double guess = guess_alone(mean);
  const double open = std::max(0.0, cost->most - mean);
  const double off = std::min(open, guess);
  const double factor =
      input_.baseline.spread_factor.empty() ? 1 : input_.baseline.spread_factor[interval];
  const double own = static_cast<double>(expected.variance) / factor - off * off;
  if (own >= cost->variance || alike(own, cost->variance))
    words.push_back(fmt::format(
        "variance = {:.7g}: ({:.7g}, what those intervals or the background vary, + min(at_most - "
        "mean, {:.7g})^2){}; {:.7g}, 3 PIDs and a third of the mean, is what the fit may be off by",
        static_cast<double>(expected.variance), own, guess,
        factor == 1 ? "" : fmt::format(" * {:.7g}, the factor of this level", factor), guess));
  if (odd)
    add_beyond(input_.baseline, interval,
               fmt::format("the dearest of {} intervals that it begins (with what is added for a "
                           "longer time)",
                           cost->runs),
               words);
  return words;
}

std::vector<std::string> FitWords::of(std::uint32_t interval) const {
  const IntervalGroup& group = groups_.groups[groups_.of_interval[interval]];
  const auto labels = input_.clock.item_sets.labels(group.items);
  if (group.common || labels.empty()) return {};
  const Baseline& baseline = input_.baseline;
  if (std::ranges::any_of(labels, [&](std::uint32_t label) { return few_.few(label); })) {
    std::vector<std::string> words;
    add_beyond(baseline, interval, kOtherRuns, words);
    return words;
  }
  const double start =
      baseline.start_cost.empty() ? 0 : static_cast<double>(baseline.start_cost[interval]);
  const double expected = static_cast<double>(baseline.expected[interval].mean) - start;
  const std::uint32_t rarest = rarest_label(input_.clock, groups_, group);
  const double least = input_.clock.ticks[interval].jobs;
  const double fit = costs_.predict(input_.clock, group);
  std::vector<std::string> words = {fit_of(group)};
  if (known_.runs(rarest) < kKnownRuns) {
    const double others = expected - fit;
    words.push_back(fmt::format(
        "mean = {:.7g}: fit + {:.7g}: the median of what the other runs of the rarest job cost "
        "beyond their own fit, and what a wrap or a source of each day adds here; at least {}, its "
        "own lines",
        expected, others, least));
    add_beyond(baseline, interval, kOtherRuns, words);
  } else {
    const std::optional<KnownCost> cost = known_.of(group);
    if (!alike(std::max(least, cost ? std::min(fit, cost->most) : fit), expected)) return {};
    std::vector<std::string> more = by_sets(group, interval);
    if (more.empty())
      more.push_back(
          fmt::format("mean = {:.7g}: fit, at least {}, its own lines", expected, least));
    std::ranges::move(more, std::back_inserter(words));
  }
  for (std::string& line : words) line = escape_bytes(line);
  return words;
}

}  // namespace pidometer
