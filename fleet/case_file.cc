#include "fleet/case_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/csv_records.h"

namespace pidometer {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kHelp =
    "the keys are segments or root, case, evidence, host, timezone and year; a CSV file begins "
    "with a line of them, and several segments of one image stand in one field, with ';' between "
    "them";
constexpr std::array<std::string_view, 7> kKeys = {"segments", "root",     "case", "evidence",
                                                   "host",     "timezone", "year"};
/// More images than any case has had; a list of a million entries is a mistake.
constexpr std::size_t kMostImages = 100000;

tl::unexpected<Error> wrong(const std::string& where, std::string reason) {
  return fail(ErrorKind::usage, where + " is no image of a fleet", std::move(reason),
              std::string(kHelp));
}

tl::unexpected<Error> no_head(const std::string& name, std::string reason) {
  return fail(ErrorKind::usage, "the first line of " + name + " is no head", std::move(reason),
              std::string(kHelp));
}

/// Ids stand in rows and in names of files.
bool printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

Result<int> year_of(std::string_view text, const std::string& where) {
  int year = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
  // As --year has it.
  if (error != std::errc() || end != text.data() + text.size() || year < 1970 || year > 9999)
    return wrong(where, fmt::format("its year '{}' is none from 1970 to 9999", text));
  return year;
}

/// Sets what is scanned: segments, or in their place the root folder of a system.
Result<void> set_segments(FleetImage& image, std::vector<std::string> segments, bool root,
                          const std::string& where) {
  if (!image.segments.empty()) return wrong(where, "it has both segments and a root");
  image.segments = std::move(segments);
  image.root = root;
  return {};
}

/// Sets what one key says; `segments` and `root` are not among these.
Result<void> set_word(FleetImage& image, std::string_view key, const std::string& value,
                      const std::string& where) {
  if (!printable(value)) return wrong(where, fmt::format("its {} is not printable", key));
  if (key == "year") {
    if (value.empty()) return {};
    const Result<int> year = year_of(value, where);
    if (!year) return tl::unexpected(year.error());
    image.year = *year;
    return {};
  }
  const std::map<std::string_view, std::string*> words = {{"case", &image.case_id},
                                                          {"evidence", &image.evidence_id},
                                                          {"host", &image.hostname},
                                                          {"timezone", &image.timezone}};
  *words.at(key) = value;
  return {};
}

Result<void> check(FleetImage& image, const std::string& where,
                   const std::filesystem::path& folder) {
  if (image.segments.empty()) return wrong(where, "it names no segment");
  for (std::string& segment : image.segments) {
    if (segment.empty()) return wrong(where, "one of its segments is an empty name");
    if (segment.find('\0') != std::string::npos)
      return wrong(where, "one of its segments has a byte of zero in its name");
    segment = (folder / segment).string();
  }
  return {};
}

std::vector<std::string> split_segments(std::string_view field) {
  std::vector<std::string> segments;
  while (true) {
    const std::size_t end = field.find(';');
    segments.emplace_back(field.substr(0, end));
    if (end == std::string_view::npos) return segments;
    field.remove_prefix(end + 1);
  }
}

Result<std::vector<FleetImage>> images_of_csv(std::string_view bytes, const std::string& name,
                                              const std::filesystem::path& folder) {
  const auto csv = read_csv(bytes, name, kHelp);
  if (!csv) return tl::unexpected(csv.error());
  const std::vector<std::string> head =
      csv->empty() ? std::vector<std::string>() : (*csv)[0].fields;
  for (std::size_t i = 0; i < head.size(); ++i)
    if (std::ranges::find(kKeys, head[i]) == kKeys.end() ||
        std::find(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(i), head[i]) !=
            head.begin() + static_cast<std::ptrdiff_t>(i))
      return no_head(name, fmt::format("'{}' is no key, or stands there twice", head[i]));
  if (std::ranges::find(head, kKeys[0]) == head.end() &&
      std::ranges::find(head, kKeys[1]) == head.end())
    return no_head(name, "it has no column 'segments', and no 'root'");
  std::vector<FleetImage> images;
  for (std::size_t i = 1; i < csv->size(); ++i) {
    const auto& [fields, line] = (*csv)[i];
    const std::string where = fmt::format("line {} of {}", line, name);
    if (fields.size() != head.size())
      return wrong(where, fmt::format("it has {} fields, the head {}", fields.size(), head.size()));
    FleetImage image;
    for (std::size_t k = 0; k < fields.size(); ++k) {
      Result<void> set;
      if (head[k] != kKeys[0] && head[k] != kKeys[1])
        set = set_word(image, head[k], fields[k], where);
      else if (!fields[k].empty() && head[k] == kKeys[0])
        set = set_segments(image, split_segments(fields[k]), false, where);
      else if (!fields[k].empty())
        set = set_segments(image, {fields[k]}, true, where);
      if (!set) return tl::unexpected(set.error());
    }
    if (Result<void> good = check(image, where, folder); !good) return tl::unexpected(good.error());
    images.push_back(std::move(image));
  }
  return images;
}

Result<void> set_listed_segments(FleetImage& image, const Json& value, const std::string& where) {
  std::vector<std::string> segments;
  const auto add = [&segments](const Json& one) {
    if (one.is_string()) segments.push_back(one.get<std::string>());
    return one.is_string();
  };
  const bool good = value.is_array() ? std::ranges::all_of(value, add) : add(value);
  if (!good) return wrong(where, "its segments are no string and no array of strings");
  return set_segments(image, std::move(segments), false, where);
}

/// Sets what a member says; of an entry, or of the whole list where `all`.
Result<void> set_member(FleetImage& image, const std::string& key, const Json& value,
                        const std::string& where, bool all) {
  if (std::ranges::find(kKeys, key) == kKeys.end() || (all && (key == kKeys[0] || key == kKeys[1])))
    return wrong(where, fmt::format("it has a key '{}'", key));
  if (key == kKeys[0]) return set_listed_segments(image, value, where);
  if (key == "year" && value.is_number_integer()) return set_word(image, key, value.dump(), where);
  if (!value.is_string())
    return wrong(where,
                 "its " + key + (key == "year" ? " is no string and no integer" : " is no string"));
  if (key == kKeys[1]) return set_segments(image, {value.get<std::string>()}, true, where);
  return set_word(image, key, value.get<std::string>(), where);
}

/// `repeated`: a key that stands twice in one object. The parser keeps the last of them, and the
/// image that the other one names would be in no list.
Json parse_list(std::string_view bytes, std::string& repeated) {
  std::vector<std::set<std::string>> open;
  const auto look = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second)
      repeated = value.get<std::string>();
    return true;
  };
  return Json::parse(bytes, look, false);
}

Result<std::vector<FleetImage>> images_of_json(std::string_view bytes, const std::string& name,
                                               const std::filesystem::path& folder) {
  std::string repeated;
  const Json json = parse_list(bytes, repeated);
  if (!repeated.empty() && !json.is_discarded())
    return fail(ErrorKind::usage, name + " says one thing twice",
                fmt::format("the key '{}' stands twice in one object", repeated),
                "leave one of them out");
  const Json* list = &json;
  FleetImage common;
  if (json.is_object()) {
    for (const auto& [key, value] : json.items())
      if (key != "images")
        if (Result<void> set = set_member(common, key, value, name, true); !set)
          return tl::unexpected(set.error());
    list = json.contains("images") ? &json["images"] : nullptr;
  }
  if (list == nullptr || !list->is_array())
    return fail(
        ErrorKind::usage, name + " has no list of images",
        json.is_discarded() ? "it is no JSON" : "it has no array 'images'",
        "give a JSON object with an array 'images', or that array alone; " + std::string(kHelp));
  std::vector<FleetImage> images;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string where = fmt::format("entry {} of {}", i + 1, name);
    if (!(*list)[i].is_object()) return wrong(where, "it is no object");
    FleetImage image = common;
    for (const auto& [key, value] : (*list)[i].items())
      if (Result<void> set = set_member(image, key, value, where, false); !set)
        return tl::unexpected(set.error());
    if (Result<void> good = check(image, where, folder); !good) return tl::unexpected(good.error());
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace

Result<std::vector<FleetImage>> read_case_list(std::string_view bytes, const std::string& name,
                                               const std::filesystem::path& folder) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (bytes[first] == '[' || bytes[first] == '{');
  Result<std::vector<FleetImage>> images =
      json ? images_of_json(bytes, name, folder) : images_of_csv(bytes, name, folder);
  if (!images) return images;
  if (images->empty() || images->size() > kMostImages)
    return fail(ErrorKind::usage, name + " names no image that could be scanned",
                fmt::format("it has {} entries, of 1 to {}", images->size(), kMostImages),
                std::string(kHelp));
  return images;
}

}  // namespace pidometer
