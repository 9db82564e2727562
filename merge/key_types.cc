#include "merge/key_types.h"

#include <algorithm>
#include <tuple>

namespace pidometer {

void KeyTypes::saw(std::string_view path, JsonType type, RowPlace place) {
  if (type == JsonType::null || type == JsonType::array) return;
  auto found = keys_.find(path);
  if (found == keys_.end()) {
    if (keys_.size() >= kMostKeys || path.size() > kLongestKey) {
      incomplete_ = true;
      return;
    }
    found = keys_.try_emplace(std::string(path)).first;
    if (path.find('.') == std::string_view::npos) ++top_level_;
  }
  RowPlace& seen = found->second[static_cast<std::size_t>(type)];
  if (seen.line == 0) seen = place;
}

std::vector<KeyTypes::Conflict> KeyTypes::conflicts() const {
  std::vector<Conflict> conflicts;
  for (const auto& [key, places] : keys_) {
    Conflict one{key, {}};
    for (std::size_t type = 0; type < places.size(); ++type)
      if (places[type].line != 0)
        one.types.push_back(Seen{static_cast<JsonType>(type), places[type]});
    if (one.types.size() < 2) continue;
    std::stable_sort(one.types.begin(), one.types.end(), [](const Seen& a, const Seen& b) {
      return std::tie(a.place.input, a.place.line) < std::tie(b.place.input, b.place.line);
    });
    conflicts.push_back(std::move(one));
  }
  std::sort(conflicts.begin(), conflicts.end(),
            [](const Conflict& a, const Conflict& b) { return a.key < b.key; });
  return conflicts;
}

std::string_view json_type_name(JsonType type) {
  switch (type) {
    case JsonType::null:
      return "null";
    case JsonType::boolean:
      return "boolean";
    case JsonType::integer:
      return "integer";
    case JsonType::real:
      return "real";
    case JsonType::string:
      return "text";
    case JsonType::array:
      return "list";
    case JsonType::object:
      return "object";
  }
  return "value";
}

}  // namespace pidometer
