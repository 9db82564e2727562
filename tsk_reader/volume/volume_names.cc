#include "tsk_reader/volume/volume_names.h"

namespace pidometer {

std::string safe_volume_name(std::string_view name) {
  constexpr std::size_t kLongest = 128;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+_.-";
  std::string out;
  for (const char c : name.substr(0, kLongest))
    out += kAllowed.find(c) == std::string_view::npos ? '_' : c;
  return out.empty() ? "_" : out;
}

std::string unique_volume_name(const std::string& name, std::set<std::string>& taken) {
  std::string unique = name;
  for (unsigned number = 2; !taken.insert(unique).second; ++number)
    unique = name + "-" + std::to_string(number);
  return unique;
}

}  // namespace pidometer
