#include "fleet/summary_facts.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

using Json = nlohmann::json;

/// The elements of an array; none where there is no such array.
const Json& elements(const Json& json, const char* key) {
  static const Json kNone = Json::array();
  if (!json.is_object()) return kNone;
  const auto at = json.find(key);
  return at == json.end() || !at->is_array() ? kNone : *at;
}

/// A text; null where there is none.
const std::string* text_of(const Json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto at = json.find(key);
  return at == json.end() ? nullptr : at->get_ptr<const std::string*>();
}

void add_logs(const Json& json, SummaryFacts& facts) {
  if (!json.contains("logs") || !json["logs"].is_array()) return;
  facts.logs = json["logs"].size();
  for (const Json& log : json["logs"])
    if (log.is_object() && log.contains("records") && log["records"].is_number_unsigned())
      facts.records += log["records"].get<std::uint64_t>();
}

void add_warnings(const Json& json, SummaryFacts& facts) {
  constexpr std::array<std::string_view, 6> kLosses = {"damaged_log",      "damaged_image",
                                                       "truncated_stream", "unsupported",
                                                       "skipped_file",     "reader_died"};
  if (json.contains("warning_counts") && json["warning_counts"].is_object())
    for (const auto& [kind, count] : json["warning_counts"].items())
      if (count.is_number_unsigned()) facts.warning_counts[kind] = count.get<std::uint64_t>();
  for (const Json& warning : elements(json, "warnings")) {
    const std::string* const kind = text_of(warning, "kind");
    const std::string* const message = text_of(warning, "message");
    if (kind == nullptr || message == nullptr) continue;
    if (std::ranges::find(kLosses, *kind) == kLosses.end()) continue;
    facts.loss = *message;
    return;
  }
}

std::optional<std::vector<std::string>> segments_of(const Json& json) {
  if (!json.contains("inputs") || !json["inputs"].is_array()) return {};
  std::vector<std::string> segments;
  for (const Json& input : json["inputs"]) {
    if (!input.is_object() || !input.contains("segments") || !input["segments"].is_array())
      return {};
    for (const Json& segment : input["segments"]) {
      if (!segment.is_string()) return {};
      segments.push_back(unescape_bytes(segment.get<std::string>()));
    }
  }
  return segments;
}

void add_hashes(const Json& json, SummaryFacts& facts) {
  for (const Json& input : elements(json, "inputs")) {
    if (const std::string* const stored = text_of(input, "stored_md5")) facts.md5.insert(*stored);
    if (!input.is_object() || !input.contains("hashes")) continue;
    if (const std::string* const made = text_of(input["hashes"], "md5")) facts.md5.insert(*made);
  }
}

}  // namespace

std::optional<SummaryFacts> read_summary_facts(const std::string& summary) {
  std::ifstream file(summary, std::ios::binary);
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object()) return {};
  SummaryFacts facts;
  add_logs(json, facts);
  for (const Json& series : elements(json, "series"))
    for (const char* key : {"hostname", "own_hostname"})
      if (const std::string* const name = text_of(series, key))
        facts.hostnames.insert(unescape_bytes(*name));
  add_warnings(json, facts);
  facts.segments = segments_of(json);
  add_hashes(json, facts);
  return facts;
}

std::string differ_by(const SummaryFacts& before, const SummaryFacts& now) {
  const auto in_common = [](const std::set<std::string>& some,
                            const std::set<std::string>& others) {
    return std::ranges::any_of(some, [&](const std::string& one) { return others.contains(one); });
  };
  if (!before.md5.empty() && !now.md5.empty())
    return in_common(before.md5, now.md5) ? std::string() : "MD5";
  const bool named = !before.hostnames.empty() && !now.hostnames.empty();
  return named && !in_common(before.hostnames, now.hostnames) ? "host name" : std::string();
}

std::string records_words(const SummaryFacts& facts) {
  return counted_words(facts.records, "record") + " in " +
         counted_words(facts.logs.value_or(0), "log");
}

}  // namespace pidometer
