#include "plugin/explain_finding.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/readings.h"
#include "tests/support/memory_log_file.h"

namespace pidometer {
namespace {

/// Knows how often it was opened.
class CountingFile final : public LogFile {
 public:
  explicit CountingFile(std::string text) : file_("/var/log/cron.log", std::move(text)) {}
  const FileEntry& entry() const override { return file_.entry(); }
  std::optional<std::string> sha256() const override { return file_.sha256(); }
  Result<std::unique_ptr<ByteStream>> open(StreamForm form) const override {
    ++opened_;
    return file_.open(form);
  }
  std::size_t opened() const { return opened_; }

 private:
  test::MemoryLogFile file_;
  mutable std::size_t opened_ = 0;
};

/// Lines ten minutes apart for five days, and in one stretch of so many intervals 6 PIDs a piece
/// that no line explains.
std::string log_of(int excess_intervals) {
  std::string text;
  int pid = 1000;
  for (int i = 0; i < 5 * 144; ++i) {
    text += fmt::format("2026-03-{:02}T{:02}:{:02}:01+00:00 web01 CRON[{}]: (root) CMD (job)\n",
                        1 + i / 144, i / 6 % 24, i % 6 * 10, pid);
    pid += 3 + i * i * 7 % 17 + (i >= 400 && i < 400 + excess_intervals ? 6 : 0);
  }
  return text;
}

TEST(ExplainFinding, ReadsTheLogTwiceHoweverManyIntervalsThereAre) {
  const CountingFile file(log_of(12));
  const std::vector<const LogFile*> files = {&file};
  const std::vector<LogSeries> all = read_log_series(
      files, {}, [](const Warning& warning) { ADD_FAILURE() << warning.message; },
      [](std::uint64_t) { return true; });
  ASSERT_EQ(all.size(), 1U);
  const LogSeries& log = all.front();
  const PidClock clock = build_pid_clock(readings_of(log), {});
  const Baseline baseline = learn_baseline(clock);
  const WindowScan scan(clock, baseline);
  Explanations explanations(clock, baseline, scan);
  const DetectorInput input(clock, baseline, scan, explanations);
  const std::vector<Anomaly> found = detect_pid_excess(input);
  ASSERT_FALSE(found.empty());
  const Anomaly& widest = *std::ranges::max_element(
      found, {}, [](const Anomaly& a) { return a.scored_last_tick - a.scored_first_tick; });
  ASSERT_GE(widest.scored_last_tick - widest.scored_first_tick, 4U);

  const std::size_t before = file.opened();
  const auto explanation = explain_finding(log, input, widest);
  EXPECT_EQ(file.opened() - before, 2U);  // the lines around it, and those of all intervals
  ASSERT_EQ(explanation->intervals.size(), widest.scored_last_tick - widest.scored_first_tick);
  for (const ExplainedInterval& one : explanation->intervals) {
    EXPECT_NE(one.own.first_record.find(fmt::format("CRON[{}]", one.own.first_pid)),
              std::string::npos);
    EXPECT_NE(one.own.last_record.find(fmt::format("CRON[{}]", one.own.last_pid)),
              std::string::npos);
    for (const ComparedInterval& other : one.compared) {
      EXPECT_NE(other.first_record.find(fmt::format("CRON[{}]", other.first_pid)),
                std::string::npos);
      EXPECT_NE(other.last_record.find(fmt::format("CRON[{}]", other.last_pid)), std::string::npos);
    }
  }
  EXPECT_FALSE(explanation->intervals[4].compared.empty());
}

TEST(ExplainFinding, SaysHowManyIntervalsOfAnActivityItsTableLeavesOut) {
  const test::MemoryLogFile file("/var/log/cron.log", log_of(12));
  const std::vector<const LogFile*> files = {&file};
  const std::vector<LogSeries> all = read_log_series(
      files, {}, [](const Warning& warning) { ADD_FAILURE() << warning.message; },
      [](std::uint64_t) { return true; });
  const LogSeries& log = all.front();
  const PidClock clock = build_pid_clock(readings_of(log), {});
  const Baseline baseline = learn_baseline(clock);
  const WindowScan scan(clock, baseline);
  Explanations explanations(clock, baseline, scan);
  const DetectorInput input(clock, baseline, scan, explanations);
  Anomaly first;
  first.window_first_tick = 10;
  first.window_last_tick = 210;
  Anomaly second = first;
  second.window_first_tick = 212;
  second.window_last_tick = 312;
  Anomaly activity;
  activity.kind = AnomalyKind::activity;
  const std::vector<const Anomaly*> parts = {&first, &second};

  const auto explanation = explain_finding(log, input, activity, parts);
  const IntervalTable& table = explanation->table;
  ASSERT_EQ(table.lines.size(), IntervalTable::kMostLines);
  EXPECT_EQ(table.left_out, 300 - IntervalTable::kMostLines);
  EXPECT_EQ(table.lines[199].finding, 1U);
  EXPECT_EQ(table.lines[200].finding, 2U);
  EXPECT_EQ(table.handed_out, (clock.ticks[210].pid - clock.ticks[10].pid) +
                                  (clock.ticks[312].pid - clock.ticks[212].pid));
  const std::string text = explanation_text(*explanation);
  EXPECT_NE(text.find("    44 more intervals are left out here, and are in the sum; `explain` of a "
                      "finding shows all of its own\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace pidometer
