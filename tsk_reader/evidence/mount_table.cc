#include "tsk_reader/evidence/mount_table.h"

#include <algorithm>
#include <array>
#include <set>

namespace pidometer {
namespace {

/// More lines than any host mounts; the rest of such a file is not looked at.
constexpr std::size_t kMostEntries = 1000;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
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

/// Calls `take` for each of comma-separated options.
template <typename Take>
void for_each_option(std::string_view options, Take take) {
  for (std::size_t at = 0; at <= options.size();) {
    const std::size_t end = std::min(options.find(',', at), options.size());
    take(options.substr(at, end - at));
    at = end + 1;
  }
}

/// Whether the last of the options that are `yes` or `no` is `yes`.
bool has_option(std::string_view options, std::string_view yes, std::string_view no) {
  bool has = false;
  for_each_option(options, [&](std::string_view one) {
    if (one == yes) has = true;
    if (one == no) has = false;
  });
  return has;
}

/// `/var` of `//var/`; empty where it is no absolute path.
std::string plain_path(std::string_view path) {
  std::string out;
  if (!path.starts_with('/')) return out;
  for (const char c : path)
    if (c != '/' || !out.ends_with('/')) out += c;
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

std::ptrdiff_t depth(const MountEntry& entry) {
  return entry.mount_point == "/"
             ? 0
             : std::count(entry.mount_point.begin(), entry.mount_point.end(), '/');
}

}  // namespace

MountSource MountEntry::source() const {
  constexpr std::array<std::string_view, 5> kNames = {"/dev/",
                                                      "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
  if (has_option(options, "bind", "") || has_option(options, "rbind", ""))
    return device.starts_with('/') ? MountSource::folder : MountSource::other;
  const bool named = std::any_of(kNames.begin(), kNames.end(), [this](std::string_view name) {
    return device.starts_with(name);
  });
  return named ? MountSource::device : MountSource::other;
}

bool MountEntry::on_demand() const {
  return has_option(options, "noauto", "auto") && !has_option(options, "x-systemd.automount", "") &&
         !has_option(options, "comment=systemd.automount", "");
}

bool MountEntry::may_fail() const {
  return has_option(options, "nofail", "fail");
}

std::vector<MountEntry> parse_fstab(std::string_view text) {
  std::vector<MountEntry> entries;
  for (std::size_t at = 0; at < text.size() && entries.size() < kMostEntries;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::vector<std::string_view> fields = fields_of(line);
    if (fields.size() < 3 || fields[0].starts_with('#')) continue;
    std::string mount_point = plain_path(decode_octal(fields[1]));
    std::string type = decode_octal(fields[2]);
    if (mount_point.empty() || type == "swap" || type == "ignore") continue;
    MountEntry& entry = entries.emplace_back(
        MountEntry{decode_octal(fields[0]), std::move(mount_point),
                   fields.size() > 3 ? decode_octal(fields[3]) : std::string(), std::move(type)});
    if (entry.source() == MountSource::folder) entry.device = plain_path(entry.device);
  }
  return entries;
}

std::vector<MountEntry> in_mount_order(const std::vector<MountEntry>& fstab, bool systemd) {
  std::vector<MountEntry> order;
  std::set<std::string_view> taken;
  for (const MountEntry& entry : fstab) {
    if (systemd && !taken.insert(entry.mount_point).second) continue;
    if (!entry.on_demand()) order.push_back(entry);
  }
  if (systemd)
    std::stable_sort(order.begin(), order.end(),
                     [](const MountEntry& a, const MountEntry& b) { return depth(a) < depth(b); });
  return order;
}

std::optional<std::string_view> mount_option(std::string_view options, std::string_view key) {
  std::optional<std::string_view> value;
  for_each_option(options, [&](std::string_view one) {
    if (one.starts_with(key)) value = one.substr(key.size());
  });
  return value;
}

bool is_at_or_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string seen_from(std::string_view path, std::string_view folder) {
  if (folder == "/") return std::string(path);
  return path.size() == folder.size() ? "/" : std::string(path.substr(folder.size()));
}

std::string seen_above(std::string_view path, std::string_view folder) {
  if (folder == "/") return std::string(path);
  return path == "/" ? std::string(folder) : std::string(folder).append(path);
}

}  // namespace pidometer
