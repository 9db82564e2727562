#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "plugin/anomaly/detectors.h"
#include "tests/support/host_simulator.h"
#include "tests/unit/anomaly/edited_host.h"

// Logs that somebody edited, and logs that look so and were not. Schedules and costs are made up.
namespace pidometer {
namespace {

using namespace edited;

struct GapCase {
  std::string name;
  double noise;
  std::function<void(std::vector<Reading>&)> change;
  GapCause cause;
};

TEST(RecordGap, the_pids_say_why_records_are_missing) {
  const std::vector<GapCase> cases = {
      {"lines removed", 0, [](auto& r) { cut(r, kFrom, kTo); }, GapCause::records_removed},
      {"lines removed on a busy host", 2, [](auto& r) { cut(r, kFrom, kTo); },
       GapCause::records_removed},
      {"suspended", 0,
       [](auto& r) {
         const Pid spent = pid_at(r, kTo) - pid_at(r, kFrom);
         cut(r, kFrom, kTo);
         lower_pids(r, kTo, spent);
       },
       GapCause::suspended_or_clock_set},
      {"cron stopped", 2,
       [](auto& r) {
         // 36 jobs each five minutes, 18 each ten, 3 hourly: three PIDs each
         cut(r, kFrom, kTo);
         lower_pids(r, kTo, (36 + 18 + 3) * 3);
       },
       GapCause::cron_stopped},
      {"down", 0,
       [](auto& r) {
         const Pid before = pid_at(r, kTo);
         cut(r, kFrom, kTo);
         lower_pids(r, kTo, before - 350);
       },
       GapCause::system_down},
      {"damaged", 0,
       [](auto& r) {
         cut(r, kFrom, kTo);
         std::ranges::find_if(r, [](const Reading& x) { return x.time > at(kFrom); })->lost_before =
             Loss::damaged;
       },
       GapCause::evidence_damaged},
      {"lines that did not parse", 0,
       [](auto& r) {
         cut(r, kFrom, kTo);
         std::ranges::find_if(r, [](const Reading& x) { return x.time > at(kFrom); })->lost_before =
             Loss::unparsed;
       },
       GapCause::evidence_damaged},
  };
  for (const GapCase& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Reading> readings = Host{server, c.noise}.run(10 * kDay);
    c.change(readings);
    std::vector<Anomaly> found = find(readings);
    std::erase_if(found, [](const Anomaly& a) { return a.kind == AnomalyKind::boot; });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, AnomalyKind::record_gap);
    EXPECT_EQ(found[0].cause, c.cause)
        << found[0].observed_pids << " PIDs, " << found[0].expected_pids << " or "
        << found[0].background_pids << ", give or take " << found[0].noise_pids;
    EXPECT_EQ(found[0].missing_records, 36U + 18U + 3U);
    EXPECT_LT(found[0].window_start, at(kFrom));
    EXPECT_GT(found[0].window_end, at(kTo));
    EXPECT_EQ(found[0].level >= Level::medium, c.cause == GapCause::records_removed);
  }
}

TEST(RecordGap, schedules_that_are_no_gaps) {
  const std::vector<std::pair<std::string, Host>> hosts = {
      {"office hours", {[](std::int64_t m) {
         std::vector<std::uint32_t> jobs;
         if (m % 10 == 0 && m % kDay >= 8 * kHour && m % kDay < 18 * kHour) jobs.push_back(1);
         if (m % kHour == 3) jobs.push_back(2);
         return jobs;
       }}},
      {"working days", {[](std::int64_t m) {
         std::vector<std::uint32_t> jobs;
         if (m % 15 == 0 && m / kDay % 7 < 5) jobs.push_back(1);
         if (m % kHour == 3) jobs.push_back(2);
         return jobs;
       }}},
      {"every second hour", {[](std::int64_t m) {
         std::vector<std::uint32_t> jobs;
         if (m % (2 * kHour) == 5) jobs.push_back(1);
         if (m % 20 == 0) jobs.push_back(2);
         return jobs;
       }}},
      {"a schedule that is changed", {[](std::int64_t m) {
         std::vector<std::uint32_t> jobs;
         if (m < 9 * kDay ? m % 5 == 0 : m % 10 == 5) jobs.push_back(1);
         if (m % kHour == 3 && m < 12 * kDay) jobs.push_back(2);
         return jobs;
       }}},
      {"a minute that is left out", {[](std::int64_t m) {
         std::vector<std::uint32_t> jobs;
         if (m % 10 == 0 && m % kDay != 12 * kHour) jobs.push_back(1);
         return jobs;
       }}},
      {"noise and all", {server, 6}},
      {"jobs at random times", {[](std::int64_t m) {
         std::vector<std::uint32_t> jobs;
         if (testing::Random(static_cast<std::uint64_t>(m)).uniform() < 0.3) jobs.push_back(1);
         return jobs;
       }}},
  };
  for (const auto& [name, host] : hosts) {
    SCOPED_TRACE(name);
    const std::vector<Anomaly> found = find(host.run(21 * kDay));
    for (const Anomaly& a : found)
      ADD_FAILURE() << static_cast<int>(a.kind) << " at "
                    << (a.window_start - kMonday).count() / 60'000'000 << " min, missing "
                    << a.missing_records;
  }
}

TEST(RecordGap, daylight_saving_is_none) {
  // 02:00 to 03:00 vanishes on day 6; the rules of the zone are the caller's
  Host host{server, 1};
  host.offset = 60;
  std::vector<Reading> spring = host.run(6 * kDay);
  Host summer = host;
  summer.offset = 120;
  summer.seed = 2;
  for (Reading r : summer.run(12 * kDay)) {
    if (r.time < at(6 * kDay)) continue;
    r.pid += 20000;  // goes on behind the first part
    spring.push_back(r);
  }
  Pid last = 0;
  for (const Reading& r : spring)
    if (r.time < at(6 * kDay)) last = r.pid;
  const Pid first =
      std::ranges::find_if(spring, [](const Reading& r) { return r.time >= at(6 * kDay); })->pid;
  for (Reading& r : spring)
    if (r.time >= at(6 * kDay)) r.pid = r.pid - first + last + 5;
  EXPECT_TRUE(find(spring).empty());
}

TEST(ClockStep, forward_and_back) {
  std::vector<Reading> readings = Host{server}.run(10 * kDay);
  const std::int64_t wrong = 5 * kHour;
  // the clock runs two hours ahead for five hours
  std::vector<Reading> changed;
  for (const Reading& r : readings) {
    const std::int64_t minute = (r.time - kMonday) / std::chrono::minutes(1);
    Reading copy = r;
    if (minute >= kFrom && minute < kFrom + wrong) copy.time += std::chrono::hours(2);
    changed.push_back(copy);
  }
  const std::vector<Anomaly> found = find(changed);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, AnomalyKind::clock_step);
  EXPECT_NEAR(found[0].step_seconds, 7200, 600);
  EXPECT_EQ(found[1].kind, AnomalyKind::clock_step);
  EXPECT_NEAR(found[1].step_seconds, -7200, 600);
}

// By whole hours the schedule goes on at the same minutes: what passed between two ticks is known.
TEST(ClockStep, the_size_of_a_step_back) {
  const auto uneven = [](std::int64_t minute) {
    std::vector<std::uint32_t> jobs;
    for (const auto& [label, every, first] :
         {std::tuple{1U, 10, 0}, {2U, 60, 1}, {3U, 30, 5}, {4U, 60, 22}})
      if (minute % every == first) jobs.push_back(label);
    return jobs;
  };
  for (const std::int64_t from : {2, 7, 12, 21, 23, 33, 37, 47, 58})
    for (const std::int64_t hours : {1, 2, 24}) {
      SCOPED_TRACE(std::to_string(hours) + " hours at minute " + std::to_string(from));
      std::vector<Reading> readings = Host{uneven, 0.1}.run(8 * kDay);
      for (Reading& r : readings)
        if (r.time > at(4 * kDay + 10 * kHour + from)) r.time -= std::chrono::hours(hours);
      const std::vector<Anomaly> found = find(readings);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].kind, AnomalyKind::clock_step);
      EXPECT_NEAR(found[0].step_seconds, -3600.0 * static_cast<double>(hours), 60);
    }
}

TEST(ClockStep, back_onto_the_same_minute) {
  std::vector<Reading> readings = Host{server, 40}.run(8 * kDay);
  for (Reading& r : readings)
    if (r.time > at(kFrom)) r.time -= std::chrono::minutes(5);
  const std::vector<Anomaly> found = find(readings);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::clock_step);
  EXPECT_NEAR(found[0].step_seconds, -300, 60);
}

TEST(RecordOutOfSequence, a_line_that_was_edited) {
  const std::vector<Reading> readings = Host{server}.run(8 * kDay);
  const auto victim = static_cast<std::size_t>(
      std::ranges::find_if(readings, [](const Reading& r) { return r.time > at(kFrom); }) -
      readings.begin());
  struct Edit {
    std::string name;
    std::function<void(Reading&)> change;
    SequenceFault fault;
  };
  for (const Edit& edit :
       std::vector<Edit>{{"another PID", [](Reading& r) { r.pid += 3000; }, SequenceFault::pid},
                         {"a smaller PID", [](Reading& r) { r.pid -= 500; }, SequenceFault::pid},
                         {"a later time", [](Reading& r) { r.time += std::chrono::hours(7); },
                          SequenceFault::time},
                         {"an earlier time", [](Reading& r) { r.time -= std::chrono::hours(7); },
                          SequenceFault::time}}) {
    SCOPED_TRACE(edit.name);
    std::vector<Reading> edited = readings;
    edit.change(edited[victim]);
    const std::vector<Anomaly> found = find(edited);
    for (const Anomaly& a : found)
      EXPECT_EQ(a.kind, AnomalyKind::record_out_of_sequence)
          << a.window_start.time_since_epoch().count();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].fault, edit.fault);
    EXPECT_EQ(found[0].first_record, victim);
    EXPECT_EQ(found[0].first_pid, edited[victim].pid);
    EXPECT_LE(found[0].previous_pid, readings[victim].pid);
    EXPECT_GE(found[0].next_pid, readings[victim].pid);
  }
}

// Of two jobs of one tick the second one's PID was edited: the tick's reading is the first one's.
TEST(RecordOutOfSequence, the_second_job_of_a_tick) {
  std::vector<Reading> readings = Host{server}.run(8 * kDay);
  const auto first =
      std::ranges::find_if(readings, [](const Reading& r) { return r.time > at(kFrom); });
  const auto second = std::ranges::adjacent_find(
      first, readings.end(), [](const Reading& a, const Reading& b) { return a.time == b.time; });
  (second + 1)->pid += 2000;
  const auto index = static_cast<std::uint32_t>(second + 1 - readings.begin());
  const std::vector<Anomaly> found = find(readings);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::record_out_of_sequence);
  EXPECT_EQ(found[0].first_record, index);
}

TEST(SilentJob, lines_of_one_job_that_were_taken_out) {
  for (const std::uint32_t label : {1U, 2U, 3U}) {
    for (const double noise : {0.0, 1.0}) {
      SCOPED_TRACE("job " + std::to_string(label) + ", noise " + std::to_string(noise));
      std::vector<Reading> readings = Host{server, noise}.run(12 * kDay);
      const std::int64_t from = 5 * kDay - 1;
      const std::int64_t to = 8 * kDay - 1;
      std::size_t removed = 0;
      std::erase_if(readings, [&](const Reading& r) {
        const bool gone = r.label == label && r.time > at(from) && r.time < at(to);
        removed += gone ? 1 : 0;
        return gone;
      });
      std::vector<Anomaly> found = find(readings);
      std::erase_if(found, [](const Anomaly& a) { return !a.one_job; });
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].kind, AnomalyKind::record_gap);
      EXPECT_EQ(found[0].cause, GapCause::records_removed);
      EXPECT_EQ(found[0].labels, std::vector<std::uint32_t>{label});
      EXPECT_EQ(found[0].missing_records, removed);
      EXPECT_EQ(found[0].level, Level::medium);
    }
  }
}

TEST(SilentJob, jobs_that_did_not_run) {
  for (const std::uint32_t label : {1U, 2U, 3U})
    for (const double noise : {0.0, 1.0, 10.0}) {
      SCOPED_TRACE("job " + std::to_string(label) + ", noise " + std::to_string(noise));
      const auto pause = [label](std::int64_t m) {
        std::vector<std::uint32_t> jobs = server(m);
        if (m >= 5 * kDay && m < 8 * kDay) std::erase(jobs, label);
        return jobs;
      };
      for (const Anomaly& a : find(Host{pause, noise}.run(12 * kDay))) {
        EXPECT_FALSE(a.one_job);
        EXPECT_NE(a.cause, GapCause::records_removed);
      }
    }
}

// A job that is renamed, or exchanged for another one, is not silent.
TEST(SilentJob, another_one_in_its_place) {
  const auto renamed = [](std::int64_t m) {
    std::vector<std::uint32_t> jobs = server(m);
    if (m >= 5 * kDay && m < 8 * kDay) std::ranges::replace(jobs, 1U, 9U);
    return jobs;
  };
  EXPECT_TRUE(find(Host{renamed}.run(12 * kDay)).empty());
}

}  // namespace
}  // namespace pidometer
