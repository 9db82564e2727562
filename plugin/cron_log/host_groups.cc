#include "plugin/cron_log/host_groups.h"

#include <algorithm>
#include <map>

namespace pidometer {
namespace {

/// Rotations may share a few lines.
constexpr std::chrono::hours kTouch{24};
/// A counter that goes on over a rotation moves by some hundreds or thousands; across a reboot it
/// starts low. Half of the small pid_max leaves both open and rules out little else.
constexpr std::int64_t kGoesOn = 16384;

struct Host {
  std::string name;
  std::vector<std::size_t> files;
  Timestamp first = Timestamp::max();
  Timestamp last = Timestamp::min();
  Pid first_pid = 0;
  Pid last_pid = 0;
};

bool is_reading(const StoredRecord& record) {
  return record.pid_role == PidRole::fresh;
}

Host summarise(std::string name, std::vector<std::size_t> files, std::span<const FileLog> logs,
               const std::vector<StoredRecord>& records) {
  Host host;
  host.name = std::move(name);
  host.files = std::move(files);
  for (const std::size_t file : host.files) {
    const FileLog& log = logs[file];
    for (std::size_t r = log.begin; r < log.end; ++r) {
      if (!is_reading(records[r])) continue;
      if (records[r].time < host.first) {
        host.first = records[r].time;
        host.first_pid = records[r].pid;
      }
      if (records[r].time > host.last) {
        host.last = records[r].time;
        host.last_pid = records[r].pid;
      }
    }
  }
  return host;
}

bool same_counter(const Host& a, const Host& b) {
  if (a.first > a.last || b.first > b.last) return true;  // no readings: nothing speaks against it
  const Host& early = a.first <= b.first ? a : b;
  const Host& late = a.first <= b.first ? b : a;
  if (late.first + kTouch < early.last) return false;
  const std::int64_t step = std::int64_t{late.first_pid} - std::int64_t{early.last_pid};
  return step >= 0 && step <= kGoesOn;
}

}  // namespace

std::string main_hostname(const FileLog& log, const SourceTable& sources) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [source, count] : log.source_counts)
    if (!sources[source].hostname.empty()) counts[sources[source].hostname] += count;
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? std::string() : most->first;
}

std::vector<std::vector<std::size_t>> group_by_host(std::span<const FileLog> logs,
                                                    const SourceTable& sources,
                                                    const std::vector<StoredRecord>& records) {
  std::map<std::string, std::vector<std::size_t>> by_name;
  std::vector<std::size_t> nameless;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const std::string name = main_hostname(logs[i], sources);
    (name.empty() ? nameless : by_name[name]).push_back(i);
  }
  std::vector<Host> hosts;
  if (by_name.size() > 1)
    for (auto& [name, files] : by_name)
      hosts.push_back(summarise(name, std::move(files), logs, records));
  else if (by_name.size() == 1)
    hosts.push_back({by_name.begin()->first, by_name.begin()->second});
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const Host& a, const Host& b) { return a.first < b.first; });

  std::vector<std::vector<std::size_t>> groups;
  std::vector<Host> newest;  // of each group
  for (Host& host : hosts) {
    const auto goes_on = std::find_if(newest.begin(), newest.end(),
                                      [&](const Host& known) { return same_counter(known, host); });
    if (goes_on == newest.end()) {
      groups.push_back(host.files);
      newest.push_back(std::move(host));
      continue;
    }
    auto& group = groups[static_cast<std::size_t>(goes_on - newest.begin())];
    group.insert(group.end(), host.files.begin(), host.files.end());
    if (host.last >= goes_on->last) *goes_on = std::move(host);
  }
  if (groups.empty()) groups.emplace_back();
  groups.front().insert(groups.front().end(), nameless.begin(), nameless.end());
  for (auto& group : groups) std::sort(group.begin(), group.end());
  return groups;
}

}  // namespace pidometer
