#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/explanation.h"

namespace pidometer {
namespace {

/// `3285 - 2441 = 844`; of an interval in which the counter wrapped, from pid_max on at 300,
/// `308 + 32768 - 300 - 32762 = 14`.
std::string handed_out(const ComparedInterval& interval) {
  const std::int64_t rounds = interval.advance - (static_cast<std::int64_t>(interval.last_pid) -
                                                  static_cast<std::int64_t>(interval.first_pid));
  return fmt::format(
      "{}{} - {} = {}", interval.last_pid,
      rounds == 0 ? "" : fmt::format(" + {} - {}", rounds + kReservedPids, kReservedPids),
      interval.first_pid, interval.advance);
}

std::string compared_line(const ComparedInterval& interval) {
  return fmt::format("      {}line {}: {}\n        {}\n        {}\n",
                     interval.path.empty() ? "" : escape_bytes(interval.path) + " ", interval.line,
                     handed_out(interval), escape_bytes(interval.first_record),
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
      "    handed out: {} PIDs{}\n",
      number, interval.seconds, escape_bytes(own.first_record), escape_bytes(own.last_record),
      handed_out(own),
      own.last_pid >= own.first_pid
          ? ""
          : fmt::format(" (the counter wrapped: behind pid_max - 1 comes {})", kReservedPids));
  text += fmt::format("    comparable: {} {}\n", interval.compared_count, interval.rule);
  if (!interval.compared.empty())
    text += fmt::format("    they cost: {}\n", histogram(interval.compared));
  text += fmt::format(
      "    expected: {:.7g} by the baseline, variance {:.7g}, of which {:.7g} PIDs can vary\n"
      "    too many: {} - {:.7g} = {:.7g}\n",
      interval.mean, interval.variance, interval.random_mean, own.advance, interval.mean,
      static_cast<double>(own.advance) - interval.mean);
  if (interval.start_cost > 0)
    text += fmt::format(
        "    a start of the cron daemon is taken to have cost {:.7g} of what is expected (up to "
        "64)\n",
        interval.start_cost);
  if (!interval.compared.empty()) text += "    the comparable intervals:\n";
  for (const ComparedInterval& one : interval.compared) text += compared_line(one);
  return text;
}

std::string readings_text(const std::vector<ShownReading>& readings) {
  std::string text =
      "\n  The readings around (> the finding's own lines; the step is from the PID of the "
      "line above, without wraps)\n";
  const ShownReading* before = nullptr;
  for (const ShownReading& one : readings) {
    const bool stepped = before != nullptr && before->pid != 0 && one.pid != 0;
    text += fmt::format(
        "  {} {} line {}{}{}\n      {}\n", one.bounding ? '>' : ' ', escape_bytes(one.path),
        one.line, one.pid == 0 ? "" : fmt::format(", PID {}", one.pid),
        stepped ? fmt::format(", step {:+}", static_cast<std::int64_t>(one.pid) -
                                                 static_cast<std::int64_t>(before->pid))
                : "",
        escape_bytes(one.text));
    before = &one;
  }
  return text;
}

}  // namespace

std::string explanation_text(const Explanation& explanation) {
  std::string text = "\nHow it was reckoned (docs/pid_clock.md has the model)\n";
  if (!explanation.readings.empty()) text += readings_text(explanation.readings);
  for (std::size_t i = 0; i < explanation.intervals.size(); ++i)
    text += interval_text(explanation.intervals[i], i + 1);
  if (!explanation.steps.empty()) text += "\n  The arithmetic, step by step";
  if (!explanation.score_of.empty()) text += ": " + explanation.score_of;
  if (!explanation.steps.empty()) text += "\n";
  // The sum makes a plain 0 of -0.
  for (const Quantity& step : explanation.steps)
    text += fmt::format("    {} = {:.10g}  {}\n", step.name, step.value + 0.0, step.formula);
  return text;
}

}  // namespace pidometer
