#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "fleet/child_program.h"
#include "fleet/fleet_folder.h"
#include "fleet/fleet_status.h"
#include "fleet/summary_facts.h"

namespace pidometer {

/// What the program lends to a fleet.
struct FleetTools {
  /// Writes the status file, whole or not at all.
  std::function<Result<void>(const FleetStatus&)> publish;
  FileHash sha256;
  std::function<Timestamp()> now;
  std::function<bool()> interrupted;
  std::function<void(std::string_view)> progress;
  /// An image is done: said once of each.
  std::function<void(const FleetEntry&)> ended;
};

/// How an image is scanned; parallel to FleetStatus::images.
struct FleetWork {
  std::vector<std::string> arguments;  ///< of the program, without outputs and inputs
  std::vector<std::string> inputs;
  std::uint64_t bytes = 0;  ///< of the input's files, for rates
};

/// Scans the images of a fleet that wait, each in a process of its own, so that what one does to
/// its process is a failure of that one; and writes down what became of each.
class FleetRun {
 public:
  /// All must outlive it. `reports`: an HTML report of each image too.
  FleetRun(FleetStatus& status, const std::vector<FleetWork>& work, const FleetFolder& folder,
           bool reports, const FleetTools& tools);

  /// Until all are done, or an interrupt came: what ran then waits again. Errors: the status cannot
  /// be written, without which nothing could be resumed.
  Result<void> run();

 private:
  using Clock = std::chrono::steady_clock;

  void start_waiting();
  bool start(std::size_t index);
  void wait_for_some();
  void finish(std::size_t index);
  void take_end(FleetEntry& entry, const ChildEnd& end);
  void tell_if_other(const std::string& name, const std::optional<SummaryFacts>& now) const;
  bool is_worse(FleetEntry& entry, const std::optional<SummaryFacts>& now) const;
  void take_outputs(FleetEntry& entry);
  void put_back(FleetEntry& entry);
  void set_failed(FleetEntry& entry, std::string message);
  void stop();
  void show_progress() const;
  Result<void> publish(bool at_once);

  FleetStatus& status_;
  const std::vector<FleetWork>& work_;
  const FleetFolder& folder_;
  bool reports_;
  const FleetTools& tools_;
  std::map<std::size_t, ChildProgram> running_;  ///< by index of the image
  std::size_t next_ = 0;
  bool changed_ = true;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point published_ = {};
  Clock::duration publishing_{};         ///< what it took last
  std::vector<std::string> superseded_;  ///< images whose earlier results go once that is published
  std::size_t done_ = 0;                 ///< by this run
  std::uint64_t bytes_done_ = 0;
};

}  // namespace pidometer
