#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_log/log_series.h"

namespace pidometer::test {

/// What read_log_series() gave.
struct Read {
  std::vector<LogSeries> series;
  std::vector<Warning> warnings;
};

/// Reads the files as one folder; the sums of lines and records are asserted.
inline Read read(std::vector<const LogFile*> files, const LogSeriesOptions& options = {}) {
  Read result;
  result.series = read_log_series(
      files, options, [&](Warning warning) { result.warnings.push_back(std::move(warning)); },
      [](std::uint64_t) { return true; });
  // Lines and records add up over all series, where each log is owned once.
  std::uint64_t told = 0;
  std::uint64_t records = 0;
  for (const LogSeries& series : result.series) {
    EXPECT_EQ(series.reports.size(), series.files.size());
    EXPECT_EQ(series.reports.size(), series.owned.size());
    records += series.records.size();
    for (std::size_t i = 0; i < series.reports.size(); ++i) {
      const LogReport& report = series.reports[i];
      EXPECT_EQ(
          report.records + report.other_lines + report.unparsed_lines + report.duplicate_lines,
          report.lines)
          << report.entry.path;
      std::uint64_t skipped = 0;
      for (const auto& [reason, count] : report.lines_skipped) skipped += count;
      EXPECT_EQ(skipped, report.other_lines + report.unparsed_lines) << report.entry.path;
      if (series.owned[i]) told += report.records;
    }
  }
  EXPECT_EQ(told, records);
  return result;
}

inline std::string line(const char* time, Pid pid, const char* command = "/bin/a",
                        const char* host = "web01") {
  return std::string(time) + " " + host + " CROND[" + std::to_string(pid) + "]: (root) CMD (" +
         command + ")\n";
}

inline std::vector<Pid> pids(const LogSeries& series) {
  std::vector<Pid> result;
  for (const StoredRecord& record : series.records) result.push_back(record.pid);
  return result;
}

}  // namespace pidometer::test
