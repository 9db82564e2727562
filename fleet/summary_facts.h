#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace pidometer {

/// What a fleet looks at in the summary of an image (schemas/summary.schema.json).
struct SummaryFacts {
  std::size_t logs = 0;                                      ///< cron logs
  std::uint64_t records = 0;                                 ///< of these
  std::set<std::string> hostnames = {};                      ///< by the logs and by the user
  std::map<std::string, std::uint64_t> warning_counts = {};  ///< by kind
};

/// Nothing where it is no summary.
std::optional<SummaryFacts> read_summary_facts(const std::string& summary);

/// `1,234 records in 2 logs`.
std::string records_words(const SummaryFacts& facts);

}  // namespace pidometer
