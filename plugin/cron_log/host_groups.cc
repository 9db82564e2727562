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

/// The looks at what is, so far, one host. Of many hosts' logs these are most records: four bytes
/// each, the rest is looked up.
struct Host {
  std::size_t name = 0;              ///< the first of its names, by number
  std::vector<std::uint32_t> looks;  ///< indices of records, in the order of time
  double rate = 0;                   ///< usual_rate() of them
};

/// A host's looks, one after the other.
class LookWalk {
 public:
  LookWalk(std::span<const std::uint32_t> looks, const std::vector<StoredRecord>& records)
      : looks_(looks), records_(records) {
    load();
  }
  bool done() const { return next_ == looks_.size(); }
  const Look& look() const { return look_; }
  void go_on() {
    ++next_;
    load();
  }

 private:
  // In the order of time nobody before had reached a later time than the look's own.
  void load() {
    if (done()) return;
    const StoredRecord& record = records_[looks_[next_]];
    look_ = {std::max(look_.time, record.time), looks_[next_], record.pid,
             record.pid_role == PidRole::boot};
  }

  std::span<const std::uint32_t> looks_;
  const std::vector<StoredRecord>& records_;
  std::size_t next_ = 0;
  Look look_{Timestamp::min()};
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
bool same_counter(const Host& a, const Host& b, const std::vector<StoredRecord>& records) {
  const double rate = std::max(a.rate, b.rate);
  bool went_on = false;
  LookWalk of_a(a.looks, records);
  LookWalk of_b(b.looks, records);
  std::optional<Look> last;
  bool last_is_a = false;
  while (!of_a.done() || !of_b.done()) {
    const bool is_a = of_b.done() || (!of_a.done() && is_before(of_a.look(), of_b.look()));
    LookWalk& walk = is_a ? of_a : of_b;
    if (last && is_a != last_is_a) {
      if (goes_on(*last, walk.look(), rate))
        went_on = true;
      else if (!walk.look().boot)
        return false;
    }
    last = walk.look();
    last_is_a = is_a;
    walk.go_on();
  }
  return went_on;
}

/// Names by number, in the order of their first records; nameless sources have none.
struct Names {
  std::vector<std::optional<std::size_t>> of_source;
  std::vector<Timestamp> first;  ///< time of the first record
  bool nameless = false;         ///< records of nameless sources are there
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
    else if (first[i] != Timestamp::max())
      names.nameless = true;
  return names;
}

/// Sets the looks of a host, and what follows from them.
void set_looks(Host& host, std::vector<Look>& looks) {
  if (!std::is_sorted(looks.begin(), looks.end(), is_before))
    std::stable_sort(looks.begin(), looks.end(), is_before);
  host.looks.clear();
  for (const Look& look : looks) host.looks.push_back(static_cast<std::uint32_t>(look.record));
  host.rate = usual_rate(looks);
}

/// Appends a host's looks.
void list_looks(const Host& host, const std::vector<StoredRecord>& records,
                std::vector<Look>& looks) {
  for (LookWalk walk(host.looks, records); !walk.done(); walk.go_on()) looks.push_back(walk.look());
}

bool is_look(const StoredRecord& record) {
  return record.pid_role == PidRole::fresh || record.pid_role == PidRole::boot;
}

/// What the lines of each name say of the counter, in the order of time; within a file in its own.
std::vector<Host> hosts_of(const Names& names, std::span<const FileLog> logs,
                           const std::vector<StoredRecord>& records) {
  std::vector<Host> hosts(names.first.size());
  std::vector<std::size_t> counts(hosts.size());
  for (const StoredRecord& record : records)
    if (const auto name = names.of_source[record.source]; name && is_look(record)) ++counts[*name];
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    hosts[i].name = i;
    hosts[i].looks.reserve(counts[i]);
  }
  for (std::size_t r = 0; r < records.size(); ++r)
    if (const auto name = names.of_source[records[r].source]; name && is_look(records[r]))
      hosts[*name].looks.push_back(static_cast<std::uint32_t>(r));
  std::vector<Look> looks;
  for (Host& host : hosts) {
    looks.clear();
    std::span<const std::uint32_t> rest = host.looks;
    for (const FileLog& log : logs) {
      const auto own = std::lower_bound(rest.begin(), rest.end(), log.end) - rest.begin();
      LookWalk walk(rest.first(static_cast<std::size_t>(own)), records);
      for (; !walk.done(); walk.go_on()) looks.push_back(walk.look());
      rest = rest.subspan(static_cast<std::size_t>(own));
    }
    set_looks(host, looks);
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
  if (expected.empty() || expected == kNoHostName) return false;
  bool other = false;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string name = short_name(sources[i].hostname);
    if (name == expected) return false;
    other = other || (!name.empty() && name != kNoHostName);
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
      const auto same = std::find_if(known.begin(), known.end(), [&](const Host& other) {
        return same_counter(other, host, records);
      });
      if (same == known.end()) {
        known.push_back(std::move(host));
        continue;
      }
      host_of[host.name] = same->name;
      std::vector<Look> looks;
      list_looks(*same, records, looks);
      list_looks(host, records, looks);
      set_looks(*same, looks);
    }
  }

  std::vector<std::uint16_t> number(count);
  std::uint16_t next = 0;
  for (std::size_t i = 0; i < count; ++i) number[i] = host_of[i] == i ? next++ : number[host_of[i]];
  groups.count = next;
  for (std::size_t i = 0; i < sources.size(); ++i)
    groups.of_source[i] = names.of_source[i] ? number[*names.of_source[i]] : next;
  if (groups.count == 1)
    std::fill(groups.of_source.begin(), groups.of_source.end(), std::uint16_t{0});
  else if (names.nameless)
    ++groups.count;
  return groups;
}

}  // namespace pidometer
