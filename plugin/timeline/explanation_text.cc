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
      "\n  Interval {}, {:.10g} s\n"
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
  for (const std::string& step : interval.reckoned) text += "      " + step + "\n";
  if (interval.start_cost > 0)
    text += fmt::format(
        "    a start of the cron daemon is taken to have cost {:.7g} of what is expected (up to "
        "64)\n",
        interval.start_cost);
  if (!interval.compared.empty()) text += "    the comparable intervals:\n";
  for (const ComparedInterval& one : interval.compared) text += compared_line(one);
  return text;
}

std::string range(std::int64_t low, std::int64_t high) {
  return low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
}

std::string table_text(const IntervalTable& table) {
  if (table.lines.empty()) return {};
  const bool of_activity = table.lines.front().finding != 0;
  std::string text = fmt::format(
      "\n  All intervals{}, one a line{}\n"
      "  (range, median: of the comparable ones; usual: their range without what is far out)\n"
      "  {:>7} {:>9} {:>9} {:>10} {:>10} {:>14} {:>9} {:>14} {:>12} {:>12}\n",
      of_activity ? " of its findings' windows" : " of the window",
      of_activity ? "" : " (> in the row's own stretch)", of_activity ? "finding" : "", "line",
      "seconds", "handed out", "comparable", "range", "median", "usual", "expected", "too many");
  const std::string* path = nullptr;
  std::size_t number = 0;
  for (const TabledInterval& one : table.lines) {
    if (path == nullptr || *path != one.path)
      text += fmt::format("    in {}\n", escape_bytes(one.path));
    path = &one.path;
    const std::string name = of_activity
                                 ? fmt::format("{}", one.finding)
                                 : fmt::format("{}{}", one.own_stretch ? "> " : "", ++number);
    const bool any = one.compared > 0;
    text += fmt::format(
        "  {:>7} {:>9} {:>9.10g} {:>10} {:>10} {:>14} {:>9} {:>14} {:>12.7g} {:>12.7g}\n", name,
        one.line, one.seconds, one.handed_out, one.compared, any ? range(one.least, one.most) : "-",
        any ? fmt::format("{:.10g}", one.median) : "-",
        any ? range(one.usual_low, one.usual_high) : "-", one.mean,
        static_cast<double>(one.handed_out) - one.mean);
  }
  if (table.left_out > 0)
    text += fmt::format("    {} more intervals are left out here, and are in the sum{}\n",
                        table.left_out,
                        of_activity ? "; `explain` of a finding shows all of its own" : "");
  return text + fmt::format(
                    "  {:>7} {:>9} {:>9} {:>10} {:>10} {:>14} {:>9} {:>14} {:>12.10g} {:>12.10g}\n",
                    "sum", "", "", table.handed_out, "", "", "", "", table.mean,
                    static_cast<double>(table.handed_out) - table.mean);
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
  text += table_text(explanation.table);
  if (!explanation.steps.empty()) text += "\n  The arithmetic, step by step";
  if (!explanation.score_of.empty()) text += ": " + explanation.score_of;
  if (!explanation.steps.empty()) text += "\n";
  // The sum makes a plain 0 of -0.
  for (const Quantity& step : explanation.steps)
    text += fmt::format("    {} = {:.10g}  {}\n", step.name, step.value + 0.0, step.formula);
  return text;
}

}  // namespace pidometer
