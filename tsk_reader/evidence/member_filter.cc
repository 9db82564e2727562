#include "tsk_reader/evidence/member_filter.h"

#include <algorithm>
#include <array>

#include "tsk_reader/evidence/log_finder.h"

namespace pidometer {
namespace {

/// What host_facts.cc reads, apart from zone files and sysctl.d.
constexpr std::array<std::string_view, 9> kFactFiles = {
    "etc/localtime",   "etc/timezone",   "etc/sysconfig/clock",
    "etc/hostname",    "etc/os-release", "etc/sysconfig/network",
    "etc/sysctl.conf", "etc/fstab",      "etc/redhat-release"};

constexpr std::string_view kJournalFolder = "/journal";

/// Whether `path` is `end` or ends with it behind a slash.
bool ends_with_path(std::string_view path, std::string_view end) {
  if (!path.ends_with(end)) return false;
  return path.size() == end.size() || path[path.size() - end.size() - 1] == '/';
}

}  // namespace

MemberFilter::MemberFilter(std::span<const std::string_view> folders,
                           std::span<const std::string_view> globs)
    : folders_(folders.begin(), folders.end()), globs_(globs.begin(), globs.end()) {
  views_.assign(globs_.begin(), globs_.end());
}

bool MemberFilter::name_matches(std::string_view name) const {
  return pidometer::name_matches(std::string(name), views_);
}

bool MemberFilter::is_log(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  std::string_view folder = path.substr(0, slash);
  // Journals lie two folders deeper: journal/MACHINE-ID.
  const std::size_t machine = folder.rfind('/');
  if (machine != std::string_view::npos && folder.substr(0, machine).ends_with(kJournalFolder))
    folder = folder.substr(0, machine - kJournalFolder.size());
  return std::any_of(folders_.begin(), folders_.end(),
                     [&](std::string_view one) {
                       return ends_with_path(folder,
                                             one.substr(std::min<std::size_t>(1, one.size())));
                     }) &&
         name_matches(path.substr(slash + 1));
}

bool MemberFilter::is_fact(std::string_view path) {
  if (path.find("share/zoneinfo/") != std::string_view::npos) return true;
  if (path.ends_with(".conf") && path.find("sysctl.d/") != std::string_view::npos) return true;
  return ends_with_path(path, "usr/lib/os-release") ||
         std::any_of(kFactFiles.begin(), kFactFiles.end(),
                     [&](std::string_view one) { return ends_with_path(path, one); });
}

}  // namespace pidometer
