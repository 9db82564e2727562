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
  std::map<std::string, std::uint32_t> known;
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

JournalTwins::Key JournalTwins::key_of(const StoredRecord& record) const {
  return {std::uint64_t{record.pid} << 32U | record.label,
          std::uint64_t{programs_[record.source]} << 8U | static_cast<std::uint64_t>(record.event)};
}

std::span<const std::uint32_t> JournalTwins::places_of(const Key& key) const {
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) return {};
  return known->second;
}

std::optional<std::uint32_t> JournalTwins::take(const StoredRecord& record,
                                                std::chrono::minutes shift, std::uint32_t round) {
  const std::span<const std::uint32_t> places = places_of(key_of(record));
  const Timestamp time = record.time + shift;
  auto at = std::partition_point(places.begin(), places.end(), [&](std::uint32_t place) {
    return twins_[place].time < time - kBefore;
  });
  const auto end = at + std::min(places.end() - at, kMostOfAKey);
  for (; at != end && twins_[*at].time < time + kBehind; ++at) {
    if (twins_[*at].taken == round) continue;
    twins_[*at].taken = round;
    return *at;
  }
  return std::nullopt;
}

std::optional<std::int64_t> JournalTwins::steps_to_nearest(const StoredRecord& record) const {
  const std::span<const std::uint32_t> places = places_of(key_of(record));
  const auto at = std::partition_point(places.begin(), places.end(), [&](std::uint32_t place) {
    return twins_[place].time < record.time - kBefore;
  });
  std::optional<std::int64_t> best;
  const auto look = [&](Timestamp time) {
    const auto distance = time - record.time;
    if (distance > kMostShift || distance < -kMostShift) return;
    const microseconds step = kZoneStep;
    // From one second before to two behind a whole number of steps.
    const std::int64_t steps = (distance + kBefore + step * 1000) / step - 1000;
    if (distance - steps * step >= kBehind) return;
    if (!best || std::abs(steps) < std::abs(*best)) best = steps;
  };
  if (at != places.end()) look(twins_[*at].time);
  if (at != places.begin()) look(twins_[*std::prev(at)].time);
  return best;
}

}  // namespace pidometer
