#include "plugin/explain_finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugin/anomaly/pid_finding.h"
#include "plugin/baseline/robust.h"
#include "plugin/compared_intervals.h"
#include "plugin/explain_fit.h"
#include "plugin/explain_steps.h"

namespace pidometer {
namespace {

class Explainer {
 public:
  Explainer(const LogSeries& log, const PidClock& clock) : log_(log), clock_(clock) {}

  /// Fetches all lines of these intervals at once.
  void fetch(const std::vector<std::uint32_t>& intervals) {
    records_.clear();
    for (const std::uint32_t i : intervals) {
      records_.push_back(clock_.ticks[i].record);
      records_.push_back(clock_.ticks[i + 1].record);
    }
    std::ranges::sort(records_);
    records_.erase(std::unique(records_.begin(), records_.end()), records_.end());
    lines_ = fetch_lines(log_, records_);
  }

  /// What stands in the log of an interval that was fetched.
  ComparedInterval read(std::uint32_t interval) const {
    const Tick& begin = clock_.ticks[interval];
    const Tick& end = clock_.ticks[interval + 1];
    const StoredRecord& first = log_.records[begin.record];
    ComparedInterval one;
    one.line = first.line;
    one.path = log_.reports[first.file].entry.path;
    one.first_record = text_of(fetched(begin.record));
    one.last_record = text_of(fetched(end.record));
    one.first_pid = begin.pid;
    one.last_pid = end.pid;
    one.advance = clock_.intervals[interval].advance;
    return one;
  }

  /// The records around the finding's own, and these.
  std::vector<ShownReading> around(const Anomaly& anomaly) const {
    constexpr std::uint32_t kBeside = 3;
    const auto count = static_cast<std::uint32_t>(log_.records.size());
    std::set<std::uint32_t> shown;
    for (const std::uint32_t record : {anomaly.first_record, anomaly.last_record})
      for (std::uint32_t r = record - std::min(record, kBeside); r < count && r <= record + kBeside;
           ++r)
        shown.insert(r);
    const std::vector<std::uint32_t> records(shown.begin(), shown.end());
    const std::vector<Result<std::string>> lines = fetch_lines(log_, records);
    std::vector<ShownReading> readings;
    for (std::size_t k = 0; k < records.size(); ++k) {
      const StoredRecord& record = log_.records[records[k]];
      readings.push_back({log_.reports[record.file].entry.path, record.line, text_of(lines[k]),
                          record.pid,
                          records[k] == anomaly.first_record || records[k] == anomaly.last_record});
    }
    return readings;
  }

 private:
  static std::string text_of(const Result<std::string>& line) {
    return line ? *line : "(line cannot be read again: " + line.error().message + ")";
  }

  const Result<std::string>& fetched(std::uint32_t record) const {
    const auto at = std::ranges::lower_bound(records_, record) - records_.begin();
    return lines_[static_cast<std::size_t>(at)];
  }

  const LogSeries& log_;
  const PidClock& clock_;
  std::vector<std::uint32_t> records_;      ///< of the lines that were fetched, ascending
  std::vector<Result<std::string>> lines_;  ///< in step with them
};

TabledInterval tabled(const LogSeries& log, const DetectorInput& input, std::uint32_t interval,
                      const Compared& compared) {
  const PidClock& clock = input.clock;
  const Expectation& expected = input.baseline.expected[interval];
  const Comparable& usual = input.baseline.comparables[expected.comparable];
  const StoredRecord& first = log.records[clock.ticks[interval].record];
  TabledInterval one;
  one.line = first.line;
  one.path = log.reports[first.file].entry.path;
  one.seconds = seconds_between(clock.ticks[interval], clock.ticks[interval + 1]);
  one.handed_out = clock.intervals[interval].advance;
  one.compared = compared.intervals.size();
  std::vector<double> costs;
  for (const std::uint32_t other : compared.intervals)
    costs.push_back(clock.intervals[other].advance);
  if (!costs.empty()) {
    const auto [least, most] = std::ranges::minmax(costs);
    one.least = static_cast<std::int64_t>(least);
    one.most = static_cast<std::int64_t>(most);
    one.median = median_of(costs);
  }
  one.usual_low = usual.low;
  one.usual_high = usual.high;
  one.mean = static_cast<double>(expected.mean);
  return one;
}

/// The line of an interval, or, where the table is full, its share of the sums alone.
void add_line(const LogSeries& log, const DetectorInput& input, const ComparedIntervals& comparison,
              std::uint32_t interval, std::uint32_t finding, IntervalTable& table) {
  table.handed_out += input.clock.intervals[interval].advance;
  table.mean += static_cast<double>(input.baseline.expected[interval].mean);
  if (table.lines.size() == IntervalTable::kMostLines) {
    ++table.left_out;
    return;
  }
  table.lines.push_back(tabled(log, input, interval, comparison.of(interval)));
  table.lines.back().finding = finding;
}

void append(std::vector<Quantity> more, std::vector<Quantity>& steps) {
  std::ranges::move(more, std::back_inserter(steps));
}

void add_variance(const Anomaly& part, const std::string& n, std::vector<Quantity>& steps) {
  steps.push_back({"V_" + n, part.window_variance, "its variance"});
  if (part.window_degrees == 0) return;
  steps.push_back({"few_" + n, part.window_few, "what of it is known from few others"});
  steps.push_back(
      {"degrees_" + n, static_cast<double>(part.window_degrees), "of Student's t for that"});
}

/// Of an activity's finding: what its share of the sum is made of.
void add_part(const LogSeries& log, const DetectorInput& input, const ComparedIntervals& comparison,
              const Anomaly& part, std::uint32_t number, Explanation& explanation) {
  const std::string n = std::to_string(number);
  std::vector<Quantity>& steps = explanation.steps;
  if (part.kind == AnomalyKind::record_gap) {
    steps.push_back({"R_" + n, part.window_excess, "the surplus of finding " + n});
    add_variance(part, n, steps);
    return;
  }
  double observed = 0;
  double mean = 0;
  for (std::uint32_t i = part.window_first_tick; i < part.window_last_tick; ++i) {
    add_line(log, input, comparison, i, number, explanation.table);
    observed += input.clock.intervals[i].advance;
    mean += static_cast<double>(input.baseline.expected[i].mean);
  }
  const bool wider = part.window_last_tick - part.window_first_tick > part.intervals;
  steps.push_back({"observed_" + n, observed,
                   "handed out in finding " + n +
                       (wider ? " and what belongs to it beside in its window" : "")});
  steps.push_back({"expected_" + n, mean, "what the baseline expects there"});
  steps.push_back({"level_" + n, observed - mean - part.window_excess,
                   "what the level adds (takes) there, as in the finding's own arithmetic"});
  steps.push_back(
      {"R_" + n, part.window_excess, "observed_" + n + " - expected_" + n + " - level_" + n});
  add_variance(part, n, steps);
}

std::shared_ptr<const Explanation> explain_activity(const LogSeries& log,
                                                    const DetectorInput& input,
                                                    const Anomaly& activity,
                                                    std::span<const Anomaly* const> parts) {
  auto explanation = std::make_shared<Explanation>();
  explanation->readings = Explainer(log, input.clock).around(activity);
  const ComparedIntervals comparison(input.clock);
  double excess = 0;
  ExcessVariance variance;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    add_part(log, input, comparison, *parts[k], static_cast<std::uint32_t>(k + 1), *explanation);
    excess += parts[k]->window_excess;
    variance.add({parts[k]->window_variance, parts[k]->window_few, parts[k]->window_degrees});
  }
  const double range = range_deviations(variance) * std::sqrt(variance.all);
  std::vector<Quantity>& steps = explanation->steps;
  steps.push_back({"R", excess, "sum of these R"});
  steps.push_back({"V", variance.all, "sum of these V"});
  if (variance.degrees > 0) {
    steps.push_back({"few", variance.few, "sum of these few"});
    steps.push_back({"degrees", static_cast<double>(variance.degrees), "the least of these"});
  }
  steps.push_back({"range_deviations", range_deviations(variance), range_words(variance, "")});
  steps.push_back({"excess_low", excess - range, "R - range_deviations * sqrt(V)"});
  steps.push_back({"excess_high", excess + range, "R + range_deviations * sqrt(V)"});
  append(level_steps(input, activity), steps);
  explanation->score_of = "its findings stand beside it, each with its own";
  return explanation;
}

}  // namespace

std::shared_ptr<const Explanation> explain_finding(const LogSeries& log, const DetectorInput& input,
                                                   const Anomaly& anomaly,
                                                   std::span<const Anomaly* const> parts) {
  if (!parts.empty()) return explain_activity(log, input, anomaly, parts);
  const PidClock& clock = input.clock;
  Explainer explainer(log, clock);
  auto explanation = std::make_shared<Explanation>();
  explanation->readings = explainer.around(anomaly);
  if (anomaly.kind != AnomalyKind::pid_excess && anomaly.kind != AnomalyKind::pid_deficit) {
    explanation->steps = kind_steps(input, anomaly);
    append(level_steps(input, anomaly), explanation->steps);
    return explanation;
  }
  const std::uint32_t begin = anomaly.scored_first_tick;
  const std::uint32_t end = anomaly.scored_last_tick;
  const std::uint32_t stretch_end = anomaly.stretch_first_tick + anomaly.intervals;
  const ComparedIntervals comparison(clock);
  std::vector<Compared> compared_with;
  std::vector<std::uint32_t> shown;
  for (std::uint32_t i = begin; i < end; ++i) {
    const Compared& compared = compared_with.emplace_back(comparison.of(i));
    shown.push_back(i);
    if (i >= anomaly.stretch_first_tick && i < stretch_end)
      shown.insert(shown.end(), compared.intervals.begin(), compared.intervals.end());
  }
  explainer.fetch(shown);
  std::optional<FitWords> fit;  // of intervals that too few are like
  for (std::uint32_t i = begin; i < end; ++i) {
    const Expectation& expected = input.baseline.expected[i];
    Compared& compared = compared_with[i - begin];
    ExplainedInterval one;
    one.own = explainer.read(i);
    one.seconds = seconds_between(clock.ticks[i], clock.ticks[i + 1]);
    one.mean = static_cast<double>(expected.mean);
    one.random_mean = input.baseline.random_mean(expected);
    one.variance = static_cast<double>(expected.variance);
    if (comparison.common(i)) {
      one.reckoned = mean_words(input, comparison.groups(), i);
    } else {
      if (!fit) fit.emplace(log, input, comparison.groups());
      one.reckoned = fit->of(i);
    }
    if (clock.intervals[i].restarted) one.start_cost = input.baseline.start_cost[i];
    one.rule = std::move(compared.rule);
    if (comparison.common(i) && teaches(clock.intervals[i]))
      one.rule += " (a row's number counts this one, too)";
    one.compared_count = compared.intervals.size();
    if (i >= anomaly.stretch_first_tick && i < stretch_end)
      for (const std::uint32_t other : compared.intervals)
        one.compared.push_back(explainer.read(other));
    explanation->intervals.push_back(std::move(one));
    if (end - begin == 1) continue;
    add_line(log, input, comparison, i, 0, explanation->table);
    explanation->table.lines.back().own_stretch =
        i >= anomaly.stretch_first_tick && i < stretch_end;
  }
  explanation->steps = score_steps(input, anomaly);
  append(level_steps(input, anomaly), explanation->steps);
  if (end - begin > anomaly.intervals)
    explanation->score_of = fmt::format(
        "the score is that of the window of these {} intervals, of which the row is the shortest "
        "stretch that holds most",
        end - begin);
  return explanation;
}

}  // namespace pidometer
