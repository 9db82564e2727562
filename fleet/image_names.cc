#include "fleet/image_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <system_error>

namespace pidometer {
namespace {

/// With `.summary.json` and the suffix of a temporary file it stays below the 255 bytes of a name.
constexpr std::size_t kLongestName = 160;

char plain(char c) {
  const bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '.' || c == '-' || c == '_';
  return kept ? c : '_';
}

std::string readable_name(const FleetImage& image) {
  namespace fs = std::filesystem;
  std::string name = image.evidence_id;
  if (name.empty()) {
    const fs::path path = fs::path(image.segments.front()).lexically_normal();
    name = (path.filename().empty() ? path.parent_path().filename() : path.filename()).string();
  }
  name.resize(std::min(name.size(), kLongestName));
  std::transform(name.begin(), name.end(), name.begin(), plain);
  // Hidden files would be overlooked; a dash looks like a flag.
  const bool odd = name.empty() || name.front() == '.' || name.front() == '-';
  return odd ? "_" + name : name;
}

std::string folded(std::string name) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

/// FNV-1a of the path: it tells names apart, and what it does not is numbered.
std::uint32_t hash_of(const std::string& path) {
  std::uint32_t hash = 2166136261U;
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

}  // namespace

std::vector<std::string> image_names(std::span<const FleetImage> images) {
  std::vector<std::string> names;
  std::map<std::string, int> wanted;
  for (const FleetImage& image : images) {
    names.push_back(readable_name(image));
    ++wanted[folded(names.back())];
  }
  std::set<std::string> taken;
  for (const std::string& name : names)
    if (wanted[folded(name)] == 1) taken.insert(folded(name));
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (wanted[folded(names[i])] == 1) continue;
    std::error_code ignored;
    const std::string path =
        std::filesystem::absolute(images[i].segments.front(), ignored).lexically_normal().string();
    const std::string base = fmt::format("{}-{:08x}", names[i], hash_of(path));
    names[i] = base;
    for (int number = 2; !taken.insert(folded(names[i])).second; ++number)
      names[i] = fmt::format("{}-{}", base, number);
  }
  return names;
}

}  // namespace pidometer
