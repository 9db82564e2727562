#include "fleet/same_media.h"

#include <map>

namespace pidometer {

std::vector<std::vector<std::string>> same_media(const FactsOfImages& images) {
  std::map<std::string, std::vector<std::string>> by_hash;
  for (const auto& [name, facts] : images)
    for (const std::string& hash : facts.md5) by_hash[hash].push_back(name);
  std::vector<std::vector<std::string>> same;
  for (auto& [hash, names] : by_hash)
    if (names.size() > 1) same.push_back(std::move(names));
  return same;
}

}  // namespace pidometer
