#include "cli/turn_mediator.h"

#include <memory>
#include <utility>

#include "cli/interrupt.h"

namespace pidometer {
namespace {

/// What is told of a series beside its report. Its files and the host's are not: they need not
/// outlive the call.
HostSeries named(const HostSeries& series) {
  HostSeries name;
  name.image = series.image;
  name.volume = series.volume;
  name.folder = series.folder;
  name.place = series.place;
  name.recovered = series.recovered;
  return name;
}

/// std::function copies what it holds; reports are large.
template <typename Value>
std::shared_ptr<Value> shared(Value value) {
  return std::make_shared<Value>(std::move(value));
}

}  // namespace

void Turns::wait(std::size_t input) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return now_ == input; });
}

void Turns::done() {
  const std::scoped_lock lock(mutex_);
  ++now_;
  changed_.notify_all();
}

void Turns::give_up() {
  const std::scoped_lock lock(mutex_);
  given_up_ = true;
}

bool Turns::given_up() const {
  const std::scoped_lock lock(mutex_);
  return given_up_;
}

void TurnMediator::take_turn() {
  if (mine_) return;
  turns_.wait(input_);
  mine_ = true;
  for (const std::function<void()>& one : std::exchange(kept_, {})) one();
  if (bytes_ > 0) inner_.add_progress(std::exchange(bytes_, 0));
}

void TurnMediator::say(std::function<void()> one) {
  if (!mine_ && kept_.size() < kMostKept) {
    kept_.push_back(std::move(one));
    return;
  }
  take_turn();
  one();
}

void TurnMediator::produce_event(TimelineEvent event) {
  take_turn();
  inner_.produce_event(std::move(event));
}

void TurnMediator::produce_warning(Warning warning) {
  say([this, warning = std::move(warning)] { inner_.produce_warning(warning); });
}

void TurnMediator::report_log(const HostSeries& series, LogReport report) {
  say([this, name = named(series), report = shared(std::move(report))] {
    inner_.report_log(name, std::move(*report));
  });
}

void TurnMediator::report_series(const HostSeries& series, SeriesReport report) {
  say([this, name = named(series), report = shared(std::move(report))] {
    inner_.report_series(name, std::move(*report));
  });
}

void TurnMediator::report_recovered(const HostSeries& series, const std::string& hostname,
                                    std::vector<RecoveredLine> lines) {
  take_turn();
  inner_.report_recovered(series, hostname, std::move(lines));
}

void TurnMediator::report_witnesses(const HostSeries& series, std::vector<WitnessReport> reports) {
  say([this, name = named(series), reports = shared(std::move(reports))] {
    inner_.report_witnesses(name, std::move(*reports));
  });
}

void TurnMediator::report_crontabs(const HostSeries& series, const std::string& hostname,
                                   CrontabReport report) {
  say([this, name = named(series), hostname, report = shared(std::move(report))] {
    inner_.report_crontabs(name, hostname, std::move(*report));
  });
}

void TurnMediator::report_clock(const HostSeries& series, HostClock clock) {
  take_turn();
  inner_.report_clock(series, std::move(clock));
}

void TurnMediator::report_births(const HostSeries& series, HostBirths births) {
  say([this, name = named(series), births = shared(std::move(births))] {
    inner_.report_births(name, std::move(*births));
  });
}

void TurnMediator::add_progress(std::uint64_t bytes) {
  if (mine_)
    inner_.add_progress(bytes);
  else
    bytes_ += bytes;
}

bool TurnMediator::aborted() const {
  return interrupted() || turns_.given_up() || (mine_ && inner_.aborted());
}

void TurnMediator::tolerate(const std::vector<Warning>& warnings) {
  say([this, warnings] { inner_.tolerate(warnings); });
}

void TurnMediator::begin_series(const HostSeries& series) {
  say([this, name = named(series)] { inner_.begin_series(name); });
}

void TurnMediator::hold_findings() {
  take_turn();
  inner_.hold_findings();
}

void TurnMediator::release_findings(const std::string& image) {
  take_turn();
  inner_.release_findings(image);
}

}  // namespace pidometer
