#include "cli/held_findings.h"

#include <gtest/gtest.h>

#include "tests/unit/timeline/sample_boots.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

constexpr std::int64_t kStart = 973695000;  ///< samples::excess(): ten minutes from here

RecoveredLine line(std::int64_t seconds, RecoveryMethod method, std::uint64_t offset,
                   bool year_inferred = false) {
  RecoveredLine one;
  one.time = samples::at(seconds);
  one.method = method;
  one.year_inferred = year_inferred;
  one.offset = offset;
  return one;
}

/// A finding of `host` on `volume`.
TimelineEvent finding_of(TimelineEvent event, const char* host) {
  auto source = std::make_shared<EventSource>(*event.source);
  source->host = host;
  event.source = std::move(source);
  return event;
}

std::vector<TimelineEvent> released(HeldFindings& held) {
  std::vector<TimelineEvent> events;
  held.release([&](const RowOrder&, const TimelineEvent& event) { events.push_back(event); });
  return events;
}
const RecoveredWithin& within(const TimelineEvent& event) {
  return std::get<FindingBody>(event.body).recovered;
}

TEST(HeldFindings, AreToldWhatIsDatedWithinTheirWindow) {
  HeldFindings held;
  held.add("p2", {}, finding_of(samples::excess(), "web01"));
  // Before, at both ends, within and behind; given in two parts, out of order.
  held.add_recovered("p2", "web01",
                     {line(kStart + 601, RecoveryMethod::deleted_name, 5),
                      line(kStart + 600, RecoveryMethod::journal_inode, 400),
                      line(kStart - 1, RecoveryMethod::carved_slack, 1)});
  held.add_recovered("p2", "web01",
                     {line(kStart + 5, RecoveryMethod::carved_unallocated, 300),
                      line(kStart, RecoveryMethod::journal_inode, 900, true)});
  const auto events = released(held);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(within(events[0]).lines, 3U);
  EXPECT_EQ(within(events[0]).methods,
            (std::vector{RecoveryMethod::carved_unallocated, RecoveryMethod::journal_inode}));
  EXPECT_EQ(within(events[0]).offset, 900U);
  EXPECT_TRUE(within(events[0]).years_inferred);
  EXPECT_EQ(std::get<FindingBody>(events[0].body).anomaly.excess_pids, 842);
}

TEST(HeldFindings, HearNothingOfOtherHostsAndVolumes) {
  HeldFindings held;
  held.add("p2", {}, finding_of(samples::excess(), "web01"));
  held.add("p3", {}, finding_of(samples::excess(), "db01"));
  held.add_recovered("p3", "web01", {line(kStart, RecoveryMethod::journal_inode, 9)});
  held.add_recovered("p2", "db01", {line(kStart, RecoveryMethod::journal_inode, 9)});
  for (const TimelineEvent& event : released(held)) EXPECT_EQ(within(event).lines, 0U);
}

TEST(HeldFindings, KeepTheirOrderAndGoOnce) {
  HeldFindings held;
  held.add("p2", {samples::at(7), 1, 2}, samples::deficit());
  held.add("p2", {samples::at(3), 1, 2}, samples::boot());
  std::vector<Timestamp> times;
  held.release([&](const RowOrder& order, const TimelineEvent&) { times.push_back(order.time); });
  EXPECT_EQ(times, (std::vector{samples::at(7), samples::at(3)}));
  EXPECT_TRUE(released(held).empty());
}

TEST(HeldFindings, OfARandomCounterHaveNoWindow) {
  HeldFindings held;
  held.add("p2", {}, finding_of(samples::not_a_clock(), "web01"));
  held.add_recovered("p2", "web01", {line(kStart + 60, RecoveryMethod::journal_inode, 9)});
  EXPECT_EQ(within(released(held).at(0)).lines, 0U);
}

TEST(HeldFindings, TellTheStretchesThatWereNotJudged) {
  HeldFindings held;
  held.add_recovered("p2", "web01",
                     {line(kStart + 5, RecoveryMethod::carved_unallocated, 300, true),
                      line(kStart + 9, RecoveryMethod::carved_unallocated, 400)});
  const TimeRange hole{samples::at(kStart), samples::at(kStart + 600)};
  const TimeRange other{samples::at(kStart + 700), samples::at(kStart + 800)};
  const auto series = [&](const char* image, const char* volume, const char* host) {
    SummarySeries one{.input = image, .volume = volume, .folder = "/var/log"};
    one.report.hostname = host;
    one.report.unjudged = {{hole, "a hole"}, {other, "a hole"}};
    return one;
  };
  std::vector<SummarySeries> all = {series("a", "p2", "web01"), series("b", "p2", "web01"),
                                    series("a", "p3", "web01"), series("a", "p2", "db01"),
                                    series("a", "p2", "web01")};
  all.back().recovered = true;
  EXPECT_EQ(held.mark_stretches("a", all),
            std::vector<std::string>{
                "p2:/var/log: 2 recovered lines are dated within a stretch of the live log that "
                "was not judged: see \"unjudged\" of the summary"});
  EXPECT_EQ(all[0].report.unjudged[0].recovered.lines, 2U);
  EXPECT_TRUE(all[0].report.unjudged[0].recovered.years_inferred);
  EXPECT_EQ(all[0].report.unjudged[1].recovered.lines, 0U);
  for (std::size_t i = 1; i < all.size(); ++i)
    for (const UnjudgedStretch& stretch : all[i].report.unjudged)
      EXPECT_EQ(stretch.recovered.lines, 0U) << i;
}

}  // namespace
}  // namespace pidometer
