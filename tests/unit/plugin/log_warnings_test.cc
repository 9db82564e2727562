#include "plugin/log_warnings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

#include "tests/unit/plugin/host_log.h"

namespace pidometer {
namespace {

class WarningMediator final : public Mediator {
 public:
  void produce_event(TimelineEvent) override {}
  void produce_warning(Warning warning) override { warnings.push_back(std::move(warning)); }
  void report_log(const HostSeries&, LogReport) override {}
  void report_series(const HostSeries&, SeriesReport) override {}
  void report_recovered(const HostSeries&, const std::string&,
                        std::vector<RecoveredLine>) override {}
  void add_progress(std::uint64_t) override {}
  bool aborted() const override { return false; }

  std::vector<Warning> warnings;
};

std::vector<Warning> zone_warnings(test::HostLog& host) {
  PluginOptions options;
  options.zone = TimeZone::fixed(std::chrono::minutes(0), "UTC");
  WarningMediator mediator;
  warn_of_contradicted_zone({}, host.series(), options, mediator);
  return std::move(mediator.warnings);
}

// Two daemons of the host write by turns, and one of them was started with another zone: as many
// lines that each second, third or fourth one is of one of them.
TEST(LogWarnings, every_second_line_of_another_offset_contradicts_the_zone) {
  for (const int lines : {500, 1500, 2500, 3500})
    for (const int every : {2, 3, 4}) {
      test::HostLog host;
      for (int i = 0; i < lines; ++i) host.job(5 * i, 300 + 3 * i, "job", i % every == 0 ? 0 : 1);
      EXPECT_EQ(zone_warnings(host).size(), 1U) << lines << ' ' << every;
    }
}

TEST(LogWarnings, a_line_of_a_hundred_does_not) {
  test::HostLog host;
  for (int i = 0; i < 2500; ++i) host.job(5 * i, 300 + 3 * i, "job", i % 100 == 0 ? 1 : 0);
  EXPECT_TRUE(zone_warnings(host).empty());
}

}  // namespace
}  // namespace pidometer
