#include "plugin/cron_log/copied_logs.h"

#include <algorithm>
#include <optional>
#include <string>

#include "plugin/cron_log/rotation.h"

namespace pidometer {
namespace {

/// With fewer copies it is not known what a log holds as a rule.
constexpr std::uint64_t kEnough = 8;
/// A PID comes again after a round of the counter; a daemon may write a line later than it was told
/// of it (a template with the time of reception), or fold it into one that it repeats.
constexpr std::chrono::minutes kLate{10};
/// A record of the same job and PID so far off is the same one, dated wrongly: by the other of the
/// two hours that daylight saving makes one, by a zone that was changed.
constexpr std::chrono::hours kOtherZone{26};
/// Records of one PID that are looked through: more within a day are made up.
constexpr std::ptrdiff_t kMostOfAPid = 1000;
/// Two clocks' seconds: JournalTwins.
constexpr std::chrono::seconds kSameTime{2};

bool is_near(const std::vector<Timestamp>& times, Timestamp time, std::chrono::microseconds apart) {
  const auto at = std::lower_bound(times.begin(), times.end(), time - apart);
  return at != times.end() && *at <= time + apart;
}

}  // namespace

CopiedLogs::CopiedLogs(std::span<FileLog> logs, const std::vector<StoredRecord>& records,
                       JournalTwins& twins, std::chrono::minutes shift)
    : records_(records),
      twins_(twins),
      shift_(shift),
      holders_(twins.all().size()),
      held_(twins.all().size()) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    FileLog& log = logs[i];
    if (log.is_journal || log.begin == log.end) continue;
    const std::string& path = log.report.entry.path;
    const std::string name = path.substr(0, path.rfind('/') + 1) + parse_rotation(path).family;
    const auto [at, is_new] = known.try_emplace(name, families_.size());
    if (is_new) families_.emplace_back();
    // Round 1 is that of whoever drops the copies.
    match(families_[at->second], log, i, static_cast<std::uint32_t>(at->second + 2));
  }
  for (Family& family : families_) {
    for (auto& [pid, times] : family.strangers_by_pid) std::sort(times.begin(), times.end());
    for (auto& [job, times] : family.strangers_by_job) std::sort(times.begin(), times.end());
  }
}

void CopiedLogs::match(Family& family, FileLog& log, std::size_t number, std::uint32_t round) {
  JournalComparison compared;
  std::vector<CopiedRecord>& pairs = family.pairs[number];
  for (std::size_t r = log.begin; r < log.end; ++r) {
    const StoredRecord& record = records_[r];
    const Timestamp time = record.time + shift_;
    const bool is_within = time >= twins_.first() && time <= twins_.last();
    if (const auto place = twins_.take(record, shift_, round)) {
      // Without a PID nothing tells a line from its like.
      if (record.pid != 0) ++compared.within;
      if (record.pid != 0) ++compared.copies;
      pairs.push_back({static_cast<std::uint32_t>(r), *place});
      if (holders_[*place] < UINT8_MAX) ++holders_[*place];
      continue;
    }
    if (record.pid != 0 && is_within) ++compared.within;
    if (time < twins_.first() - kOtherZone || time > twins_.last() + kOtherZone) continue;
    family.strangers_by_pid[record.pid].emplace_back(time, job_of(record));
    family.strangers_by_job[job_of(record)].push_back(time);
  }
  family.copied += pairs.size();
  log.report.beside_journal = std::move(compared);
}

void CopiedLogs::begin(std::size_t family) {
  present_ = family;
  held_.assign(held_.size(), false);
  for (const auto& [log, pairs] : families_[family].pairs)
    for (const CopiedRecord& pair : pairs) held_[pair.place] = true;
}

bool CopiedLogs::stands_elsewhere(std::uint32_t place) const {
  return holders_[place] > (held_[place] ? 1 : 0);
}

bool CopiedLogs::stands_otherwise(std::uint32_t place) const {
  const Family& family = families_[present_];
  const StoredRecord& record = twin(place);
  const Timestamp time = time_of(place);
  if (const auto known = family.strangers_by_pid.find(record.pid);
      known != family.strangers_by_pid.end()) {
    const auto& strangers = known->second;
    auto at = std::partition_point(strangers.begin(), strangers.end(),
                                   [&](const auto& one) { return one.first < time - kOtherZone; });
    const auto end = at + std::min(strangers.end() - at, kMostOfAPid);
    for (; at != end && at->first <= time + kOtherZone; ++at)
      if (at->second == job_of(record) || (at->first >= time - kLate && at->first <= time + kLate))
        return true;
  }
  if (const auto known = family.strangers_by_job.find(job_of(record));
      known != family.strangers_by_job.end() && is_near(known->second, time, kSameTime))
    return true;
  constexpr std::ptrdiff_t kMostLooked = 64;  // a process that repeats itself more is made up
  const auto places = twins_.places_of(twins_.key_of(record));
  auto at = std::partition_point(places.begin(), places.end(),
                                 [&](std::uint32_t one) { return time_of(one) < time - kLate; });
  const auto end = at + std::min(places.end() - at, kMostLooked);
  for (; at != end && time_of(*at) <= time + kLate; ++at)
    if (held_[*at]) return true;
  return false;
}

std::vector<CopyGap> CopiedLogs::gaps() const {
  std::vector<CopyGap> gaps;
  for (const auto& [log, pairs] : families_[present_].pairs) {
    std::optional<CopiedRecord> before;
    for (const CopiedRecord& pair : pairs) {
      if (before && pair.place <= before->place) continue;
      if (before) {
        CopyGap gap{log, *before, pair, {}};
        for (std::uint32_t place = before->place + 1; place < pair.place; ++place) {
          const StoredRecord& record = twin(place);
          if (!held_[place] && record.pid != 0 && record.event != CronEvent::repeated &&
              !stands_otherwise(place))
            gap.missing.push_back(place);
        }
        if (!gap.missing.empty()) gaps.push_back(std::move(gap));
      }
      before = pair;
    }
  }
  return gaps;
}

std::set<CopiedLogs::Kind> CopiedLogs::held_kinds(const std::vector<CopyGap>& gaps) const {
  std::map<Kind, std::uint64_t> held;
  std::map<Kind, std::map<std::uint32_t, std::uint64_t>> lacking;
  for (const auto& [log, pairs] : families_[present_].pairs)
    for (const CopiedRecord& pair : pairs) ++held[kind_of(records_[pair.record])];
  for (const CopyGap& gap : gaps)
    for (const std::uint32_t place : gap.missing)
      ++lacking[kind_of(twin(place))][twin(place).label];
  std::set<Kind> kinds;
  for (const auto& [kind, count] : held) {
    std::uint64_t all = 0;
    std::uint64_t most = 0;
    for (const auto& [label, missing] : lacking[kind]) {
      all += missing;
      most = std::max(most, missing);
    }
    if (count >= kEnough && all - most <= count) kinds.insert(kind);
  }
  return kinds;
}

}  // namespace pidometer
