#include "plugin/timeline/terminal_summary.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "plugin/timeline/row_writer.h"
#include "plugin/timeline/summary_words.h"
#include "tests/unit/timeline/sample_events.h"
#include "tests/unit/timeline/terminal_looks.h"

namespace pidometer {
namespace {

TerminalSummary::Entry at(Timestamp start, int offset) {
  TerminalSummary::Entry entry;
  entry.start = start;
  entry.utc_offset_minutes = offset;
  return entry;
}

TEST(TerminalSummary, ANightGoesFromNoonToNoonOfTheHostsClock) {
  const Timestamp noon = samples::at(973706400);  // 2000-11-08 18:00 UTC, 12:00 in Chicago
  const std::int64_t night = night_of(at(noon, -360));
  EXPECT_EQ(night_of(at(noon - std::chrono::seconds(1), -360)), night - 1);
  EXPECT_EQ(night_of(at(noon + std::chrono::hours(24) - std::chrono::seconds(1), -360)), night);
  EXPECT_EQ(night_of(at(noon, 0)), night);
  EXPECT_EQ(night_of(at(noon - std::chrono::hours(6), 0)), night);
  EXPECT_EQ(night_of(at(Timestamp(std::chrono::hours(-1)), 0)), -1);
}

HostClock clock_of(const std::vector<std::pair<std::int64_t, float>>& hours) {
  HostClock clock;
  for (const auto& [hour, unexplained] : hours) {
    ClockPoint point;
    point.time = Timestamp(std::chrono::hours(hour));
    point.judged = unexplained >= -100;
    point.unexplained = unexplained;
    clock.points.push_back(point);
  }
  return clock;
}

TEST(Sparkline, HasAMarkADay) {
  // Day 2 left nothing, day 3 was not judged.
  const HostClock clock =
      clock_of({{1, 3}, {2, -1}, {25, 0.25F}, {50, -1}, {75, -1000}, {99, 900}});
  const UnexplainedDays days = unexplained_days(clock);
  const Sparkline line = draw_sparkline(days, 78, true);
  EXPECT_EQ(line.marks, "▃▁▁·█");
  EXPECT_EQ(line.peak_day, 4);
  EXPECT_EQ(line.peak_pids, 900);
  EXPECT_EQ(draw_sparkline(days, 78, false).marks, ":__ #");
}

TEST(Sparkline, KeepsThePeakWhereDaysShareAMark) {
  std::vector<std::pair<std::int64_t, float>> hours;
  for (std::int64_t day = 0; day < 100; ++day) hours.emplace_back(day * 24, day == 57 ? 50.F : 0.F);
  const Sparkline line = draw_sparkline(unexplained_days(clock_of(hours)), 10, false);
  EXPECT_EQ(line.marks, "_____#____");
  EXPECT_EQ(line.days_a_mark, 10);
  EXPECT_EQ(line.peak_day, 57);
}

TEST(Sparkline, DaysAreTheHosts) {
  HostClock clock = clock_of({{30, 5}});
  clock.offsets = {{Timestamp(std::chrono::hours(0)), -360 * 2}};
  EXPECT_EQ(unexplained_days(clock).begin()->first, 0);
  EXPECT_TRUE(draw_sparkline({}, 78, true).marks.empty());
}

/// Every excess on a night of its own, one of each level in turn.
TEST(TerminalSummary, ShowsTheGravestNightsAndCountsTheOthers) {
  TerminalSummary summary;
  for (int day = 0; day < 40; ++day) {
    TimelineEvent event = samples::excess();
    auto& anomaly = std::get<FindingBody>(event.body).anomaly;
    anomaly.window_start += std::chrono::hours(24 * day);
    anomaly.window_end += std::chrono::hours(24 * day);
    anomaly.level = day % 2 == 0 ? Level::high : Level::low;
    anomaly.excess_pids = 100 + day;
    anomaly.score_log = day;
    summary.add_row(event);
  }
  const std::string text = summary.write(RunSummary{}, look());
  EXPECT_NE(text.find("20 findings of level medium or above in 20 nights."), std::string::npos)
      << text;
  EXPECT_NE(text.find("20 findings below medium"), std::string::npos) << text;
  EXPECT_NE(text.find("and 8 more nights"), std::string::npos) << text;
  EXPECT_NE(text.find("138 unexplained PIDs"), std::string::npos) << text;
  EXPECT_EQ(text.find("100 unexplained PIDs"), std::string::npos) << text;
  EXPECT_LT(text.find("116 unexplained PIDs"), text.find("138 unexplained PIDs"));
}

/// In a night with a change of the clock, or with hosts of two zones, each line that is not of the
/// heading's offset names its own.
TEST(TerminalSummary, NamesTheOffsetOfALineThatIsNotTheNights) {
  TerminalSummary summary;
  for (const auto& [start, end] :
       std::vector<std::pair<int, int>>{{-360, -360}, {-300, -300}, {-360, -300}}) {
    TimelineEvent event = samples::excess();
    auto& finding = std::get<FindingBody>(event.body);
    finding.utc_offset_minutes = start;
    finding.end_utc_offset_minutes = end;
    summary.add_row(event);
  }
  const std::string text = summary.write(RunSummary{}, look(100));
  EXPECT_NE(text.find("Night of 7 to 8 Nov 2000 (-06:00)"), std::string::npos) << text;
  EXPECT_NE(text.find("08:50 to 09:00  842"), std::string::npos) << text;
  EXPECT_NE(text.find("09:50 to 10:00 (-05:00)  842"), std::string::npos) << text;
  EXPECT_NE(text.find("08:50 (-06:00) to 10:00 (-05:00)  842"), std::string::npos) << text;
}

TEST(TerminalSummary, CutsNoFigureOfAHeading) {
  TerminalSummary summary;
  summary.add_row(samples::excess());
  const std::string text = summary.write(RunSummary{}, look(40));
  EXPECT_NE(text.find("Night of 7 to 8 Nov 2000 (-06:00): 842\nunexplained PIDs\n"),
            std::string::npos)
      << text;
}

/// An activity's sum is of what lies beside its findings, too.
TEST(TerminalSummary, SaysWhatAnActivitySumsUp) {
  for (const std::int64_t of_parts : {488, 863}) {
    TimelineEvent event = samples::excess();
    auto& finding = std::get<FindingBody>(event.body);
    finding.anomaly.kind = AnomalyKind::activity;
    finding.anomaly.excess_pids = 863;
    finding.anomaly.parts_excess = of_parts;
    finding.activity_id = "0123456789abcdef";
    finding.parts = {"fedcba9876543210"};
    const std::string words = summary_entry(event).words;
    const std::string told = event_message(event);
    EXPECT_EQ(words, of_parts == 863 ? "863 unexplained PIDs in 1 finding"
                                     : "863 unexplained, 488 in 1 finding");
    EXPECT_TRUE(told.starts_with(
        of_parts == 863
            ? "1 finding together: 863 more PIDs"
            : "1 finding with 488 more PIDs and what lies beside it together: 863 more PIDs"))
        << told;
  }
}

/// The name of one host stands above its night; of several each line has its own.
TEST(TerminalSummary, TellsHostsApart) {
  TerminalSummary one;
  TerminalSummary two;
  for (const char* host : {"web01", "a-host-of-a-long-name"}) {
    TimelineEvent event = samples::excess();
    event.hostname = host;
    two.add_row(event);
    if (one.write(RunSummary{}, look()).find("web01") == std::string::npos) one.add_row(event);
  }
  const std::string alone = one.write(RunSummary{}, look());
  EXPECT_NE(alone.find("Night of 7 to 8 Nov 2000 (-06:00), web01: 842 unexplained PIDs\n"),
            std::string::npos)
      << alone;
  const std::string both = two.write(RunSummary{}, look());
  EXPECT_NE(both.find("08:50 to 09:00  web01         842"), std::string::npos) << both;
  EXPECT_NE(both.find("08:50 to 09:00  a-host-of-a…  842"), std::string::npos) << both;
}

/// What was handed out beyond the missing jobs is read as an excess: in the line, in the sum of the
/// night, and in the mark of the day, which the clock did not judge.
TEST(TerminalSummary, AGapWithAnExcessIsOne) {
  const TimelineEvent gap = samples::record_gap_with_work();
  HostClock clock = clock_of({{0, -1000}, {24, -1000}});
  for (ClockPoint& point : clock.points)
    point.time += std::chrono::floor<std::chrono::days>(gap.time).time_since_epoch();
  TerminalSummary summary;
  summary.add_clock({gap.source->image, "/var/log", false}, clock);
  summary.add_row(gap);
  const std::string text = summary.write(RunSummary{}, look(100));
  EXPECT_NE(text.find("8000 unexplained PIDs; 1 record missing"), std::string::npos) << text;
  EXPECT_NE(text.find(": 8000 unexplained PIDs\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Unexplained PIDs a day, at most 8000 on 8 Nov 2000"), std::string::npos)
      << text;
}

/// Loose logs that name no host have all their words in common.
TEST(TerminalSummary, AGapIsOfItsOwnSeries) {
  TimelineEvent gap = samples::record_gap_with_work();
  EventSource source = *gap.source;
  source.series = 1;
  gap.source = std::make_shared<const EventSource>(source);
  HostClock clock = clock_of({{0, 0}, {24, 0}});
  clock.series_id = source.series_id;
  for (ClockPoint& point : clock.points)
    point.time += std::chrono::floor<std::chrono::days>(gap.time).time_since_epoch();
  TerminalSummary summary;
  for (const auto& [series, folder] : {std::pair(1U, "a"), std::pair(2U, "b")}) {
    clock.series = series;
    summary.add_clock({source.image, folder, false}, clock);
  }
  summary.add_row(gap);
  const std::string text = summary.write(RunSummary{}, look(100));
  EXPECT_NE(text.find(":a, at most 8000 on 8 Nov 2000"), std::string::npos) << text;
  EXPECT_NE(text.find(":b: none"), std::string::npos) << text;
}

TEST(TerminalSummary, HoldsABoundedNumberOfFindings) {
  TerminalSummary summary;
  constexpr std::uint64_t kAll = 3 * TerminalSummary::kMostFindings;
  for (std::uint64_t i = 0; i < kAll; ++i) {
    TimelineEvent event = samples::excess();
    std::get<FindingBody>(event.body).anomaly.score_log = static_cast<double>(i);
    std::get<FindingBody>(event.body).repetition = static_cast<std::uint32_t>(i);
    summary.add_row(event);
  }
  const std::string text = summary.write(RunSummary{}, look());
  EXPECT_NE(text.find(counted_words(kAll, "finding") + " of level medium or above in 1 night."),
            std::string::npos)
      << text;
}

TEST(TerminalSummary, CountsTheNightsOfFindingsThatItDoesNotHold) {
  TerminalSummary summary;
  // Of the first night are those with the lowest scores, which give way: all of its findings but
  // the gravest. The last night's are held.
  constexpr std::uint64_t kAll = 2 * TerminalSummary::kMostFindings;
  constexpr std::uint64_t kHeld = TerminalSummary::kMostFindings - 1;
  const auto add = [&](std::uint64_t i, int night, double score) {
    TimelineEvent event = samples::excess();
    auto& anomaly = std::get<FindingBody>(event.body).anomaly;
    anomaly.window_start += std::chrono::hours(24 * night);
    anomaly.window_end += std::chrono::hours(24 * night);
    anomaly.score_log = score;
    anomaly.excess_pids = 1;
    std::get<FindingBody>(event.body).repetition = static_cast<std::uint32_t>(i);
    summary.add_row(event);
  };
  add(0, 0, 1);
  add(1, 1, 9);
  for (std::uint64_t i = 2; i < kAll - kHeld; ++i) add(i, 1, 2);
  for (std::uint64_t i = kAll - kHeld; i < kAll; ++i) add(i, 2, 5);
  const std::string text = summary.write(RunSummary{}, look());
  EXPECT_NE(text.find(counted_words(kAll, "finding") + " of level medium or above in 3 nights."),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(": " + std::to_string(kAll - kHeld - 1) + " unexplained PIDs\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("and " + std::to_string(kAll - kHeld - 2) + " more: -f text shows them\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("and 1 more night; these are the gravest\n"), std::string::npos) << text;
}

/// As the nights above it are.
TEST(TerminalSummary, SaysWhatALogCoversByTheHostsClock) {
  RunSummary run;
  run.inputs.emplace_back().name = "image";
  SummarySeries& series = run.series.emplace_back();
  series.input = "image";
  series.report.intervals = 20;
  series.report.coverage =
      TimeRange{samples::at(973468800), samples::at(973728000)};  // midnights of UTC
  series.report.begin_utc_offset_minutes = series.report.end_utc_offset_minutes = -360;
  const std::string text = TerminalSummary().write(run, look(1000));
  EXPECT_NE(text.find(": 5 Nov 2000, 18:00 to 8 Nov 2000, 18:00 (-06:00), "), std::string::npos)
      << text;
  series.report.begin_utc_offset_minutes = -300;
  EXPECT_NE(TerminalSummary()
                .write(run, look(1000))
                .find(": 5 Nov 2000, 19:00 (-05:00) to 8 Nov 2000, 18:00 (-06:00), "),
            std::string::npos);
}

TEST(TerminalSummary, SaysWhyNothingWasJudged) {
  struct Case {
    std::function<void(SeriesReport&)> set;
    std::string words;
  };
  const std::string reason = "how often the counter wrapped is not known";
  for (const Case& one : std::vector<Case>{
           {[](SeriesReport& r) { r.readings = 0; },
            "no record has a PID that the counter handed out just then"},
           {[](SeriesReport& r) { r.readings = 1; },
            "1 reading of the counter, and no two follow one another in one boot session"},
           {[](SeriesReport& r) {
              r.readings = 9;
              r.intervals = 8;
              r.no_clock = "the PIDs of this host are handed out at random";
            },
            "the PIDs of this host are handed out at random"},
           {[&](SeriesReport& r) {
              r.readings = 9;
              r.unjudged = {{{}, reason}, {{}, "the time runs backwards"}, {{}, reason}};
              r.unjudged_intervals = 3;
            },
            reason + "; the time runs backwards"}}) {
    RunSummary run;
    run.inputs.emplace_back().name = "image";
    const auto add = [&run]() -> SeriesReport& {
      SummarySeries& series = run.series.emplace_back();
      series.input = "image";
      return series.report;
    };
    one.set(add());
    const std::string text = TerminalSummary().write(run, look(1000));
    EXPECT_NE(text.find(", nothing was judged: " + one.words + "\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("No finding of level medium"), std::string::npos) << text;
    EXPECT_NE(text.find("Nothing was judged"), std::string::npos) << text;
    SeriesReport& judged = add();
    judged.readings = 21;
    judged.intervals = 20;
    EXPECT_NE(TerminalSummary().write(run, look(1000)).find("No finding of level medium"),
              std::string::npos);
  }
}

TEST(TerminalSummary, CountsOne) {
  TerminalSummary summary;
  for (int day = 0; day < 13; ++day) {
    TimelineEvent event = samples::excess();
    auto& anomaly = std::get<FindingBody>(event.body).anomaly;
    anomaly.window_start += std::chrono::hours(24 * day);
    anomaly.window_end += std::chrono::hours(24 * day);
    anomaly.level = Level::high;
    anomaly.excess_pids = 1;
    summary.add_row(event);
  }
  const std::string text = summary.write(RunSummary{}, look());
  EXPECT_NE(text.find("and 1 more night; these are the gravest\n"), std::string::npos) << text;
  EXPECT_NE(text.find(": 1 unexplained PID\n"), std::string::npos) << text;
}

TEST(NextWords, ReadTheSameEvidenceInTheSameWay) {
  const auto next = [](std::vector<std::string> inputs, std::int64_t limit) {
    RunSummary summary;
    summary.options = {{"inputs", std::move(inputs)}, {"step_limit", limit}};
    return next_words(summary, "0123", look());
  };
  const std::string usual = next({"a.E01", "b-1"}, 300);
  EXPECT_NE(usual.find("    pidometer explain 0123 a.E01 b-1\n"), std::string::npos) << usual;
  EXPECT_NE(usual.find("    pidometer report a.E01 b-1 -o report.html\n"), std::string::npos);
  const std::string limited = next({"a.E01"}, 0);
  EXPECT_NE(limited.find("    pidometer scan --step-limit 0 a.E01 -o findings.jsonl\n"),
            std::string::npos)
      << limited;
  RunSummary named;
  named.hostname = "web 7";
  named.options = {{"inputs", std::vector<std::string>{"a.E01"}}};
  EXPECT_NE(
      next_words(named, "0123", look()).find("    pidometer explain 0123 --host 'web 7' a.E01\n"),
      std::string::npos);
  // What begins as a flag does is none behind the dashes.
  const std::string dashes = next({"a.E01", "-b"}, 300);
  EXPECT_NE(dashes.find("    pidometer explain 0123 -- a.E01 -b\n"), std::string::npos) << dashes;
  EXPECT_NE(dashes.find("    pidometer report -o report.html -- a.E01 -b\n"), std::string::npos);
  EXPECT_NE(dashes.find("    pidometer scan -o findings.jsonl -- a.E01 -b\n"), std::string::npos);
}

}  // namespace
}  // namespace pidometer
