#include "fleet/fleet_progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace pidometer {
namespace {

std::string clock_words(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(seconds, 1e9));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

std::string FleetProgress::words(const Counts& counts, std::chrono::duration<double> elapsed) {
  std::string text = fmt::format("{}/{} done", counts.done, counts.total);
  if (counts.partial > 0) text += fmt::format(", {} partial", counts.partial);
  if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
  const double seconds = elapsed.count();
  if (counts.done_now == 0 || seconds <= 0) return text;
  text += fmt::format("; {:.0f} images/min", static_cast<double>(counts.done_now) * 60 / seconds);
  const auto bytes = static_cast<double>(counts.bytes_now);
  if (bytes > 0) text += fmt::format(", {:.0f} MB/s", bytes / seconds / 1e6);
  const auto left = static_cast<double>(counts.total - counts.done);
  const double rest = bytes > 0 ? static_cast<double>(counts.bytes_left) / bytes
                                : left / static_cast<double>(counts.done_now);
  return text + fmt::format(", {} left", clock_words(rest * seconds));
}

}  // namespace pidometer
