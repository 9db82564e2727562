#include "fleet/fleet_progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace pidometer {
namespace {

std::string clock_words(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(seconds, 1e9));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

/// Two figures at least: forty large images take a night, and some megabytes a second a slow share.
std::string figure(double rate) {
  return rate < 10 ? fmt::format("{:.1f}", rate) : fmt::format("{:.0f}", rate);
}

std::string image_rate(double per_minute) {
  return per_minute < 10 ? figure(per_minute * 60) + " images/h"
                         : figure(per_minute) + " images/min";
}

}  // namespace

std::string progress_words(const FleetProgress& progress, std::chrono::duration<double> elapsed) {
  std::string text = fmt::format("{}/{} done", progress.done, progress.total);
  if (progress.partial > 0) text += fmt::format(", {} partial", progress.partial);
  if (progress.failed > 0) text += fmt::format(", {} failed", progress.failed);
  const double seconds = elapsed.count();
  if (progress.done_now == 0 || seconds <= 0) return text;
  text += "; " + image_rate(static_cast<double>(progress.done_now) * 60 / seconds);
  if (progress.bytes_running > progress.bytes_now) return text;
  const auto bytes = static_cast<double>(progress.bytes_now);
  if (bytes > 0) text += ", " + figure(bytes / seconds / 1e6) + " MB/s";
  const auto left = static_cast<double>(progress.total - progress.done);
  const double rest = bytes > 0 ? static_cast<double>(progress.bytes_left) / bytes
                                : left / static_cast<double>(progress.done_now);
  return text + fmt::format(", {} left", clock_words(rest * seconds));
}

}  // namespace pidometer
