#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace pidometer {

/// How far a fleet is. Rates count what this run did, not what it kept of an earlier one.
struct FleetProgress {
  std::size_t total = 0;
  std::size_t done = 0;  ///< complete, partial or failed, those kept too
  std::size_t partial = 0;
  std::size_t failed = 0;
  std::size_t done_now = 0;  ///< of `done`, by this run
  std::uint64_t bytes_now = 0;
  std::uint64_t bytes_left = 0;     ///< of images that are not done
  std::uint64_t bytes_running = 0;  ///< of those that run: how much of it is read is not known
};

/// `12/40 done, 1 partial, 2 failed; 95 images/min, 210 MB/s, 0:07:12 left`, at most 78 columns.
/// The time left goes by bytes, for images differ by more than their number; nothing is said of it
/// before the first image is done, nor of bytes while more are being read than were: one disk
/// among small images would be reckoned by them.
std::string progress_words(const FleetProgress& progress, std::chrono::duration<double> elapsed);

}  // namespace pidometer
