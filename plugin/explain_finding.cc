#include "plugin/explain_finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugin/compared_intervals.h"
#include "plugin/explain_steps.h"

namespace pidometer {
namespace {

class Explainer {
 public:
  Explainer(const LogSeries& log, const PidClock& clock) : log_(log), clock_(clock) {}

  /// What stands in the log of these intervals; all lines are fetched at once.
  std::vector<ComparedInterval> read(const std::vector<std::uint32_t>& intervals) const {
    std::vector<std::uint32_t> records;
    for (const std::uint32_t i : intervals) {
      records.push_back(clock_.ticks[i].record);
      records.push_back(clock_.ticks[i + 1].record);
    }
    const std::vector<Result<std::string>> lines = fetch_lines(log_, records);
    std::vector<ComparedInterval> out;
    for (std::size_t k = 0; k < intervals.size(); ++k) {
      const StoredRecord& first = log_.records[records[2 * k]];
      ComparedInterval one;
      one.line = first.line;
      one.path = log_.reports[first.file].entry.path;
      one.first_record = text_of(lines[2 * k]);
      one.last_record = text_of(lines[2 * k + 1]);
      one.first_pid = clock_.ticks[intervals[k]].pid;
      one.last_pid = clock_.ticks[intervals[k] + 1].pid;
      one.advance = clock_.intervals[intervals[k]].advance;
      out.push_back(std::move(one));
    }
    return out;
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

  const LogSeries& log_;
  const PidClock& clock_;
};

}  // namespace

std::shared_ptr<const Explanation> explain_finding(const LogSeries& log, const DetectorInput& input,
                                                   const Anomaly& anomaly) {
  const PidClock& clock = input.clock;
  const Explainer explainer(log, clock);
  auto explanation = std::make_shared<Explanation>();
  explanation->readings = explainer.around(anomaly);
  if (anomaly.kind != AnomalyKind::pid_excess && anomaly.kind != AnomalyKind::pid_deficit) {
    explanation->steps = kind_steps(input, anomaly);
    return explanation;
  }
  const std::uint32_t begin = anomaly.scored_first_tick;
  const std::uint32_t end = anomaly.scored_last_tick;
  const std::uint32_t stretch_end = anomaly.stretch_first_tick + anomaly.intervals;
  const ComparedIntervals comparison(clock);
  for (std::uint32_t i = begin; i < end; ++i) {
    const Expectation& expected = input.baseline.expected[i];
    Compared compared = comparison.of(i);
    ExplainedInterval one;
    one.own = explainer.read({i}).front();
    one.seconds = clock.intervals[i].seconds;
    one.mean = static_cast<double>(expected.mean);
    one.random_mean = input.baseline.random_mean(expected);
    one.variance = static_cast<double>(expected.variance);
    if (clock.intervals[i].restarted) one.start_cost = input.baseline.start_cost[i];
    one.rule = std::move(compared.rule);
    if (comparison.common(i) && teaches(clock.intervals[i]))
      one.rule += " (a row's number counts this one, too)";
    one.compared_count = compared.intervals.size();
    if (i >= anomaly.stretch_first_tick && i < stretch_end)
      one.compared = explainer.read(compared.intervals);
    explanation->intervals.push_back(std::move(one));
  }
  explanation->steps = score_steps(input, anomaly);
  if (end - begin > anomaly.intervals)
    explanation->score_of = fmt::format(
        "the score is that of the window of these {} intervals, of which the row is the shortest "
        "stretch that holds most",
        end - begin);
  return explanation;
}

std::shared_ptr<const Explanation> explain_activity(const Explanation& around,
                                                    std::span<const Anomaly* const> parts) {
  auto explanation = std::make_shared<Explanation>(around);
  double excess = 0;
  double variance = 0;
  std::string sum;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    excess += parts[k]->window_excess;
    variance += parts[k]->window_variance;
    const std::string n = std::to_string(k + 1);
    explanation->steps.push_back(
        {"R_" + n, parts[k]->window_excess, "of finding " + n + " and what belongs to it beside"});
    explanation->steps.push_back({"V_" + n, parts[k]->window_variance, "its variance"});
  }
  const double range = 1.645 * std::sqrt(variance);
  explanation->steps.push_back({"R", excess, "sum of these R"});
  explanation->steps.push_back({"V", variance, "sum of these V"});
  explanation->steps.push_back({"excess_low", excess - range, "R - 1.645 sqrt(V)"});
  explanation->steps.push_back({"excess_high", excess + range, "R + 1.645 sqrt(V)"});
  explanation->score_of = "its findings stand beside it, each with its own";
  return explanation;
}

}  // namespace pidometer
