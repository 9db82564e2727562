#include "plugin/cron_log/text_only_lines.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace pidometer {
namespace {

using std::chrono::microseconds;

/// Seconds of two daemons, and the time of reception instead of that of telling: JournalTwins.
constexpr microseconds kBehind = std::chrono::seconds(2);
constexpr microseconds kLate = std::chrono::seconds(30);
/// One PID within ten minutes is one process, and the same job's within 26 hours one that is dated
/// otherwise: CopiedLogs.
constexpr microseconds kSameProcess = std::chrono::minutes(10);
constexpr microseconds kOtherZone = std::chrono::hours(26);
/// Records of one PID or one job that are looked through: more within a day are made up.
constexpr std::ptrdiff_t kMostLooked = 1000;
/// Whoever edits does so here and there. So many, and one in fifty, came by a way of their own (a
/// file that the daemon reads, a container); or one in five of a short log.
constexpr std::uint64_t kMany = 20;
constexpr std::uint64_t kManyPart = 50;
constexpr std::uint64_t kFew = 3;
constexpr std::uint64_t kFewPart = 5;
/// Copies looked through for two of one journal file: records of users may stand in files of
/// their own, between those of the system's.
constexpr std::ptrdiff_t kMostSteps = 5;

/// Bytes that a daemon writes in other ways (`#011`, question marks).
bool is_plain(std::string_view text) {
  return text.find("#0") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool differ_by_one_bit(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  int wrong = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    wrong += std::popcount(static_cast<unsigned char>(a[i] ^ b[i]));
  return wrong == 1;
}

class Finder {
 public:
  Finder(std::span<const FileLog> logs, std::span<const JobLabel> labels,
         const std::vector<StoredRecord>& records, const JournalTwins& twins,
         const CopyShifts& shifts, const CopiedLogs& copied, const CopiedLogs::Family& family,
         const LossHints& hints)
      : logs_(logs),
        labels_(labels),
        records_(records),
        twins_(twins),
        shifts_(shifts),
        copied_(copied),
        family_(family),
        hints_(hints) {}

  TextOnlyLines run() {
    for (const auto& [log, own] : family_.strangers) begin(log, own);
    if (strangers_.empty()) return std::move(result_);
    find_partners();
    std::vector<LostCopies> told;
    std::vector<std::uint32_t> alone;
    for (const Stranger& stranger : strangers_) judge(stranger, told, alone);
    if (is_many(told.size())) {
      // The PIDs that the journal does not have are readings, as if it were not there.
      result_.not_judged_many = told.size();
      return std::move(result_);
    }
    result_.told = std::move(told);
    result_.no_readings.insert(result_.no_readings.end(), alone.begin(), alone.end());
    std::sort(result_.no_readings.begin(), result_.no_readings.end());
    return std::move(result_);
  }

 private:
  struct Stranger {
    std::size_t log = 0;
    std::uint32_t record = 0;
    std::uint32_t host = 0;              ///< JournalTwins::host_of its copies
    std::optional<CopiedRecord> before;  ///< the copies of its host around it, in the log's order
    std::optional<CopiedRecord> after;
    bool one_file = false;    ///< those, or two close to them, are in one file of the journal
    bool one_of_few = false;  ///< three in a row at most
  };

  Timestamp time_of(std::uint32_t record) const {
    return records_[record].time + shifts_.of(record);
  }

  /// Those of a host whose copies the log has.
  void begin(std::size_t log, const std::vector<std::uint32_t>& own) {
    const std::vector<CopiedRecord>& pairs = family_.pairs.at(log);
    std::map<std::uint32_t, std::uint32_t> host_of_text;
    for (const CopiedRecord& pair : pairs)
      host_of_text.try_emplace(twins_.host_of(records_[pair.record]),
                               twins_.host_of(copied_.twin(pair.place)));
    std::map<std::uint32_t, std::vector<CopiedRecord>> runs;
    for (const auto& [host, copies] : copied_.by_host(pairs))
      runs[host] = in_journals_order(copies);
    std::map<std::pair<std::uint32_t, std::ptrdiff_t>, std::uint64_t> in_a_row;
    std::vector<std::pair<std::uint32_t, std::ptrdiff_t>> rows;
    const std::size_t first = strangers_.size();
    for (const std::uint32_t record : own) {
      const auto host = host_of_text.find(twins_.host_of(records_[record]));
      if (host == host_of_text.end()) continue;
      Stranger one{log, record, host->second, {}, {}, false, false};
      const std::vector<CopiedRecord>& run = runs[one.host];
      const auto next = std::partition_point(
          run.begin(), run.end(), [&](const CopiedRecord& pair) { return pair.record < record; });
      if (next != run.begin()) one.before = *std::prev(next);
      if (next != run.end()) one.after = *next;
      one.one_file = has_one_file(run, next);
      rows.emplace_back(one.host, next - run.begin());
      ++in_a_row[rows.back()];
      strangers_.push_back(one);
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
      strangers_[first + i].one_of_few = in_a_row[rows[i]] <= kFew;
  }

  /// systemd removes whole files of the journal: from one to the next something may be lost.
  bool has_one_file(const std::vector<CopiedRecord>& run,
                    std::vector<CopiedRecord>::const_iterator next) const {
    const auto before = next - std::min(next - run.begin(), kMostSteps);
    const auto behind = next + std::min(run.end() - next, kMostSteps);
    return std::any_of(before, next, [&](const CopiedRecord& a) {
      return std::any_of(next, behind, [&](const CopiedRecord& b) {
        return copied_.twin(a.place).file == copied_.twin(b.place).file;
      });
    });
  }

  /// Records of the journals that may be what became of the strangers: by PID, and by job.
  void find_partners() {
    for (const Stranger& one : strangers_) {
      by_pid_[records_[one.record].pid];
      by_job_[copied_.job_of(records_[one.record])];
    }
    const std::span<const JournalTwins::Twin> all = twins_.all();
    for (std::uint32_t place = 0; place < all.size(); ++place) {
      const StoredRecord& record = copied_.twin(place);
      if (const auto known = by_pid_.find(record.pid); known != by_pid_.end())
        known->second.push_back(place);
      if (const auto known = by_job_.find(copied_.job_of(record)); known != by_job_.end())
        known->second.push_back(place);
    }
  }

  /// The nearest of them that fits, from `early` before that time to `late` behind it.
  template <typename Fits>
  std::optional<std::uint32_t> nearest(const std::vector<std::uint32_t>& places, Timestamp time,
                                       microseconds early, microseconds late,
                                       const Fits& fits) const {
    auto at = std::partition_point(places.begin(), places.end(), [&](std::uint32_t place) {
      return copied_.time_of(place) < time - early;
    });
    const auto end = at + std::min(places.end() - at, kMostLooked);
    std::optional<std::uint32_t> best;
    microseconds distance{};
    for (; at != end && copied_.time_of(*at) <= time + late; ++at) {
      const microseconds apart = std::chrono::abs(copied_.time_of(*at) - time);
      if ((best && apart >= distance) || !fits(*at)) continue;
      best = *at;
      distance = apart;
    }
    return best;
  }

  void judge(const Stranger& one, std::vector<LostCopies>& told,
             std::vector<std::uint32_t>& alone) {
    const StoredRecord& record = records_[one.record];
    const Timestamp time = time_of(one.record);
    const auto job = copied_.job_of(record);
    // The journal's own line, which the text log does not have in its words.
    const auto is_free = [&](std::uint32_t place) {
      return !copied_.holds(place) && !taken_.contains(place) &&
             twins_.host_of(copied_.twin(place)) == one.host;
    };
    const std::vector<std::uint32_t>& same_pid = by_pid_[record.pid];
    if (const auto own = nearest(same_pid, time, kSameProcess, kSameProcess, is_free)) {
      taken_.insert(*own);
      result_.no_readings.push_back(one.record);
      const StoredRecord& twin = copied_.twin(*own);
      if (copied_.job_of(twin) == job || is_rewritten_by_daemon(record, twin)) return;
      LostCopies edited = line(one, AgainstJournal::line_edited, own);
      edited.same_time = is_same_time(time, copied_.time_of(*own));
      edited.doubtful = is_wrong_byte(record, twin);
      told.push_back(std::move(edited));
      return;
    }
    const auto is_same_job = [&](std::uint32_t place) {
      return is_free(place) && copied_.job_of(copied_.twin(place)) == job;
    };
    if (const auto own = nearest(same_pid, time, kOtherZone, kOtherZone, is_same_job)) {
      taken_.insert(*own);
      result_.no_readings.push_back(one.record);
      if (!is_zone_apart(copied_.time_of(*own) - time))
        told.push_back(line(one, AgainstJournal::line_edited, own));
      return;
    }
    if (const auto own = nearest(by_job_[job], time, kLate, kBehind, is_same_job)) {
      taken_.insert(*own);
      alone.push_back(one.record);
      told.push_back(line(one, AgainstJournal::line_edited, own));
      // Of a job that has the journal's PIDs elsewhere; else the PID may be a container's.
      told.back().doubtful = is_wrong_byte(record, copied_.twin(*own)) || !is_held_job(job);
      return;
    }
    if (may_be_lost(one, time)) {
      ++result_.not_judged_lossy;
      return;
    }
    alone.push_back(one.record);
    told.push_back(line(one, AgainstJournal::line_inserted, {}));
    told.back().doubtful = !is_held_kind(copied_.kind_of(record));
  }

  /// Whether a daemon that cuts lines, or writes some bytes in its own way, made the one of the
  /// other.
  bool is_rewritten_by_daemon(const StoredRecord& text, const StoredRecord& twin) const {
    const JobLabel& a = labels_[text.label];
    const JobLabel& b = labels_[twin.label];
    if (text.event != twin.event || a.username != b.username) return false;
    if (!is_plain(a.command) || !is_plain(b.command)) return true;
    return !a.whole && b.command.starts_with(a.command);
  }

  /// Whether damage makes the difference: a wrong bit, or a line feed that is another byte now,
  /// so that the line behind it is its end.
  bool is_wrong_byte(const StoredRecord& text, const StoredRecord& twin) const {
    const JobLabel& a = labels_[text.label];
    const JobLabel& b = labels_[twin.label];
    if (text.pid != twin.pid) {
      std::string pid = std::to_string(text.pid);
      const std::string own = std::to_string(twin.pid);
      if (pid.size() < own.size()) pid.insert(0, own.size() - pid.size(), '0');
      return differ_by_one_bit(pid, own);
    }
    // Words that are not cron's any more, and a line without its end.
    if (text.event != twin.event)
      return text.event == CronEvent::info || text.event == CronEvent::error;
    if (!a.whole) return true;
    if (a.username != b.username)
      return a.command == b.command && differ_by_one_bit(a.username, b.username);
    return a.command == b.command || differ_by_one_bit(a.command, b.command) ||
           (a.command.starts_with(b.command + ")") && a.command.find("]: (") != std::string::npos);
  }

  static bool is_same_time(Timestamp text, Timestamp journal) {
    return journal - text < kBehind && text - journal < kBehind;
  }

  static bool is_zone_apart(microseconds distance) {
    const microseconds step = JournalTwins::kZoneStep;
    const microseconds rest = (distance % step + step + kLate) % step;
    return rest < kLate + kBehind;
  }

  /// A program and event of which the journals have copies in this log.
  bool is_held_kind(CopiedLogs::Kind kind) {
    if (kinds_.empty())
      for (const auto& [log, pairs] : family_.pairs)
        for (const CopiedRecord& pair : pairs)
          kinds_.insert(copied_.kind_of(records_[pair.record]));
    return kinds_.contains(kind);
  }

  bool is_held_job(const CopiedLogs::Job& job) {
    if (jobs_.empty())
      for (const auto& [log, pairs] : family_.pairs)
        for (const CopiedRecord& pair : pairs) jobs_.insert(copied_.job_of(records_[pair.record]));
    return jobs_.contains(job);
  }

  /// Whether the journals may have had the line once.
  bool may_be_lost(const Stranger& one, Timestamp time) {
    if (!one.before || !one.after || !one.one_file) return true;
    const std::span<const std::uint32_t> places = twins_.places_of_host(one.host);
    const auto next = std::partition_point(places.begin(), places.end(), [&](std::uint32_t place) {
      return copied_.time_of(place) <= time;
    });
    if (next == places.begin() || next == places.end()) return true;
    const Timestamp begin =
        std::min(copied_.time_of(*std::prev(next)), copied_.time_of(one.before->place));
    const Timestamp end = std::max(copied_.time_of(*next), copied_.time_of(one.after->place));
    if (hints_.boots[one.host].touches(begin, end) || hints_.broken.touches(begin, end))
      return true;
    // A journal that is silent for longer than it ever is lost what others have of that time.
    return !one.one_of_few &&
           copied_.time_of(*next) - copied_.time_of(*std::prev(next)) > usual_silence(one.host);
  }

  /// Twice what nine of ten times between two records of the journal are shorter than.
  microseconds usual_silence(std::uint32_t host) {
    const auto [known, is_new] = silences_.try_emplace(host);
    if (!is_new) return known->second;
    const std::span<const std::uint32_t> places = twins_.places_of_host(host);
    std::vector<microseconds> times;
    for (std::size_t i = 1; i < places.size(); ++i)
      times.push_back(copied_.time_of(places[i]) - copied_.time_of(places[i - 1]));
    if (times.empty()) return known->second;
    const auto at = times.begin() + static_cast<std::ptrdiff_t>(times.size() * 9 / 10);
    std::nth_element(times.begin(), at, times.end());
    return known->second = 2 * *at;
  }

  bool is_many(std::uint64_t count) const {
    return (count > kMany && count * kManyPart > family_.copied) ||
           (count > kFew && count * kFewPart > family_.copied);
  }

  RecordPlace place_of(std::uint32_t record, Timestamp time) const {
    const auto log = std::find_if(logs_.begin(), logs_.end(), [&](const FileLog& candidate) {
      return record >= candidate.begin && record < candidate.end;
    });
    const StoredRecord& one = records_[record];
    return {log->file, time, one.offset, one.line, one.pid};
  }

  LostCopies line(const Stranger& stranger, AgainstJournal verdict,
                  std::optional<std::uint32_t> twin) const {
    LostCopies one;
    one.verdict = verdict;
    one.first = place_of(stranger.record, records_[stranger.record].time);
    one.last = one.first;
    one.first_missing = one.first.time;
    one.last_missing = one.first.time;
    if (twin) {
      one.quoted.push_back(place_of(twins_.all()[*twin].record, copied_.time_of(*twin)));
      one.first_missing = one.last_missing = copied_.time_of(*twin);
    }
    if (stranger.before) one.previous = copied_place(*stranger.before);
    if (stranger.after) one.next = copied_place(*stranger.after);
    one.copied = family_.copied;
    return one;
  }

  RecordPlace copied_place(const CopiedRecord& pair) const {
    return place_of(pair.record, copied_.time_of(pair.place));
  }

  std::span<const FileLog> logs_;
  std::span<const JobLabel> labels_;
  const std::vector<StoredRecord>& records_;
  const JournalTwins& twins_;
  const CopyShifts& shifts_;
  const CopiedLogs& copied_;
  const CopiedLogs::Family& family_;
  const LossHints& hints_;
  std::vector<Stranger> strangers_;
  std::unordered_map<Pid, std::vector<std::uint32_t>> by_pid_;
  std::map<CopiedLogs::Job, std::vector<std::uint32_t>> by_job_;
  std::set<std::uint32_t> taken_;  ///< places of the journal's records that a stranger is told of
  std::set<CopiedLogs::Kind> kinds_;
  std::set<CopiedLogs::Job> jobs_;
  std::map<std::uint32_t, microseconds> silences_;
  TextOnlyLines result_;
};

}  // namespace

TextOnlyLines find_text_only_lines(std::span<const FileLog> logs, std::span<const JobLabel> labels,
                                   const std::vector<StoredRecord>& records,
                                   const JournalTwins& twins, const CopyShifts& shifts,
                                   const CopiedLogs& copied, const CopiedLogs::Family& family,
                                   const LossHints& hints) {
  return Finder(logs, labels, records, twins, shifts, copied, family, hints).run();
}

}  // namespace pidometer
