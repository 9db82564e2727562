#include "plugin/explain_finding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/baseline/interval_groups.h"

namespace pidometer {
namespace {

// As the baseline does: the same minute of the hour where so many have it.
constexpr std::size_t kSameMinute = 8;

std::uint16_t minute_of_hour(const PidClock& clock, std::uint32_t tick) {
  return static_cast<std::uint16_t>(clock.ticks[tick].minute % 60);
}

struct Compared {
  std::vector<std::uint32_t> intervals;
  std::string rule;
};

Compared of_common_group(const PidClock& clock, const IntervalGroups& groups,
                         std::uint32_t interval) {
  const IntervalGroup& group = groups.groups[groups.of_interval[interval]];
  Compared all{{},
               "other intervals that start with the same jobs, end with as many, and last as many "
               "half minutes"};
  Compared same_minute{{}, all.rule + ", at the same minute of the hour"};
  for (std::uint32_t k = group.begin; k < group.end; ++k) {
    const std::uint32_t other = groups.order[k];
    if (other == interval) continue;
    all.intervals.push_back(other);
    if (minute_of_hour(clock, other) == minute_of_hour(clock, interval))
      same_minute.intervals.push_back(other);
  }
  return same_minute.intervals.size() + 1 >= kSameMinute ? same_minute : all;
}

Compared of_rarest_job(const PidClock& clock, const IntervalGroups& groups,
                       std::uint32_t interval) {
  const auto labels = clock.item_sets.labels(clock.ticks[interval].items);
  Compared others{{},
                  "other runs of the rarest of its jobs (with other jobs beside it, perhaps: what "
                  "those cost is taken off by the additive fit)"};
  if (labels.empty()) return others;
  const std::uint32_t rarest = *std::ranges::min_element(
      labels, {}, [&](std::uint32_t l) { return std::pair(groups.seen[l], l); });
  for (std::uint32_t i = 0; i < clock.intervals.size(); ++i) {
    if (i == interval || groups.of_interval[i] == kNoGroup) continue;
    if (groups.groups[groups.of_interval[i]].common) continue;
    if (std::ranges::binary_search(clock.item_sets.labels(clock.ticks[i].items), rarest))
      others.intervals.push_back(i);
  }
  return others;
}

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

 private:
  static std::string text_of(const Result<std::string>& line) {
    return line ? *line : "(line cannot be read again: " + line.error().message + ")";
  }

  const LogSeries& log_;
  const PidClock& clock_;
};

}  // namespace

std::shared_ptr<const Explanation> explain_finding(const LogSeries& log, const PidClock& clock,
                                                   const Baseline& baseline, const WindowScan& scan,
                                                   const Anomaly& anomaly) {
  if (anomaly.kind != AnomalyKind::pid_excess && anomaly.kind != AnomalyKind::pid_deficit)
    return nullptr;
  const auto first = std::ranges::find(clock.ticks, anomaly.first_record, &Tick::record);
  if (first == clock.ticks.end()) return nullptr;
  const auto begin = static_cast<std::uint32_t>(first - clock.ticks.begin());
  const std::uint32_t end = begin + anomaly.intervals;
  const IntervalGroups groups = group_intervals(clock);
  const Explainer explainer(log, clock);
  auto explanation = std::make_shared<Explanation>();
  for (std::uint32_t i = begin; i < end; ++i) {
    const Expectation& expected = baseline.expected[i];
    const bool common = groups.groups[groups.of_interval[i]].common;
    Compared compared =
        common ? of_common_group(clock, groups, i) : of_rarest_job(clock, groups, i);
    ExplainedInterval one;
    one.own = explainer.read({i}).front();
    one.seconds = clock.intervals[i].seconds;
    one.mean = static_cast<double>(expected.mean);
    one.random_mean = baseline.random_mean(expected);
    one.variance = static_cast<double>(expected.variance);
    if (baseline.level.used()) one.level = baseline.level.rate(begin, end) * one.seconds;
    one.rule = std::move(compared.rule);
    one.compared = explainer.read(compared.intervals);
    explanation->intervals.push_back(std::move(one));
  }
  const Window window = scan.measure(begin, end);
  explanation->excess = window.excess;
  explanation->variance = window.variance;
  explanation->looks = scan.looks();
  explanation->days = scan.days();
  explanation->score = anomaly.score;
  explanation->window_intervals =
      std::max(anomaly.intervals, anomaly.window_last_tick - anomaly.window_first_tick);
  return explanation;
}

}  // namespace pidometer
