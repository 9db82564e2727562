#include "cli/turn_mediator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace pidometer {
namespace {

/// Not safe for threads, as the real one is not: turns alone keep them apart.
class Heard final : public SeriesMediator {
 public:
  std::uint32_t number_series() override { return ++series_; }
  void produce_event(TimelineEvent event) override {
    said.push_back("event " + std::to_string(event.time.time_since_epoch().count()));
  }
  void produce_warning(Warning warning) override { said.push_back(warning.message); }
  void report_log(const HostSeries& series, LogReport) override {
    said.push_back("log of " + series.image + series.volume + series.folder);
  }
  void report_series(const HostSeries& series, SeriesReport) override {
    said.push_back("series of " + series.image);
  }
  void report_recovered(const HostSeries&, const std::string& hostname,
                        std::vector<RecoveredLine>) override {
    said.push_back("recovered of " + hostname);
  }
  void add_progress(std::uint64_t bytes) override { progress += bytes; }
  bool aborted() const override { return aborts; }
  void tolerate(const std::vector<Warning>& warnings) override {
    said.push_back("tolerate " + std::to_string(warnings.size()));
  }
  void begin_series(const HostSeries& series) override { said.push_back("begin " + series.image); }
  void hold_findings() override { said.push_back("hold"); }
  void release_findings(const std::string& image) override { said.push_back("release " + image); }

  std::vector<std::string> said;
  std::uint64_t progress = 0;
  bool aborts = false;

 private:
  std::atomic<std::uint32_t> series_{0};
};

Warning warning(const std::string& words) {
  Warning one;
  one.message = words;
  return one;
}

TimelineEvent event(int time) {
  TimelineEvent one;
  one.time = Timestamp(std::chrono::microseconds(time));
  return one;
}

HostSeries series_of(const std::string& image) {
  HostSeries series;
  series.image = image;
  series.volume = ":p1:";
  series.folder = "/var/log";
  return series;
}

TEST(TurnMediator, WhatIsSmallIsKeptUntilItsTurn) {
  Heard heard;
  Turns turns;
  TurnMediator first(heard, turns, 0);
  TurnMediator second(heard, turns, 1);
  second.begin_series(series_of("b"));
  second.produce_warning(warning("b: damage"));
  second.tolerate({warning("x"), warning("y")});
  {
    const HostSeries gone = series_of("b");  // files and all need not outlive the call
    second.report_log(gone, LogReport());
    second.report_series(gone, SeriesReport());
  }
  second.add_progress(5);
  EXPECT_TRUE(heard.said.empty());
  EXPECT_EQ(heard.progress, 0U);
  first.produce_event(event(1));
  first.add_progress(3);
  EXPECT_EQ(heard.said, (std::vector<std::string>{"event 1"}));
  EXPECT_EQ(heard.progress, 3U);
  turns.done();
  second.take_turn();
  EXPECT_EQ(heard.said, (std::vector<std::string>{"event 1", "begin b", "b: damage", "tolerate 2",
                                                  "log of b:p1:/var/log", "series of b"}));
  EXPECT_EQ(heard.progress, 8U);
  second.produce_warning(warning("at once"));
  EXPECT_EQ(heard.said.back(), "at once");
}

/// What each says, however the threads run, comes as of one alone, in the order of the inputs.
TEST(TurnMediator, ThreadsAreHeardInTheOrderOfTheirInputs) {
  constexpr std::size_t kInputs = 24;
  constexpr int kEvents = 20;
  Heard heard;
  Turns turns;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < kInputs; i = next++) {
      TurnMediator series(heard, turns, i);
      series.begin_series(series_of(std::to_string(i)));
      series.number_series();
      if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      series.produce_warning(warning("warning"));
      series.add_progress(1);
      for (int k = 0; k < kEvents; ++k) series.produce_event(event(k));
      series.report_recovered(series_of("x"), "host", {});
      EXPECT_FALSE(series.aborted());
      turns.wait(i);
      turns.done();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  }
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < kInputs; ++i) {
    wanted.push_back("begin " + std::to_string(i));
    wanted.emplace_back("warning");
    for (int k = 0; k < kEvents; ++k) wanted.push_back("event " + std::to_string(k));
    wanted.emplace_back("recovered of host");
  }
  EXPECT_EQ(heard.said, wanted);
  EXPECT_EQ(heard.progress, kInputs);
}

/// A log of garbage has a warning a line: what is kept is bounded, and then it waits.
TEST(TurnMediator, ManySmallThingsWaitForTheTurn) {
  Heard heard;
  Turns turns;
  std::atomic<int> said{0};
  std::jthread second([&] {
    TurnMediator series(heard, turns, 1);
    for (int i = 0; i < 3000; ++i) {
      series.produce_warning(warning("w"));
      said = i + 1;
    }
    turns.done();
  });
  // It stands still at some bound below all of it.
  int before = -1;
  while (said != before || before == 0) {
    before = said;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_LT(before, 3000);
  turns.wait(0);
  turns.done();
  second.join();
  EXPECT_EQ(heard.said.size(), 3000U);
}

TEST(TurnMediator, AllEndWhenOneGivesUp) {
  Heard heard;
  Turns turns;
  TurnMediator first(heard, turns, 0);
  TurnMediator second(heard, turns, 1);
  heard.aborts = true;
  EXPECT_FALSE(second.aborted()) << "the other's turn: it is not asked";
  EXPECT_FALSE(first.aborted());
  first.take_turn();
  EXPECT_TRUE(first.aborted());
  turns.give_up();
  EXPECT_TRUE(second.aborted());
  EXPECT_TRUE(turns.given_up());
}

}  // namespace
}  // namespace pidometer
