#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/memory_log_file.h"
#include "tests/unit/cron_log/series_reading.h"

namespace pidometer::test::journal_beside_text {

/// A host that writes each line into its journal and into a text log.
inline constexpr std::int64_t kStart = 1'793'577'601;  // 2026-11-02 00:00:01 UTC
inline constexpr int kDay = 24 * 60;
inline constexpr const char* kJournal = "/var/log/journal/x/system.journal";

/// One line of the host, as both logs have it.
struct Line {
  int minute = 0;
  std::string tag = "CRON";
  Pid pid = 0;
  std::string text;
  char boot = 'a';
};

inline std::string stamp(int minute) {
  return fmt::format("2026-11-{:02}T{:02}:{:02}:01+00:00", 2 + minute / kDay, minute / 60 % 24,
                     minute % 60);
}

inline std::string as_text(const Line& line) {
  const std::string pid = line.pid == 0 ? "" : fmt::format("[{}]", line.pid);
  return fmt::format("{} web01 {}{}: {}\n", stamp(line.minute), line.tag, pid, line.text);
}

inline std::string as_entry(const Line& line) {
  return fmt::format(
      "__CURSOR=s={};i={:x};b={}\n__REALTIME_TIMESTAMP={}250000\nSYSLOG_IDENTIFIER={}\n_COMM=x\n"
      "{}_HOSTNAME=web01\nMESSAGE={}\n\n",
      std::string(32, 'f'), line.minute + 1, std::string(32, line.boot), kStart + line.minute * 60,
      line.tag, line.pid == 0 ? "" : fmt::format("SYSLOG_PID={}\n", line.pid), line.text);
}

/// A job every ten minutes, and one each hour at :05.
inline std::vector<Line> host(int minutes = kDay) {
  std::vector<Line> lines;
  for (int m = 0; m < minutes; ++m) {
    const Pid pid = 1000 + 3 * static_cast<Pid>(m);
    if (m % 10 == 0) lines.push_back({m, "CRON", pid, "(root) CMD (/bin/a)"});
    if (m % 60 == 5) lines.push_back({m, "CRON", pid, "(root) CMD (/bin/hourly)"});
  }
  return lines;
}

inline void add(std::vector<Line>& lines, Line line) {
  const auto at = std::find_if(lines.begin(), lines.end(),
                               [&](const Line& one) { return one.minute > line.minute; });
  lines.insert(at, std::move(line));
}

using Keeps = std::function<bool(const Line&)>;

inline std::string text_of(const std::vector<Line>& lines, const Keeps& keeps) {
  std::string text;
  for (const Line& line : lines)
    if (keeps(line)) text += as_text(line);
  return text;
}

inline std::string journal_of(
    const std::vector<Line>& lines, const Keeps& keeps = [](const Line&) { return true; }) {
  std::string entries;
  for (const Line& line : lines)
    if (keeps(line)) entries += as_entry(line);
  return entries;
}

struct Told {
  std::vector<LostCopies> lost;
  LogSeries series;
};

inline Told tell(const std::vector<const LogFile*>& files) {
  test::Read got = test::read(files);
  EXPECT_EQ(got.series.size(), 1U);
  Told told;
  told.lost = got.series[0].lost_copies;
  told.series = std::move(got.series[0]);
  return told;
}

inline Told tell(const std::vector<Line>& lines, const Keeps& keeps) {
  static std::vector<std::unique_ptr<MemoryLogFile>> kept;
  kept.push_back(std::make_unique<MemoryLogFile>(kJournal, journal_of(lines)));
  kept.push_back(std::make_unique<MemoryLogFile>("/var/log/syslog", text_of(lines, keeps)));
  return tell({kept[kept.size() - 2].get(), kept.back().get()});
}

inline bool between(const Line& line, int from, int to) {
  return line.minute >= from && line.minute <= to;
}

}  // namespace pidometer::test::journal_beside_text
