#include "plugin/cron_log/host_groups.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

namespace pidometer {
namespace {

// Whether a counter goes on over a change of name. It may have spent a few times what the host
// usually spends in that time, for a busy hour or a boot, and some hundreds on top, which is what a
// boot or a package upgrade takes on an idle host. Never more than an eighth of the small pid_max
// (32768): two counters that have nothing to do with one another are so close in one case of eight,
// and what is joined wrongly is a false alarm, what is not joined only two shorter series.
constexpr double kTimesUsual = 4;
constexpr double kSlack = 256;
constexpr double kMostStep = 4096;
/// A host that has been silent for days may have done anything.
constexpr std::chrono::hours kMostSilence{48};
/// Every pair of names is compared. A site has some hundred hosts; with more names than that they
/// are junk, and each stays for itself.
constexpr std::size_t kMostNames = 1000;

/// What one line says of the counter.
struct Look {
  Timestamp time;          ///< the latest so far: a clock set back does not change the order
  std::size_t record = 0;  ///< index: order within a second
  Pid pid = 0;
  bool boot = false;  ///< the daemon's start: the counter may begin anew
};

bool is_before(const Look& a, const Look& b) {
  return a.time != b.time ? a.time < b.time : a.record < b.record;
}

/// The looks at what is, so far, one host.
struct Host {
  std::size_t name = 0;  ///< the first of its names, by number
  std::vector<Look> looks;
  double rate = 0;  ///< usual_rate() of them
};

/// PIDs a second that the host usually spends: all steps up, of all time that they took.
double usual_rate(const std::vector<Look>& looks) {
  double pids = 0;
  double seconds = 0;
  for (std::size_t i = 1; i < looks.size(); ++i) {
    const auto step =
        static_cast<double>(std::int64_t{looks[i].pid} - std::int64_t{looks[i - 1].pid});
    if (step < 0 || step > kMostStep || looks[i].boot) continue;
    pids += step;
    seconds += std::chrono::duration<double>(looks[i].time - looks[i - 1].time).count();
  }
  return seconds > 0 ? pids / seconds : 0;
}

bool goes_on(const Look& from, const Look& to, double rate) {
  if (to.time - from.time > kMostSilence) return false;
  const auto step = static_cast<double>(std::int64_t{to.pid} - std::int64_t{from.pid});
  const double seconds = std::chrono::duration<double>(to.time - from.time).count();
  return step > 0 && step <= std::min(kMostStep, kSlack + kTimesUsual * rate * seconds);
}

/// One counter: it goes on at every change of name, or begins anew with the daemon's start, and at
/// least once it does go on. Two hosts that log side by side fail at one of the first changes.
bool same_counter(const Host& a, const Host& b) {
  const double rate = std::max(a.rate, b.rate);
  bool went_on = false;
  std::size_t i = 0;
  std::size_t j = 0;
  const Look* last = nullptr;
  bool last_is_a = false;
  while (i < a.looks.size() || j < b.looks.size()) {
    const bool is_a =
        j == b.looks.size() || (i < a.looks.size() && is_before(a.looks[i], b.looks[j]));
    const Look& look = is_a ? a.looks[i++] : b.looks[j++];
    if (last != nullptr && is_a != last_is_a) {
      if (goes_on(*last, look, rate))
        went_on = true;
      else if (!look.boot)
        return false;
    }
    last = &look;
    last_is_a = is_a;
  }
  return went_on;
}

/// What a host logs as that has not been told its name.
constexpr std::string_view kNoName = "localhost";

/// Names by number, in the order of their first records; nameless sources have none.
struct Names {
  std::vector<std::optional<std::size_t>> of_source;
  std::vector<Timestamp> first;  ///< time of the first record
};

Names number_names(const SourceTable& sources, const std::vector<StoredRecord>& records) {
  std::vector<Timestamp> first(sources.size(), Timestamp::max());
  for (const StoredRecord& record : records)
    first[record.source] = std::min(first[record.source], record.time);
  std::map<std::string, Timestamp> by_name;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].hostname.empty() || first[i] == Timestamp::max()) continue;
    const auto known = by_name.try_emplace(sources[i].hostname, first[i]).first;
    known->second = std::min(known->second, first[i]);
  }
  std::vector<std::pair<Timestamp, const std::string*>> order;
  for (const auto& [name, time] : by_name) order.emplace_back(time, &name);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::map<std::string, std::size_t> numbers;
  Names names;
  for (const auto& [time, name] : order) {
    numbers.emplace(*name, names.first.size());
    names.first.push_back(time);
  }
  names.of_source.resize(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (const auto known = numbers.find(sources[i].hostname); known != numbers.end())
      names.of_source[i] = known->second;
  return names;
}

/// What the lines of each name say of the counter, in the order of time; within a file in its own.
std::vector<Host> hosts_of(const Names& names, std::span<const FileLog> logs,
                           const std::vector<StoredRecord>& records) {
  std::vector<Host> hosts(names.first.size());
  for (std::size_t i = 0; i < hosts.size(); ++i) hosts[i].name = i;
  for (const FileLog& log : logs) {
    std::vector<Timestamp> reached(hosts.size(), Timestamp::min());
    for (std::size_t r = log.begin; r < log.end; ++r) {
      const StoredRecord& record = records[r];
      const auto name = names.of_source[record.source];
      if (!name || (record.pid_role != PidRole::fresh && record.pid_role != PidRole::boot))
        continue;
      reached[*name] = std::max(reached[*name], record.time);
      hosts[*name].looks.push_back(
          {reached[*name], r, record.pid, record.pid_role == PidRole::boot});
    }
  }
  for (Host& host : hosts) {
    std::stable_sort(host.looks.begin(), host.looks.end(), is_before);
    host.rate = usual_rate(host.looks);
  }
  return hosts;
}

}  // namespace

std::string short_name(std::string_view name) {
  std::string out(name.substr(0, name.find('.')));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool names_another_host(const SourceTable& sources, std::string_view host) {
  const std::string expected = short_name(host);
  if (expected.empty() || expected == kNoName) return false;
  bool other = false;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string name = short_name(sources[i].hostname);
    if (name == expected) return false;
    other = other || (!name.empty() && name != kNoName);
  }
  return other;
}

std::string main_hostname(const FileLog& log, const SourceTable& sources) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [source, count] : log.source_counts)
    if (!sources[source].hostname.empty()) counts[sources[source].hostname] += count;
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? std::string() : most->first;
}

HostGroups group_by_host(std::span<const FileLog> logs, const SourceTable& sources,
                         const std::vector<StoredRecord>& records) {
  HostGroups groups;
  groups.of_source.resize(sources.size());
  const Names names = number_names(sources, records);
  const std::size_t count = names.first.size();
  if (count < 2) return groups;

  // The host of each name, as the lowest of its names.
  std::vector<std::size_t> host_of(count);
  std::iota(host_of.begin(), host_of.end(), std::size_t{0});
  if (count <= kMostNames) {
    std::vector<Host> known;
    for (Host& host : hosts_of(names, logs, records)) {
      const auto same = std::find_if(known.begin(), known.end(),
                                     [&](const Host& other) { return same_counter(other, host); });
      if (same == known.end()) {
        known.push_back(std::move(host));
        continue;
      }
      host_of[host.name] = same->name;
      same->looks.insert(same->looks.end(), host.looks.begin(), host.looks.end());
      std::stable_sort(same->looks.begin(), same->looks.end(), is_before);
      same->rate = usual_rate(same->looks);
    }
  }

  std::vector<std::uint16_t> number(count);
  std::uint16_t next = 0;
  for (std::size_t i = 0; i < count; ++i) number[i] = host_of[i] == i ? next++ : number[host_of[i]];
  groups.count = next;
  bool nameless = false;
  for (const StoredRecord& record : records) nameless = nameless || !names.of_source[record.source];
  for (std::size_t i = 0; i < sources.size(); ++i)
    groups.of_source[i] = names.of_source[i] ? number[*names.of_source[i]] : next;
  if (groups.count == 1)
    std::fill(groups.of_source.begin(), groups.of_source.end(), std::uint16_t{0});
  else if (nameless)
    ++groups.count;
  return groups;
}

}  // namespace pidometer
