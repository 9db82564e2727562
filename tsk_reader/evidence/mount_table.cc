#include "tsk_reader/evidence/mount_table.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pidometer {
namespace {

/// More lines than any host mounts; the rest of such a file is not looked at.
constexpr std::size_t kMostEntries = 1000;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_folded(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

/// getmntent(3): blanks and backslashes are written as three octal digits.
std::string decode_octal(std::string_view text) {
  std::string out;
  const auto digit = [&text](std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '7' ? text[at] - '0' : -1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int a = digit(i + 1);
    const int b = digit(i + 2);
    const int c = digit(i + 3);
    if (text[i] == '\\' && a >= 0 && a <= 3 && b >= 0 && c >= 0) {
      out += static_cast<char>(a * 64 + b * 8 + c);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < line.size() && !is_blank(line[at])) ++at;
    fields.push_back(line.substr(begin, at - begin));
  }
  return fields;
}

/// The value of `key=` among comma-separated options; the last one wins, as in mount(8).
std::optional<std::string_view> option_of(std::string_view options, std::string_view key) {
  std::optional<std::string_view> value;
  for (std::size_t at = 0; at <= options.size();) {
    const std::size_t end = std::min(options.find(',', at), options.size());
    const std::string_view one = options.substr(at, end - at);
    if (one.starts_with(key)) value = one.substr(key.size());
    at = end + 1;
  }
  return value;
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

/// The rest of `text` behind the first of the prefixes that it has.
template <std::size_t N>
std::optional<std::string_view> behind(std::string_view text,
                                       const std::array<std::string_view, N>& prefixes) {
  for (const std::string_view prefix : prefixes)
    if (text.starts_with(prefix)) return without_quotes(text.substr(prefix.size()));
  return std::nullopt;
}

/// As device-mapper joins them: dashes within a name are doubled (lvm2, lib/misc/lvm-string.c).
std::string mapper_name(const TreeIdentity& tree) {
  const auto doubled = [](std::string_view name) {
    std::string out;
    for (const char c : name) out += c == '-' ? std::string("--") : std::string(1, c);
    return out;
  };
  return doubled(tree.volume_group) + "-" + doubled(tree.logical_volume);
}

/// 2 of /dev/sda2, /dev/nvme0n1p2, /dev/mmcblk0p2.
std::optional<std::uint32_t> partition_number(std::string_view device) {
  constexpr std::string_view kDev = "/dev/";
  if (!device.starts_with(kDev)) return std::nullopt;
  const std::string_view name = device.substr(kDev.size());
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last == std::string_view::npos || last + 1 == name.size()) return std::nullopt;
  constexpr std::array<std::string_view, 4> kLetters = {"sd", "hd", "vd", "xvd"};
  constexpr std::array<std::string_view, 3> kNumbers = {"nvme", "mmcblk", "nbd"};
  const auto starts = [name](std::string_view prefix) { return name.starts_with(prefix); };
  const bool numbered = std::any_of(kNumbers.begin(), kNumbers.end(), starts) && name[last] == 'p';
  if (!numbered && !std::any_of(kLetters.begin(), kLetters.end(), starts)) return std::nullopt;
  std::uint32_t number = 0;
  const auto end = std::from_chars(name.data() + last + 1, name.data() + name.size(), number);
  if (end.ec != std::errc{}) return std::nullopt;
  return number;
}

DeviceMatch match_name(std::string_view device, const TreeIdentity& tree) {
  constexpr std::array<std::string_view, 2> kUuid = {"UUID=", "/dev/disk/by-uuid/"};
  constexpr std::array<std::string_view, 2> kLabel = {"LABEL=", "/dev/disk/by-label/"};
  const auto known = [](bool same) { return same ? DeviceMatch::by_name : DeviceMatch::none; };
  if (const auto uuid = behind(device, kUuid))
    return known(!tree.uuid.empty() && same_folded(*uuid, tree.uuid));
  if (const auto label = behind(device, kLabel))
    return known(!tree.label.empty() && *label == tree.label);
  if (!tree.logical_volume.empty())
    return known(device == "/dev/mapper/" + mapper_name(tree) ||
                 device == "/dev/" + tree.volume_group + "/" + tree.logical_volume);
  return tree.partition && partition_number(device) == tree.partition ? DeviceMatch::by_number
                                                                      : DeviceMatch::none;
}

bool is_subvolume(std::string_view options, const TreeIdentity& tree) {
  if (tree.subvolume_id == 0) return true;
  if (const auto id = option_of(options, "subvolid=")) {
    std::uint64_t number = 0;
    const auto end = std::from_chars(id->data(), id->data() + id->size(), number);
    return end.ec == std::errc{} && number == tree.subvolume_id;
  }
  if (const auto path = option_of(options, "subvol=")) {
    std::string_view name = *path;
    while (name.starts_with('/')) name.remove_prefix(1);
    return name == tree.subvolume;
  }
  return tree.default_subvolume;
}

}  // namespace

std::vector<MountEntry> parse_fstab(std::string_view text) {
  std::vector<MountEntry> entries;
  for (std::size_t at = 0; at < text.size() && entries.size() < kMostEntries;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::vector<std::string_view> fields = fields_of(line);
    if (fields.size() < 3 || fields[0].starts_with('#')) continue;
    std::string mount_point = decode_octal(fields[1]);
    if (!mount_point.starts_with('/')) continue;
    while (mount_point.size() > 1 && mount_point.ends_with('/')) mount_point.pop_back();
    std::string device = decode_octal(fields[0]);
    if (!device.starts_with("/dev/") && device.find('=') == std::string::npos) continue;
    entries.push_back({std::move(device), std::move(mount_point),
                       fields.size() > 3 ? std::string(fields[3]) : std::string()});
  }
  return entries;
}

DeviceMatch match_device(const MountEntry& entry, const TreeIdentity& tree) {
  const DeviceMatch match = match_name(entry.device, tree);
  return match != DeviceMatch::none && is_subvolume(entry.options, tree) ? match
                                                                         : DeviceMatch::none;
}

}  // namespace pidometer
