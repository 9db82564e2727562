#include "tests/eval/log_clock.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>

#include "plugin/cron_log/log_series.h"
#include "plugin/readings.h"
#include "tests/support/memory_log_file.h"

namespace pidometer::testing {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<PidClock> clocks_of(const std::string& path, const std::string& tzif,
                                std::optional<Timestamp> modified) {
  const test::MemoryLogFile file(path, bytes_of(path), modified);
  LogSeriesOptions options;
  if (!tzif.empty())
    if (auto zone = TimeZone::from_tzif(std::as_bytes(std::span(tzif)), "the host's"))
      options.zone = *zone;
  const std::vector<const LogFile*> files = {&file};
  std::vector<PidClock> clocks;
  for (const LogSeries& log : read_log_series(
           files, options,
           [](const Warning& w) { std::fprintf(stderr, "window_scores: %s\n", w.message.c_str()); },
           [](std::uint64_t) { return true; }))
    clocks.push_back(build_pid_clock(readings_of(log), {}));
  return clocks;
}

}  // namespace pidometer::testing
