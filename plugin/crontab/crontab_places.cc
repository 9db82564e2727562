#include "plugin/crontab/crontab_places.h"

#include <algorithm>
#include <array>

namespace pidometer {
namespace {

constexpr CrontabForm kSystem = CrontabForm::system;
constexpr CrontabForm kUser = CrontabForm::user;
constexpr CrontabForm kScripts = CrontabForm::scripts;

constexpr auto kPlaces = std::to_array<CrontabPlace>({
    {"/etc", "crontab", kSystem, "vixie-cron, cronie, BSD"},
    {"/etc", "anacrontab", CrontabForm::anacron, "anacron 2.3, cronie"},
    {"/etc/cron.hourly", "", kScripts, "run-parts"},
    {"/etc/cron.daily", "", kScripts, "run-parts"},
    {"/etc/cron.weekly", "", kScripts, "run-parts"},
    {"/etc/cron.monthly", "", kScripts, "run-parts"},
    {"/etc/cron.d", "", kSystem, "Debian, Red Hat since 6, SUSE, FreeBSD"},
    {"/usr/local/etc/cron.d", "", kSystem, "FreeBSD's ports"},
    {"/var/spool/cron/crontabs", "", kUser, "Debian, System V, busybox"},
    {"/var/spool/cron/tabs", "", kUser, "SUSE"},
    {"/var/spool/cron", "", kUser, "Red Hat"},
    {"/var/cron/tabs", "", kUser, "BSD"},
    {"/etc/crontabs", "", kUser, "busybox of Alpine and OpenWrt"},
    {"/spool/cron/crontabs", "", kUser, "the same on a /var volume"},
    {"/spool/cron/tabs", "", kUser, "the same on a /var volume"},
    {"/spool/cron", "", kUser, "the same on a /var volume"},
    {"/cron/tabs", "", kUser, "the same on a /var volume"},
});

constexpr auto kFileFolders = std::to_array<std::string_view>({"/etc"});
constexpr auto kFileNames = std::to_array<std::string_view>({"crontab", "anacrontab"});
// Deeper folders first: what two names lead to is found under the first.
constexpr auto kTableFolders = std::to_array<std::string_view>({
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/usr/local/etc/cron.d",
    "/var/spool/cron/crontabs",
    "/var/spool/cron/tabs",
    "/var/spool/cron",
    "/var/cron/tabs",
    "/etc/crontabs",
    "/spool/cron/crontabs",
    "/spool/cron/tabs",
    "/spool/cron",
    "/cron/tabs",
});
constexpr auto kTableNames = std::to_array<std::string_view>({"*", ".*"});

bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace

std::span<const CrontabPlace> crontab_places() {
  return kPlaces;
}

std::span<const std::string_view> crontab_file_folders() {
  return kFileFolders;
}

std::span<const std::string_view> crontab_file_names() {
  return kFileNames;
}

std::span<const std::string_view> crontab_table_folders() {
  return kTableFolders;
}

std::span<const std::string_view> crontab_table_names() {
  return kTableNames;
}

bool is_spool(const CrontabPlace& place) {
  return place.form == CrontabForm::user && !place.folder.starts_with("/etc/");
}

const CrontabPlace* crontab_place_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const std::string_view name = path.substr(slash + 1);
  const auto row = std::ranges::find_if(kPlaces, [&](const CrontabPlace& place) {
    return place.folder == path.substr(0, slash) && (place.name.empty() || place.name == name);
  });
  return row == kPlaces.end() ? nullptr : &*row;
}

bool leads_to(std::string_view path, const CrontabPlace& place) {
  if (path.ends_with('/')) path.remove_suffix(1);
  const auto is_in = [](std::string_view one, std::string_view folder) {
    return one.starts_with(folder) && (one.size() == folder.size() || one[folder.size()] == '/');
  };
  if (is_in(place.folder, path)) return true;
  if (!is_in(path, place.folder)) return false;
  const std::string_view rest = path.substr(place.folder.size() + 1);
  return place.name.empty() || rest.substr(0, rest.find('/')) == place.name;
}

const char* why_ignored(const CrontabPlace& place, std::string_view name, CronFamily family) {
  // Of scripts no rule of run-parts takes part: one that was started is there or is not.
  if (!place.name.empty() || place.form == CrontabForm::scripts) return nullptr;
  if (name.starts_with('.')) return "cron passes over names that begin with a dot";
  if (place.form == CrontabForm::user) {
    // crontab(1) makes it and renames it
    if (name.starts_with("tmp.")) return "it is a temporary file of crontab(1)";
    if (name == "cron.update") return "it is what crontab(1) of busybox tells crond";
  }
  if (family == CronFamily::debian && place.form == CrontabForm::system && !is_plain(name))
    return "Debian's cron passes over names with other characters than letters, digits, _ and -";
  // Debian's cron passes over all of these names too.
  if (family == CronFamily::other && place.form == CrontabForm::user) return nullptr;
  constexpr auto kEnds = std::to_array<std::string_view>({"~", ".rpmsave", ".rpmorig", ".rpmnew"});
  const bool left =
      std::ranges::any_of(kEnds, [&](std::string_view end) { return name.ends_with(end); });
  if (left || name.starts_with('#')) return "cron passes over what editors and rpm leave behind";
  return nullptr;
}

}  // namespace pidometer
