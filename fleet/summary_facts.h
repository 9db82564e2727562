#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pidometer {

/// What a fleet looks at in the summary of an image (schemas/summary.schema.json). What is not
/// understood there is left out.
struct SummaryFacts {
  std::optional<std::size_t> logs = {};                      ///< cron logs
  std::uint64_t records = 0;                                 ///< of these
  std::set<std::string> hostnames = {};                      ///< by the logs and by the user
  std::map<std::string, std::uint64_t> warning_counts = {};  ///< by kind
  /// What the first warning of lost evidence says, as it stands in the log too, behind the place.
  std::string loss = {};
  /// The files of all inputs, as the file system has their names; nothing where one is not told.
  std::optional<std::vector<std::string>> segments = {};
  std::set<std::string> md5 = {};  ///< of whole media, stored by the acquisition or made by --hash
};

/// Nothing where it is no summary.
std::optional<SummaryFacts> read_summary_facts(const std::string& summary);

/// By what the two are of different media, `MD5` or `host name`: both summaries have some and none
/// in common. Empty where they may be of one. An MD5 in common is enough, whatever the names.
std::string differ_by(const SummaryFacts& before, const SummaryFacts& now);

/// `1,234 records in 2 logs`.
std::string records_words(const SummaryFacts& facts);

}  // namespace pidometer
