#include "cli/fleet_status_file.h"

#include <utility>

namespace pidometer {
namespace {

/// What the entry of an image grows by until it is done: times, the way it ended, a message, and
/// four files with their hashes, a kilobyte together; as much again for files that the scan alone
/// knows.
constexpr std::uint64_t kGrowthOfImage = 2048;
/// What the rest grows by: the timeline and some errors. A block of most file systems.
constexpr std::uint64_t kGrowth = 4096;

}  // namespace

Result<void> FleetStatusFile::write(const FleetStatus& status) {
  const std::string text = write_fleet_status(status);
  Result<void> written = write_whole_file(name_, true, text);
  if (!written) return written;
  const std::uint64_t open =
      count_images(status, ImageState::waiting) + count_images(status, ImageState::running);
  written = take_room(text.size(), kGrowth + open * kGrowthOfImage);
  // What there is is enough to begin with; without any it could not be told how it ends.
  return room_bytes_ > 0 ? Result<void>() : written;
}

/// On a disk that is nearly full, as much as there is.
Result<void> FleetStatusFile::take_room(std::uint64_t now, std::uint64_t later) {
  if (now + later <= room_bytes_) return {};
  if (!room_) {
    Result<OutputFile> room = OutputFile::create(name_, true);
    if (!room) return tl::unexpected(room.error());
    room_.emplace(std::move(*room));
  }
  Result<void> taken;
  for (; later > 0 && now + later > room_bytes_; later /= 2) {
    taken = room_->reserve(now + later);
    if (!taken) continue;
    room_bytes_ = now + later;
    break;
  }
  return taken;
}

void FleetStatusFile::release() {
  room_.reset();
  room_bytes_ = 0;
}

Result<void> FleetStatusFile::write_last(const FleetStatus& status) {
  const std::string text = write_fleet_status(status);
  Result<void> written = write_whole_file(name_, true, text);
  if (written || !room_) return written;
  OutputFile room = std::move(*room_);
  release();
  if (room.write(text) && room.commit()) return {};
  return written;
}

}  // namespace pidometer
