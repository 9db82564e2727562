#include "plugin/cron_log/journal_twins.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>

#include "plugin/cron_log/host_groups.h"

namespace pidometer {
namespace {

using std::chrono::microseconds;

/// A second cut off, and a second between two daemons.
constexpr microseconds kBefore = std::chrono::seconds(1);
constexpr microseconds kBehind = std::chrono::seconds(2);
/// A daemon that writes the time of reception, from a queue.
constexpr microseconds kLate = std::chrono::seconds(30);
constexpr std::chrono::hours kMostShift{26};
/// Of one key within three seconds: more are made up, and are not looked through for each of them.
constexpr std::ptrdiff_t kMostOfAKey = 1000;

}  // namespace

std::size_t JournalTwins::KeyHash::operator()(const Key& key) const {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
  std::uint64_t hash = key.pid_and_label * kOdd;
  hash = (hash ^ (hash >> 29U) ^ key.event_and_program) * kOdd;
  return hash ^ (hash >> 32U);
}

JournalTwins::JournalTwins(std::span<const FileLog> logs, const SourceTable& sources,
                           const std::vector<StoredRecord>& records) {
  std::map<std::string, std::uint32_t> known;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string name = short_name(sources[i].hostname) + '\0' + sources[i].reporter;
    programs_.push_back(
        known.try_emplace(name, static_cast<std::uint32_t>(known.size())).first->second);
  }
  for (const FileLog& log : logs)
    if (log.is_journal)
      for (std::size_t r = log.begin; r < log.end; ++r)
        twins_.push_back({records[r].time, static_cast<std::uint32_t>(r), 0});
  std::stable_sort(twins_.begin(), twins_.end(),
                   [](const Twin& a, const Twin& b) { return a.time < b.time; });
  std::vector<Twin> once;
  once.reserve(twins_.size());
  for (const Twin& twin : twins_) {
    const Key key = key_of(records[twin.record]);
    std::vector<std::uint32_t>& places = by_key_[key];
    if (!places.empty() && once[places.back()].time == twin.time) continue;
    places.push_back(static_cast<std::uint32_t>(once.size()));
    once.push_back(twin);
  }
  twins_ = std::move(once);
  find_hosts(logs, sources, records);
}

void JournalTwins::find_hosts(std::span<const FileLog> logs, const SourceTable& sources,
                              const std::vector<StoredRecord>& records) {
  std::vector<std::uint64_t> counts(sources.size());
  for (const FileLog& log : logs)
    if (log.is_journal)
      for (std::size_t r = log.begin; r < log.end; ++r) ++counts[records[r].source];
  std::map<std::string, std::map<std::string, std::uint64_t>> names_of_boot;
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (!sources[i].boot_id.empty())
      names_of_boot[sources[i].boot_id][short_name(sources[i].hostname)] += counts[i];
  std::map<std::string, std::string> host_of_boot;
  for (const auto& [boot, names] : names_of_boot)
    host_of_boot[boot] = std::max_element(names.begin(), names.end(), [](auto& a, auto& b) {
                           return a.second < b.second;
                         })->first;
  std::map<std::string, std::uint32_t>& known = host_names_;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto boot = host_of_boot.find(sources[i].boot_id);
    const std::string name =
        boot == host_of_boot.end() ? short_name(sources[i].hostname) : boot->second;
    hosts_.push_back(
        known.try_emplace(name, static_cast<std::uint32_t>(known.size())).first->second);
  }
  places_by_host_.resize(known.size());
  for (std::size_t place = 0; place < twins_.size(); ++place)
    places_by_host_[host_of(records[twins_[place].record])].push_back(
        static_cast<std::uint32_t>(place));
}

std::optional<std::uint32_t> JournalTwins::host_named(std::string_view name) const {
  const auto known = host_names_.find(short_name(name));
  // A name of text logs alone is no host of the journals.
  if (name.empty() || known == host_names_.end() || places_by_host_[known->second].empty())
    return std::nullopt;
  return known->second;
}

JournalTwins::Key JournalTwins::key_of(const StoredRecord& record) const {
  return {std::uint64_t{record.pid} << 32U | record.label,
          std::uint64_t{programs_[record.source]} << 8U | static_cast<std::uint64_t>(record.event)};
}

std::span<const std::uint32_t> JournalTwins::places_of(const Key& key) const {
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) return {};
  return known->second;
}

/// Of places in order of time, those from `before` that time on to kBehind it.
JournalTwins::Range JournalTwins::near(std::span<const std::uint32_t> places, Timestamp time,
                                       microseconds before) const {
  const auto begin = std::partition_point(places.begin(), places.end(), [&](std::uint32_t place) {
    return twins_[place].time < time - before;
  });
  const auto most = begin + std::min(places.end() - begin, kMostOfAKey);
  return {begin, std::partition_point(begin, most, [&](std::uint32_t place) {
            return twins_[place].time < time + kBehind;
          })};
}

std::optional<std::uint32_t> JournalTwins::take(const StoredRecord& record,
                                                std::chrono::minutes shift, std::uint32_t round) {
  const std::span<const std::uint32_t> places = places_of(key_of(record));
  for (const microseconds before : {kBefore, kLate}) {
    auto [at, end] = near(places, record.time + shift, before);
    for (; at != end; ++at) {
      if (twins_[*at].taken == round) continue;
      twins_[*at].taken = round;
      return *at;
    }
    if (record.pid == 0) break;  // nothing tells a line from its like
  }
  return std::nullopt;
}

bool JournalTwins::holds(const StoredRecord& record, std::chrono::minutes shift) const {
  const auto [begin, end] = near(places_of(key_of(record)), record.time + shift, kLate);
  return begin != end;
}

/// Of those that the round has not taken.
std::optional<JournalTwins::Distant> JournalTwins::nearest(const StoredRecord& record,
                                                           std::uint32_t round) const {
  const std::span<const std::uint32_t> places = places_of(key_of(record));
  const auto at = std::partition_point(places.begin(), places.end(), [&](std::uint32_t place) {
    return twins_[place].time < record.time - kLate;
  });
  std::optional<Distant> best;
  const auto look = [&](std::uint32_t place) {
    if (round != 0 && twins_[place].taken == round) return;
    const auto distance = twins_[place].time - record.time;
    if (distance > kMostShift || distance < -kMostShift) return;
    const microseconds step = kZoneStep;
    // From half a minute before to two seconds behind a whole number of steps.
    const std::int64_t steps = (distance + kLate + step * 1000) / step - 1000;
    if (distance - steps * step >= kBehind) return;
    if (!best || std::abs(steps) < std::abs(best->steps)) best = {steps, place};
  };
  if (at != places.end()) look(*at);
  if (at != places.begin()) look(*std::prev(at));
  return best;
}

std::optional<std::int64_t> JournalTwins::steps_to_nearest(const StoredRecord& record) const {
  const std::optional<Distant> found = nearest(record, 0);
  if (!found) return std::nullopt;
  return found->steps;
}

bool JournalTwins::take_misdated(const StoredRecord& record, std::uint32_t round) {
  const std::optional<Distant> found = nearest(record, round);
  if (!found) return false;
  twins_[found->place].taken = round;
  return true;
}

}  // namespace pidometer
