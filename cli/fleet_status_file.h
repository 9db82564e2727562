#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "cli/output_file.h"
#include "fleet/fleet_status.h"

namespace pidometer {

/// The status file of a fleet, and room on the disk for its last contents: a disk that fills up is
/// what a run ends by, and the file has to say so. Used by one thread at a time.
class FleetStatusFile {
 public:
  explicit FleetStatusFile(std::string name) : name_(std::move(name)) {}

  /// Replaces the file as a whole, or not at all. Takes what more room its end may need, as far as
  /// there is any; an error too where there never was.
  Result<void> write(const FleetStatus& status);
  /// The same for the last time; where nothing else is left, in the room that was taken.
  Result<void> write_last(const FleetStatus& status);
  /// Gives back the room.
  void release();

 private:
  Result<void> take_room(std::uint64_t now, std::uint64_t later);

  std::string name_;
  std::optional<OutputFile> room_;
  std::uint64_t room_bytes_ = 0;
};

}  // namespace pidometer
