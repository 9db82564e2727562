#include "fleet/summary_facts.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {

std::optional<SummaryFacts> read_summary_facts(const std::string& summary) {
  using Json = nlohmann::json;
  std::ifstream file(summary, std::ios::binary);
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("logs") || !json["logs"].is_array()) return {};
  SummaryFacts facts;
  for (const Json& log : json["logs"]) {
    ++facts.logs;
    if (log.is_object() && log.contains("records") && log["records"].is_number_unsigned())
      facts.records += log["records"].get<std::uint64_t>();
  }
  if (json.contains("series") && json["series"].is_array())
    for (const Json& series : json["series"])
      for (const char* key : {"hostname", "own_hostname"})
        if (series.is_object() && series.contains(key) && series[key].is_string())
          facts.hostnames.insert(unescape_bytes(series[key].get<std::string>()));
  if (json.contains("warning_counts") && json["warning_counts"].is_object())
    for (const auto& [kind, count] : json["warning_counts"].items())
      if (count.is_number_unsigned()) facts.warning_counts[kind] = count.get<std::uint64_t>();
  return facts;
}

std::string records_words(const SummaryFacts& facts) {
  return counted_words(facts.records, "record") + " in " + counted_words(facts.logs, "log");
}

}  // namespace pidometer
