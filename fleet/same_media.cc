#include "fleet/same_media.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace pidometer {
namespace {

using Json = nlohmann::json;

std::set<std::string> hashes_of(const std::string& summary) {
  std::set<std::string> hashes;
  std::ifstream file(summary, std::ios::binary);
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("inputs") || !json["inputs"].is_array()) return hashes;
  const auto add = [&hashes](const Json& from, const char* key) {
    if (from.is_object() && from.contains(key) && from[key].is_string())
      hashes.insert(from[key].get<std::string>());
  };
  for (const Json& input : json["inputs"]) {
    add(input, "stored_md5");
    if (input.is_object() && input.contains("hashes")) add(input["hashes"], "md5");
  }
  return hashes;
}

}  // namespace

std::vector<std::vector<std::string>> same_media(const FleetFolder& folder,
                                                 const FleetStatus& status) {
  std::map<std::string, std::vector<std::string>> by_hash;
  for (const FleetEntry& entry : status.images)
    for (const FleetOutput& output : entry.outputs)
      if (output.kind == "summary")
        for (const std::string& hash : hashes_of(folder.absolute(output.file)))
          by_hash[hash].push_back(entry.name);
  std::vector<std::vector<std::string>> same;
  for (auto& [hash, names] : by_hash)
    if (names.size() > 1) same.push_back(std::move(names));
  return same;
}

}  // namespace pidometer
