#include "plugin/cron_log/copied_logs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

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
/// How often a folder's text logs may be laid along the journals from end to end: a host has a
/// handful of logs with cron's lines in them, and rotations lie behind one another. Made-up ones,
/// each with the first line and the last, would have to be compared as often as they are.
constexpr std::uint64_t kMostRounds = 64;
/// Two clocks' seconds: JournalTwins.
constexpr std::chrono::seconds kSameTime{2};

bool is_near(const std::vector<Timestamp>& times, Timestamp time, std::chrono::microseconds apart) {
  const auto at = std::lower_bound(times.begin(), times.end(), time - apart);
  return at != times.end() && *at <= time + apart;
}

}  // namespace

// Patience sorting, O(n log n). One line that was put elsewhere would otherwise hide all others
// between its two places.
std::vector<CopiedRecord> in_journals_order(const std::vector<CopiedRecord>& pairs) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> ends;  // of the best run of each length
  std::vector<std::size_t> before(pairs.size(), kNone);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::partition_point(ends.begin(), ends.end(), [&](std::size_t end) {
      return pairs[end].place < pairs[i].place;
    });
    if (at != ends.begin()) before[i] = *std::prev(at);
    if (at == ends.end())
      ends.push_back(i);
    else
      *at = i;
  }
  std::vector<CopiedRecord> run;
  run.reserve(ends.size());
  for (std::size_t i = ends.empty() ? kNone : ends.back(); i != kNone; i = before[i])
    run.push_back(pairs[i]);
  std::reverse(run.begin(), run.end());
  return run;
}

std::vector<std::vector<std::size_t>> text_log_families(std::span<const FileLog> logs) {
  std::map<std::string, std::vector<std::size_t>> of_family;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const FileLog& log = logs[i];
    if (log.is_journal || log.begin == log.end) continue;
    const std::string& path = log.report.entry.path;
    const std::string name = path.substr(0, path.rfind('/') + 1) + parse_rotation(path).family;
    of_family[name].push_back(i);
  }
  std::vector<std::vector<std::size_t>> families;
  for (auto& [name, numbers] : of_family) families.push_back(std::move(numbers));
  return families;
}

CopiedLogs::CopiedLogs(std::span<FileLog> logs, const std::vector<StoredRecord>& records,
                       JournalTwins& twins, const CopyShifts& shifts)
    : records_(records),
      twins_(twins),
      shifts_(shifts),
      holders_(twins.all().size()),
      held_(twins.all().size()),
      looks_left_(kMostRounds * twins.all().size()) {
  for (const std::vector<std::size_t>& numbers : text_log_families(logs)) {
    Family& family = families_.emplace_back();
    const std::uint32_t round = twins_.new_round();
    for (const std::size_t number : numbers) match(family, logs[number], number, round);
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
    const std::chrono::minutes shift = shifts_.of(r);
    const Timestamp time = record.time + shift;
    const bool is_within = time >= twins_.first() && time <= twins_.last();
    if (const auto place = twins_.take(record, shift, round)) {
      // Without a PID nothing tells a line from its like.
      if (record.pid != 0) ++compared.within;
      if (record.pid != 0) ++compared.copies;
      pairs.push_back({static_cast<std::uint32_t>(r), *place});
      if (holders_[*place] < UINT8_MAX) ++holders_[*place];
      continue;
    }
    if (record.pid != 0 && is_within) ++compared.within;
    if (record.pid != 0 && is_within && record.event != CronEvent::repeated)
      family.strangers[number].push_back(static_cast<std::uint32_t>(r));
    if (time < twins_.first() - kOtherZone || time > twins_.last() + kOtherZone) continue;
    family.strangers_by_pid[record.pid].emplace_back(time, job_of(record));
    family.strangers_by_job[job_of(record)].push_back(time);
  }
  family.copied += pairs.size();
  log.report.beside_journal = std::move(compared);
}

void CopiedLogs::begin(std::size_t family) {
  for (const auto& [log, pairs] : families_[present_].pairs)
    for (const CopiedRecord& pair : pairs) held_[pair.place] = false;
  present_ = family;
  for (const auto& [log, pairs] : families_[family].pairs)
    for (const CopiedRecord& pair : pairs) held_[pair.place] = true;
}

std::vector<Timestamp> CopiedLogs::held_elsewhere(const CopyGap& gap) {
  std::vector<Timestamp> times;
  if (!may_look(gap.last.place - gap.first.place)) return times;
  for (std::uint32_t place = gap.first.place + 1; place < gap.last.place; ++place)
    if (holders_[place] > (held_[place] ? 1 : 0)) times.push_back(time_of(place));
  return times;
}

std::vector<Timestamp> CopiedLogs::copied_times() const {
  std::vector<Timestamp> times;
  for (std::uint32_t place = 0; place < holders_.size(); ++place)
    if (holders_[place] > 0) times.push_back(time_of(place));
  return times;
}

bool CopiedLogs::may_look(std::size_t twins) {
  if (twins > looks_left_) return false;
  looks_left_ -= twins;
  return true;
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

std::map<std::uint32_t, std::vector<CopiedRecord>> CopiedLogs::by_host(
    std::span<const CopiedRecord> pairs) const {
  std::map<std::uint32_t, std::vector<CopiedRecord>> hosts;
  for (const CopiedRecord& pair : pairs) hosts[twins_.host_of(twin(pair.place))].push_back(pair);
  return hosts;
}

std::span<const std::uint32_t> CopiedLogs::between(const CopyGap& gap) const {
  const auto places = twins_.places_of_host(twins_.host_of(twin(gap.first.place)));
  const auto begin = std::upper_bound(places.begin(), places.end(), gap.first.place);
  const auto end = std::lower_bound(begin, places.end(), gap.last.place);
  return {begin, end};
}

void CopiedLogs::fill(CopyGap& gap, std::vector<bool>& seen) const {
  for (const std::uint32_t place : between(gap)) {
    if (seen[place]) continue;
    seen[place] = true;
    const StoredRecord& record = twin(place);
    if (!held_[place] && record.pid != 0 && record.event != CronEvent::repeated &&
        !stands_otherwise(place))
      gap.missing.push_back(place);
  }
}

CopiedLogs::Gaps CopiedLogs::gaps() {
  Gaps found;
  for (const auto& [log, pairs] : families_[present_].pairs)
    for (const auto& [host, own] : by_host(pairs)) {
      const std::vector<CopiedRecord> run = in_journals_order(own);
      if (run.size() < own.size()) found.out_of_order[log] += own.size() - run.size();
      for (std::size_t i = 1; i < run.size(); ++i)
        if (run[i].place > run[i - 1].place + 1)
          found.gaps.push_back({log, run[i - 1], run[i], {}});
    }
  if (found.gaps.empty()) return found;
  // The narrowest first: it has what is missing, and the wide ones of made-up logs cannot use up
  // what may be looked at before it.
  const auto width = [](const CopyGap& gap) { return gap.last.place - gap.first.place; };
  std::stable_sort(found.gaps.begin(), found.gaps.end(),
                   [&](const CopyGap& a, const CopyGap& b) { return width(a) < width(b); });
  std::vector<bool> seen(held_.size());
  for (CopyGap& gap : found.gaps)
    if (const std::size_t twins = between(gap).size(); may_look(twins))
      fill(gap, seen);
    else
      found.too_many[gap.log] += twins;
  std::erase_if(found.gaps, [](const CopyGap& gap) { return gap.missing.empty(); });
  std::sort(found.gaps.begin(), found.gaps.end(), [](const CopyGap& a, const CopyGap& b) {
    return std::pair(a.log, a.first.record) < std::pair(b.log, b.first.record);
  });
  return found;
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
