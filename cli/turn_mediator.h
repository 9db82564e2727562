#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "cli/series_mediator.h"

namespace pidometer {

/// Who of several threads may write: the one of the first input that is not done. What they write
/// then stands in the order of the inputs, as if there were one thread.
class Turns {
 public:
  /// Until it is this input's turn; the inputs before it are done then.
  void wait(std::size_t input);
  /// By the thread that waited for the turn: it is over. Once for each input.
  void done();
  /// Nothing that is written any more is of use: everyone is to end. Turns go on.
  void give_up();
  bool given_up() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t now_ = 0;
  bool given_up_ = false;
};

/// Passes on what one input gives when it is its turn. What is said before that is kept where it is
/// small; a row waits, and its thread with it, so that no more is held than one run alone would.
class TurnMediator final : public SeriesMediator {
 public:
  /// Both must outlive it. `inner` is used during this input's turn only, but for number_series().
  TurnMediator(SeriesMediator& inner, Turns& turns, std::size_t input)
      : inner_(inner), turns_(turns), input_(input) {}

  /// Waits, if it is not this input's turn yet, and says what was kept.
  void take_turn();

  std::uint32_t number_series() override { return inner_.number_series(); }
  void produce_event(TimelineEvent event) override;
  void produce_warning(Warning warning) override;
  void report_log(const HostSeries& series, LogReport report) override;
  void report_series(const HostSeries& series, SeriesReport report) override;
  void report_recovered(const HostSeries& series, const std::string& hostname,
                        std::vector<RecoveredLine> lines) override;
  void report_witnesses(const HostSeries& series, std::vector<WitnessReport> reports) override;
  void report_crontabs(const HostSeries& series, const std::string& hostname,
                       CrontabReport report) override;
  void report_clock(const HostSeries& series, HostClock clock) override;
  void report_births(const HostSeries& series, HostBirths births) override;
  void add_progress(std::uint64_t bytes) override;
  bool aborted() const override;
  void tolerate(const std::vector<Warning>& warnings) override;
  void begin_series(const HostSeries& series) override;
  void hold_findings() override;
  void release_findings(const std::string& image) override;

 private:
  /// Things that are kept of one input: a log of garbage has a warning a line.
  static constexpr std::size_t kMostKept = 1000;

  void say(std::function<void()> one);

  SeriesMediator& inner_;
  Turns& turns_;
  std::size_t input_;
  bool mine_ = false;
  std::vector<std::function<void()>> kept_;
  std::uint64_t bytes_ = 0;  ///< of progress that was not told
};

}  // namespace pidometer
