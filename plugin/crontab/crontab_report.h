#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/timestamp.h"

namespace pidometer {

/// What became of one crontab, for the summary.
struct CrontabFileReport {
  struct BadLine {
    std::uint32_t line = 0;
    std::string reason;
  };
  std::string volume;    ///< `p2`
  std::string filename;  ///< on it
  std::string username;  ///< of a user's crontab; empty where each line names one
  std::optional<Timestamp> in_force_since;  ///< the latest of its times; none are known
  std::uint32_t lines = 0;
  std::uint32_t entries = 0;
  std::vector<BadLine> bad_lines;  ///< the first kMostBadLinesTold
  std::string not_used;  ///< why cron passes over it, or why it was not read; empty where it counts
};

/// A table of garbage has one at every line; a reader needs the first of them.
inline constexpr std::size_t kMostBadLinesTold = 20;

/// What the crontabs of a host say beside its log.
struct CrontabReport {
  std::vector<CrontabFileReport> files;  ///< by path
  std::string not_compared;              ///< why nothing was; empty where something was
  std::uint64_t jobs = 0;                ///< pairs of user and command in the log, and scripts
  std::uint64_t jobs_with_line = 0;
  std::uint64_t jobs_without_line = 0;
  std::map<std::string, std::uint64_t> jobs_not_judged;  ///< by reason
  std::uint64_t entries = 0;                             ///< of files that count
  std::uint64_t entries_that_ran = 0;
  std::uint64_t entries_that_never_ran = 0;
  std::map<std::string, std::uint64_t> entries_not_judged;  ///< by reason
};

}  // namespace pidometer
