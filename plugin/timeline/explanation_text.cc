#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/explanation.h"

namespace pidometer {
namespace {

std::string compared_line(const ComparedInterval& interval) {
  return fmt::format("      {}{}: {} - {} = {}\n        {}\n        {}\n",
                     interval.path.empty() ? "" : escape_bytes(interval.path) + " ",
                     fmt::format("line {}", interval.line), interval.last_pid, interval.first_pid,
                     interval.advance, escape_bytes(interval.first_record),
                     escape_bytes(interval.last_record));
}

/// How often each advance was seen.
std::string histogram(const std::vector<ComparedInterval>& compared) {
  std::map<std::int64_t, std::size_t> counts;
  for (const ComparedInterval& interval : compared) ++counts[interval.advance];
  std::string words;
  for (const auto& [advance, count] : counts)
    words += fmt::format("{}{} PIDs {} time{}", words.empty() ? "" : ", ", advance, count,
                         count == 1 ? "" : "s");
  return words;
}

std::string interval_text(const ExplainedInterval& interval, std::size_t number) {
  const ComparedInterval& own = interval.own;
  std::string text = fmt::format(
      "\n  Interval {}, {:.0f} s\n"
      "    {}\n    {}\n"
      "    handed out: {} - {} = {} PIDs{}\n",
      number, interval.seconds, escape_bytes(own.first_record), escape_bytes(own.last_record),
      own.last_pid, own.first_pid, own.advance,
      own.advance ==
              static_cast<std::int64_t>(own.last_pid) - static_cast<std::int64_t>(own.first_pid)
          ? ""
          : " (the counter wrapped: pid_max - 300 is added)");
  text += fmt::format("    comparable: {} {}\n", interval.compared.size(), interval.rule);
  if (!interval.compared.empty())
    text += fmt::format("    they cost: {}\n", histogram(interval.compared));
  text += fmt::format(
      "    expected: {:.2f} by the baseline{}, variance {:.2f}, of which {:.2f} PIDs can vary\n"
      "    too many: {} - {:.2f} = {:.2f}\n",
      interval.mean,
      interval.level == 0 ? "" : fmt::format(" and {:+.2f} by the local level", interval.level),
      interval.variance, interval.random_mean, own.advance, interval.mean + interval.level,
      static_cast<double>(own.advance) - interval.mean - interval.level);
  if (!interval.compared.empty()) text += "    the comparable intervals:\n";
  for (const ComparedInterval& one : interval.compared) text += compared_line(one);
  return text;
}

}  // namespace

std::string explanation_text(const Explanation& explanation) {
  std::string text = "\nHow it was reckoned (docs/pid_clock.md has the model)\n";
  for (std::size_t i = 0; i < explanation.intervals.size(); ++i)
    text += interval_text(explanation.intervals[i], i + 1);
  text += fmt::format(
      "\n  Sum: {:.2f} PIDs too many, variance {:.2f}; 90%: {:.2f} - 1.645 * {:.2f} = {:.2f} to "
      "{:.2f}\n",
      explanation.excess, explanation.variance, explanation.excess, std::sqrt(explanation.variance),
      explanation.excess - 1.645 * std::sqrt(explanation.variance),
      explanation.excess + 1.645 * std::sqrt(explanation.variance));
  if (explanation.window_intervals > explanation.intervals.size())
    text += fmt::format(
        "  The score is that of the window of {} intervals of which this is the shortest stretch "
        "that holds most.\n",
        explanation.window_intervals);
  text += fmt::format(
      "  Score {:.3f}: chance makes such a window with 10^-{:.3f}.\n"
      "  {:.0f} windows were looked at in {:.1f} days: chance makes {:.3g} such windows in the "
      "log, {:.3g} in a month (medium below 0.1, high below 0.0001, critical below 0.00000001).\n",
      explanation.score, explanation.score, explanation.looks, explanation.days,
      explanation.looks * std::pow(10, -explanation.score),
      explanation.looks * std::pow(10, -explanation.score) * 30 / std::max(explanation.days, 1e-3));
  return text;
}

}  // namespace pidometer
