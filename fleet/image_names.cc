#include "fleet/image_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

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

/// Whether a name is the readable one, or that with what tells it from others.
bool is_name_of(std::string_view name, std::string_view readable) {
  constexpr std::size_t kDigits = 8;
  if (!name.starts_with(readable)) return false;
  name.remove_prefix(readable.size());
  if (name.empty()) return true;
  const auto only = [](std::string_view text, const char* letters) {
    return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
  };
  if (name.front() != '-' || !only(name.substr(1, kDigits), "0123456789abcdef")) return false;
  if (name.size() <= 1 + kDigits) return name.size() == 1 + kDigits;
  return name[1 + kDigits] == '-' && only(name.substr(2 + kDigits), "0123456789");
}

/// From the root on, as it is spelled and where links lead.
std::set<std::string> paths_of(const FleetImage& image) {
  namespace fs = std::filesystem;
  std::set<std::string> paths;
  for (const std::string& segment : image.segments) {
    std::error_code error;
    fs::path spelled = fs::absolute(segment, error).lexically_normal();
    if (spelled.filename().empty()) spelled = spelled.parent_path();  // a folder with its slash
    paths.insert(spelled.string());
    const fs::path real = fs::weakly_canonical(spelled, error);
    if (!error) paths.insert(real.string());
  }
  return paths;
}

using Id = std::pair<std::string, std::string>;

Id id_of(const FleetImage& image) {
  return {image.case_id, image.evidence_id};
}

/// Finds the earlier image that an image is.
class EarlierImages {
 public:
  EarlierImages(std::span<const NamedImage> earlier, std::span<const FleetImage> images)
      : earlier_(earlier), used_(earlier.size()) {
    for (const FleetImage& image : images) ++ids_[id_of(image)];
    for (std::size_t i = 0; i < earlier.size(); ++i) {
      for (const std::string& path : paths_of(earlier[i].image)) by_path_[path].push_back(i);
      by_id_[id_of(earlier[i].image)].push_back(i);
    }
  }

  /// Its name; empty where it is none of them. Each is found once.
  std::string by_path(const FleetImage& image, const std::string& readable) {
    if (by_path_.empty()) return {};
    for (const std::string& path : paths_of(image))
      if (const auto at = by_path_.find(path); at != by_path_.end())
        if (const std::string name = take(at->second, readable); !name.empty()) return name;
    return {};
  }

  /// An id that two of either list have says of neither which it is.
  std::string by_id(const FleetImage& image, const std::string& readable) {
    if (image.evidence_id.empty() || ids_[id_of(image)] > 1) return {};
    const auto at = by_id_.find(id_of(image));
    return at == by_id_.end() || at->second.size() > 1 ? std::string() : take(at->second, readable);
  }

 private:
  std::string take(const std::vector<std::size_t>& found, const std::string& readable) {
    for (const std::size_t i : found) {
      if (used_[i] || !is_name_of(earlier_[i].name, readable)) continue;
      used_[i] = true;
      return earlier_[i].name;
    }
    return {};
  }

  std::span<const NamedImage> earlier_;
  std::vector<bool> used_;
  std::map<Id, int> ids_;  ///< of the images, how many have each
  std::map<std::string, std::vector<std::size_t>> by_path_;
  std::map<Id, std::vector<std::size_t>> by_id_;
};

}  // namespace

ImageNames image_names(std::span<const FleetImage> images, std::span<const NamedImage> earlier) {
  std::vector<std::string> readable;
  for (const FleetImage& image : images) readable.push_back(readable_name(image));
  ImageNames found;
  found.names.resize(images.size());
  EarlierImages before(earlier, images);
  for (std::size_t i = 0; i < images.size(); ++i)
    found.names[i] = before.by_path(images[i], readable[i]);
  for (std::size_t i = 0; i < images.size(); ++i)
    if (found.names[i].empty()) found.names[i] = before.by_id(images[i], readable[i]);

  std::set<std::string> taken;
  for (const NamedImage& one : earlier) taken.insert(folded(one.name));
  const std::set<std::string> others = taken;
  std::map<std::string, int> wanted;
  for (std::size_t i = 0; i < images.size(); ++i)
    if (found.names[i].empty()) ++wanted[folded(readable[i])];
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::string name = folded(readable[i]);
    if (!found.names[i].empty() || wanted[name] > 1 || others.contains(name)) continue;
    found.names[i] = readable[i];
    taken.insert(name);
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (!found.names[i].empty()) continue;
    if (others.contains(folded(readable[i]))) found.apart.push_back(i);
    std::error_code ignored;
    const std::string path =
        std::filesystem::absolute(images[i].segments.front(), ignored).lexically_normal().string();
    const std::string base = fmt::format("{}-{:08x}", readable[i], hash_of(path));
    found.names[i] = base;
    for (int number = 2; !taken.insert(folded(found.names[i])).second; ++number)
      found.names[i] = fmt::format("{}-{}", base, number);
  }
  return found;
}

}  // namespace pidometer
