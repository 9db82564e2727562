#include <gtest/gtest.h>

#include <set>

#include "plugin/timeline/row_writer.h"
#include "tests/unit/timeline/sample_events.h"

namespace pidometer {
namespace {

FindingBody& finding_of(TimelineEvent& event) {
  return std::get<FindingBody>(event.body);
}

TEST(FindingId, IsTheStartOfASha256) {
  // printf '%s' '11:p2:/var/log10:pid_excess51:<first line>51:<last line>' | sha256sum
  EXPECT_EQ(finding_id(samples::excess()), "879ebeff84454597");
}

TEST(FindingId, FollowsSeriesKindAndLinesOnly) {
  std::set<std::string> ids = {finding_id(samples::excess())};

  TimelineEvent event = samples::excess();
  finding_of(event).anomaly.kind = AnomalyKind::pid_deficit;
  EXPECT_TRUE(ids.insert(finding_id(event)).second);
  event = samples::excess();
  finding_of(event).first.text += "x";
  EXPECT_TRUE(ids.insert(finding_id(event)).second);
  event = samples::excess();
  finding_of(event).last.text += "x";
  EXPECT_TRUE(ids.insert(finding_id(event)).second);
  event = samples::excess();
  EventSource other = *samples::source();
  other.series_id = "p3:/var/log";
  event.source = std::make_shared<const EventSource>(other);
  EXPECT_TRUE(ids.insert(finding_id(event)).second);
  event = samples::excess();
  finding_of(event).repetition = 1;
  EXPECT_TRUE(ids.insert(finding_id(event)).second);
  // The same bytes, cut at another place.
  event = samples::excess();
  std::string& first = finding_of(event).first.text;
  finding_of(event).last.text.insert(0, 1, first.back());
  first.pop_back();
  EXPECT_TRUE(ids.insert(finding_id(event)).second);

  // Zone, score and level may come out otherwise in another run; the finding is the same.
  event = samples::excess();
  finding_of(event).anomaly.score = 1;
  finding_of(event).anomaly.level = Level::low;
  finding_of(event).utc_offset_minutes = 0;
  event.time += std::chrono::hours(6);
  EXPECT_EQ(finding_id(event), finding_id(samples::excess()));
}

}  // namespace
}  // namespace pidometer
