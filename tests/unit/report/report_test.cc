#include "report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "report/report_assets.h"
#include "tests/unit/report/unpack.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

std::string written(Report& report, std::string_view summary = "{}") {
  std::string out;
  const Result<void> done = report.write(summary, [&out](std::string_view bytes) -> Result<void> {
    out += bytes;
    return {};
  });
  EXPECT_TRUE(done);
  return out;
}

std::string between(const std::string& page, const std::string& open, const std::string& close) {
  const std::size_t begin = page.find(open);
  EXPECT_NE(begin, std::string::npos) << open;
  return page.substr(begin + open.size(),
                     page.find(close, begin + open.size()) - begin - open.size());
}

nlohmann::json data_of(const std::string& page) {
  return nlohmann::json::parse(
      unpack(between(page, "<script type=\"text/plain\" id=\"data\">", "</script>")));
}

TEST(Report, HoldsFindingsByTimeAndNoOtherRows) {
  Report report;
  TimelineEvent later = samples::excess();
  TimelineEvent earlier = samples::excess();
  earlier.time -= std::chrono::hours(1);
  TimelineEvent damage = samples::excess();
  damage.body = WarningBody{};
  for (const TimelineEvent& event : {later, earlier, damage}) report.add_row(event);
  const nlohmann::json data = data_of(written(report, "{\"tool\":1}"));
  ASSERT_EQ(data["findings"].size(), 2U);
  EXPECT_LT(data["findings"][0]["row"]["timestamp"], data["findings"][1]["row"]["timestamp"]);
  EXPECT_EQ(data["findings"][0]["row"]["excess_pids"], 842);
  EXPECT_EQ(data["summary"]["tool"], 1);
  EXPECT_EQ(data["left_out"], 0);
}

TimelineEvent excess_of(std::uint32_t series) {
  TimelineEvent event = samples::excess();
  EventSource source = *event.source;
  source.series = series;
  event.source = std::make_shared<const EventSource>(std::move(source));
  return event;
}

/// Two hosts may have the same words: loose logs that name no host do.
TEST(Report, FindingsNameTheirClockByItsPlace) {
  Report report;
  HostClock clock;
  clock.series_id = samples::source()->series_id;
  clock.points.resize(3);
  for (const std::uint32_t series : {9U, 4U}) {
    clock.series = series;
    report.add_clock({samples::source()->image, "/var/log", false}, clock);
  }
  for (const std::uint32_t series : {4U, 9U, 5U}) report.add_row(excess_of(series));
  const std::string page = written(report);
  const nlohmann::json data = data_of(page);
  ASSERT_EQ(data["series"].size(), 2U);
  ASSERT_EQ(data["findings"].size(), 3U);
  EXPECT_EQ(data["findings"][0]["series"], 1);
  EXPECT_EQ(data["findings"][1]["series"], 0);
  EXPECT_TRUE(data["findings"][2]["series"].is_null());
  // three points that were not judged, two bytes each
  EXPECT_EQ(unpack(between(page, "class=\"points\">", "</script>")).size(), 6U);
}

TEST(Report, EvidenceIsNoMarkup) {
  Report report;
  // Its message holds the name of the crontab's file.
  TimelineEvent event = samples::line_without_job();
  auto& finding = std::get<FindingBody>(event.body);
  finding.first.text = "</script><script>alert(1)</script><!-- --><img src=x onerror=alert(1)>";
  CrontabLine line = *finding.anomaly.crontab_line;
  line.filename = "</td>{{script}}" + finding.first.text;
  finding.anomaly.crontab_line = std::make_shared<const CrontabLine>(line);
  event.hostname = "<b>{{script}}</b>";
  report.add_row(event);
  const std::string page = written(report);
  const std::string table = between(page, "<tbody>\n", "</tbody>");
  EXPECT_NE(table.find("&lt;/td&gt;{{script}}&lt;/script&gt;&lt;script&gt;alert(1)"),
            std::string::npos)
      << table;
  EXPECT_EQ(page.find("<script>alert(1)"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("<b>{{"), std::string::npos);
  EXPECT_EQ(data_of(page)["findings"][0]["row"]["first_record"], finding.first.text);
}

/// The gravest one may be the latest.
TEST(Report, WithoutScriptsTheHighestLevelsAreShownByTime) {
  constexpr std::size_t kShown = 1000;
  Report report;
  TimelineEvent event = samples::excess();
  auto& finding = std::get<FindingBody>(event.body);
  finding.anomaly.level = Level::low;
  for (std::size_t i = 0; i < kShown + 4; ++i) report.add_row(event);
  finding.anomaly.level = Level::critical;
  event.time += std::chrono::hours(1);
  report.add_row(event);
  const std::string table = between(written(report), "<tbody>\n", "</tbody>");
  std::size_t rows = 0;
  for (std::size_t at = table.find("<tr><td>"); at != std::string::npos;
       at = table.find("<tr><td>", at + 1))
    ++rows;
  EXPECT_EQ(rows, kShown);
  const std::size_t gravest = table.find("<td>critical</td>");
  ASSERT_NE(gravest, std::string::npos);
  EXPECT_EQ(table.find("<td>low</td>", gravest), std::string::npos) << "not by time";
  EXPECT_NE(table.find("5 more findings of the lowest levels are left out here"),
            std::string::npos);
}

TEST(Report, FillsEveryMarkOfThePage) {
  std::vector<std::string> marks;
  const std::string_view page = kReportAssets.page;
  for (std::size_t at = page.find("{{"); at != std::string_view::npos; at = page.find("{{", at + 2))
    marks.emplace_back(page.substr(at + 2, page.find("}}", at) - at - 2));
  std::ranges::sort(marks);
  EXPECT_EQ(marks, (std::vector<std::string>{"data", "points", "script", "script_hash", "style",
                                             "style_hash", "table"}));
  Report report;
  const std::string filled = written(report);
  for (const std::string& mark : marks)
    EXPECT_EQ(filled.find("{{" + mark + "}}"), std::string::npos) << mark;
}

TEST(Report, ForbidsAllScriptsButItsOwn) {
  Report report;
  const std::string page = written(report);
  EXPECT_EQ(between(page, "Content-Security-Policy\" content=\"", "\""),
            "default-src 'none'; script-src '" + std::string(kReportAssets.script_hash) +
                "'; style-src '" + std::string(kReportAssets.style_hash) +
                "'; img-src data:; base-uri 'none'; form-action 'none'");
  EXPECT_EQ(page.find("{{"), page.find("{{", page.find(kReportAssets.script)))
      << "a mark of the page was not filled";
  EXPECT_EQ(page.find("http://"), page.find("http://www.w3.org/2000/svg"))
      << "nothing is to be fetched";
}

TEST(Report, KeepsTheHighestLevels) {
  constexpr std::size_t kMost = 100;
  Report report(kMost);
  TimelineEvent event = samples::excess();
  auto& finding = std::get<FindingBody>(event.body);
  finding.anomaly.level = Level::critical;
  report.add_row(event);
  finding.anomaly.level = Level::informational;
  for (std::size_t i = 0; i < 2 * kMost + 5; ++i) report.add_row(event);
  finding.anomaly.level = Level::medium;
  report.add_row(event);
  const nlohmann::json data = data_of(written(report));
  ASSERT_EQ(data["findings"].size(), kMost);
  EXPECT_EQ(data["left_out"], kMost + 7);
  std::map<std::string, int> levels;
  for (const auto& one : data["findings"]) ++levels[one["row"]["level"]];
  EXPECT_EQ(levels["critical"], 1);
  EXPECT_EQ(levels["medium"], 1);
}

TEST(Report, EndsWithTheFirstErrorOfItsSink) {
  Report report;
  int calls = 0;
  const Result<void> done = report.write("{}", [&calls](std::string_view) -> Result<void> {
    return ++calls < 3 ? Result<void>() : fail(ErrorKind::output, "full", {}, {});
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace pidometer
