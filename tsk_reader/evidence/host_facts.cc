#include "tsk_reader/evidence/host_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <span>
#include <string_view>

#include "tsk_reader/file_system/path_resolver.h"
#include "tsk_reader/file_system/small_file.h"

namespace pidometer {
namespace {

constexpr std::string_view kZoneinfo = "/usr/share/zoneinfo/";

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\"'";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Calls `take` for each line that is neither empty nor a comment.
template <typename Take>
void for_each_line(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trim(text.substr(at, end - at));
    if (!line.empty() && line[0] != '#' && line[0] != ';') take(line);
    at = end + 1;
  }
}

/// The value of `key=value`, quotes removed; empty where there is none. The last one wins, as in a
/// shell.
std::string value_of(std::string_view text, std::string_view key) {
  std::string value;
  for_each_line(text, [&](std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos && trim(line.substr(0, equals)) == key)
      value = std::string(trim(line.substr(equals + 1)));
  });
  return value;
}

std::string first_line(std::string_view text) {
  std::string first;
  for_each_line(text, [&](std::string_view line) {
    if (first.empty()) first = std::string(line);
  });
  return first;
}

/// A name that can stand below zoneinfo and nowhere else: it comes from evidence and goes into a
/// path of the examiner's system.
bool is_zone_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  return !name.empty() && name.size() < 64 && name[0] != '/' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string zone_name_in(std::string_view path) {
  const std::size_t at = path.find("zoneinfo/");
  if (at == std::string_view::npos) return {};
  std::string_view name = path.substr(at + std::string_view("zoneinfo/").size());
  for (const std::string_view prefix : {"posix/", "right/"})
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return is_zone_name(name) ? std::string(name) : std::string();
}

std::optional<std::string> examiners_zone(const std::string& name) {
  std::ifstream file(std::string(kZoneinfo) + name, std::ios::binary);
  if (!file) return std::nullopt;
  std::string bytes(kLargestSmallFile, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

/// A settings file that can be believed; of a damaged one the path is noted.
std::optional<SmallFile> read_sound_file(FileSystem& file_system, std::string_view path,
                                         TreeFacts& out) {
  auto file = read_small_file(file_system, path);
  if (!file || !file->damaged) return file;
  out.damaged.emplace_back(path);
  return std::nullopt;
}

class ZoneFinder {
 public:
  ZoneFinder(FileSystem& file_system, TreeFacts& out) : file_system_(file_system), out_(out) {}

  void find() {
    const NamedZone written = written_name();
    const auto place = resolve_path(file_system_, "/etc/localtime");
    if (!place) {
      out_.problems.push_back("/etc/localtime cannot be followed: " + place.error().message);
    } else if (place->node) {
      const auto file = read_small_file(file_system_, "/etc/localtime");
      std::string name = zone_name_in(place->real_path);
      if (name.empty() && file && !written.name.empty()) {
        // A copied zone file has no name of its own; the written one holds where it is the same
        // zone as far as the image can tell.
        const auto named = read_small_file(file_system_, std::string(kZoneinfo) + written.name);
        if (!named || named->text == file->text) name = written.name;
      }
      if (file && use(*file, name.empty() ? "/etc/localtime" : name, "/etc/localtime")) return;
      if (file && file->damaged) out_.damaged.push_back("/etc/localtime");
      if (!name.empty() && by_name({name, "/etc/localtime"})) return;
    } else if (const std::string name = zone_name_in(place->broken_link);
               !name.empty() && by_name({name, "/etc/localtime"})) {
      return;
    }
    if (!written.name.empty() && !by_name(written))
      out_.problems.push_back(fmt::format("{} names the zone {}, of which no rules were found",
                                          written.source, written.name));
  }

 private:
  struct NamedZone {
    std::string name;
    std::string source;
  };

  NamedZone written_name() {
    if (const auto file = read_sound_file(file_system_, "/etc/timezone", out_)) {
      const std::string name = first_line(file->text);
      if (is_zone_name(name)) return {name, "/etc/timezone"};
    }
    if (const auto file = read_sound_file(file_system_, "/etc/sysconfig/clock", out_)) {
      for (const std::string_view key : {"ZONE", "TIMEZONE"}) {
        std::string name = value_of(file->text, key);
        std::replace(name.begin(), name.end(), ' ', '_');  // as old installers wrote them
        if (is_zone_name(name)) return {name, "/etc/sysconfig/clock"};
      }
    }
    return {};
  }

  bool by_name(const NamedZone& zone) {
    if (const auto file = read_small_file(file_system_, std::string(kZoneinfo) + zone.name))
      if (use(*file, zone.name, zone.source)) return true;
    const auto bytes = examiners_zone(zone.name);
    if (!bytes) return false;
    return use({*bytes, {}, false}, zone.name,
               zone.source + " (the zone's rules are the examiner's own)");
  }

  bool use(const SmallFile& file, const std::string& name, const std::string& source) {
    if (file.damaged) return false;
    auto zone = TimeZone::from_tzif(std::as_bytes(std::span(file.text)), name);
    if (!zone) return false;
    out_.facts.zone = std::move(*zone);
    out_.facts.zone_source = source;
    return true;
  }

  FileSystem& file_system_;
  TreeFacts& out_;
};

std::optional<Pid> pid_max_in(std::string_view text) {
  std::optional<Pid> found;
  for_each_line(text, [&](std::string_view line) {
    if (line[0] == '-') line.remove_prefix(1);  // "ignore errors", sysctl.d(5)
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view key = trim(line.substr(0, equals));
    if (key != "kernel.pid_max" && key != "kernel/pid_max") return;
    const std::string_view value = trim(line.substr(equals + 1));
    std::uint32_t number = 0;
    const auto end = std::from_chars(value.data(), value.data() + value.size(), number);
    // The kernel takes 301 to 4194304 (kernel/pid.c, pid_max_min and PID_MAX_LIMIT).
    if (end.ec == std::errc{} && end.ptr == value.data() + value.size() && number >= 301 &&
        number <= 4194304)
      found = static_cast<Pid>(number);
  });
  return found;
}

/// sysctl.d(5): of files of one name the first folder's counts; files apply in the order of their
/// names; procps applies /etc/sysctl.conf last.
std::optional<Pid> find_pid_max(FileSystem& file_system, TreeFacts& out) {
  constexpr std::size_t kMostFiles = 1000;
  std::map<std::string, std::string> paths;
  for (const std::string_view folder : {"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d",
                                        "/usr/lib/sysctl.d", "/lib/sysctl.d"}) {
    const auto place = resolve_path(file_system, folder);
    if (!place || !place->node || place->node->kind != NodeKind::directory) continue;
    const auto entries = file_system.list(place->node->inode);
    if (!entries) continue;
    for (const DirectoryEntry& entry : *entries)
      if (entry.name.ends_with(".conf") && paths.size() < kMostFiles)
        paths.try_emplace(entry.name, fmt::format("{}/{}", folder, entry.name));
  }
  std::optional<Pid> found;
  const auto apply = [&](const std::string& path) {
    const auto file = read_sound_file(file_system, path, out);
    if (!file) return;
    if (const auto value = pid_max_in(file->text)) found = value;
  };
  for (const auto& [name, path] : paths) apply(path);
  apply("/etc/sysctl.conf");
  return found;
}

/// Whether /sbin/init leads to systemd, be that on this volume or not.
bool boots_systemd(FileSystem& file_system) {
  const auto init = resolve_path(file_system, "/sbin/init");
  if (!init) return false;
  const std::string& target = init->node ? init->real_path : init->broken_link;
  return target.ends_with("/systemd");
}

}  // namespace

TreeFacts read_tree_facts(FileSystem& file_system) {
  TreeFacts out;
  const auto etc = resolve_path(file_system, "/etc");
  if (!etc || !etc->node || etc->node->kind != NodeKind::directory) return out;
  const auto names = file_system.list(etc->node->inode);
  if (!names || names->empty()) return out;
  out.has_etc = true;

  const auto text_of = [&](std::string_view path) {
    const auto file = read_sound_file(file_system, path, out);
    return file ? file->text : std::string();
  };
  const auto fstab = read_small_file(file_system, "/etc/fstab");
  if (fstab && !fstab->damaged)
    out.mounts = parse_fstab(fstab->text);
  else if (std::any_of(names->begin(), names->end(),
                       [](const DirectoryEntry& entry) { return entry.name == "fstab"; }))
    out.fstab_problem = "/etc/fstab cannot be read whole: which logs were in use is not known";
  out.has_fstab = !out.mounts.empty();
  out.systemd = boots_systemd(file_system);
  ZoneFinder(file_system, out).find();
  out.facts.hostname = first_line(text_of("/etc/hostname"));
  if (out.facts.hostname.empty())
    out.facts.hostname = value_of(text_of("/etc/sysconfig/network"), "HOSTNAME");
  for (const std::string_view path : {"/etc/os-release", "/usr/lib/os-release"})
    if (out.facts.os_name.empty()) out.facts.os_name = value_of(text_of(path), "PRETTY_NAME");
  if (out.facts.os_name.empty()) out.facts.os_name = first_line(text_of("/etc/redhat-release"));
  out.facts.pid_max = find_pid_max(file_system, out);
  return out;
}

}  // namespace pidometer
