#include "plugin/cron_log/find_lost_copies.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "plugin/cron_log/copied_logs.h"
#include "plugin/cron_log/log_life.h"
#include "plugin/cron_log/loss_hints.h"
#include "plugin/cron_log/text_only_lines.h"
#include "plugin/cron_log/written_lines.h"

namespace pidometer {
namespace {

/// A rule of the daemon hits one job wherever it runs: so many places with other lines between.
constexpr std::size_t kPlacesOfAJob = 3;
/// In a row, where no text log has a line: more and the daemon itself may have been silent.
constexpr std::size_t kFewInARow = 3;
/// Nobody cuts a log in so many places and so large a part of it and not by job or by time: it is
/// the way into the log that loses lines (a limit, a network).
constexpr std::size_t kManyPlaces = 20;
constexpr std::uint64_t kScatteredPart = 50;  // one in fifty
/// Stretches of text logs between two journal files: one record is one late line.
constexpr std::uint64_t kFewBetweenFiles = 3;

constexpr const char* kDamaged = "bytes are damaged or lines unread there";
constexpr const char* kOtherKind = "of a kind that this log does not hold as a rule";
constexpr const char* kNearWord = "the syslog daemon stopped, started or told of a loss then";
constexpr const char* kNearBoot = "close to a boot";
constexpr const char* kBrokenJournal = "the journal is damaged there, or its time runs backwards";

constexpr const char* kDamagedLine = "the line is there, with a wrong byte";
constexpr const char* kMisdated =
    "a considerable part of the log is dated otherwise than in the journal";
constexpr const char* kOutOfOrder =
    "out of the journal's order: what lies around it is compared without it";
constexpr const char* kTooMany = "too many logs of the same lines to compare them all";

constexpr const char* kLossyJournal =
    "in the text log alone, and the journal may have lost it: counted as a record";
constexpr const char* kManyLines =
    "in the text log alone, as so many others: by a way of their own, counted as records";

using Gap = CopyGap;

class Finder {
 public:
  Finder(std::span<FileLog> logs, const SourceTable& sources, std::span<const JobLabel> labels,
         const std::vector<StoredRecord>& records, JournalTwins& twins, const CopyShifts& shifts)
      : logs_(logs),
        labels_(labels),
        records_(records),
        twins_(twins),
        shifts_(shifts),
        copied_(logs, records, twins, shifts),
        hints_(find_loss_hints(logs, records, sources, twins, shifts, copied_.copied_times())) {}

  LossesOfCopies run(const std::set<std::size_t>& withheld) {
    for (std::size_t f = 0; f < copied_.families().size(); ++f) {
      copied_.begin(f);
      const Family& family = copied_.families()[f];
      const bool is_withheld = withheld.contains(family.pairs.begin()->first);
      judge(family, is_withheld);
      if (!is_withheld) take_lines(family);
    }
    return {std::move(found_), std::move(no_readings_)};
  }

 private:
  using Family = CopiedLogs::Family;

  Timestamp time_of(std::uint32_t place) const { return copied_.time_of(place); }
  std::uint32_t host_of(std::uint32_t place) const { return twins_.host_of(copied_.twin(place)); }

  /// Takes the missing ones out that fit, and counts them under the reason.
  template <typename Fits>
  void leave_out(std::vector<Gap>& gaps, const char* reason, const Fits& fits) {
    for (Gap& gap : gaps) {
      const std::size_t left_out =
          std::erase_if(gap.missing, [&](std::uint32_t place) { return fits(gap, place); });
      if (left_out > 0) logs_[gap.log].report.beside_journal->not_judged[reason] += left_out;
    }
    std::erase_if(gaps, [](const Gap& gap) { return gap.missing.empty(); });
  }

  /// What the log has and the journals have not.
  void take_lines(const Family& family) {
    TextOnlyLines lines =
        find_text_only_lines(logs_, labels_, records_, twins_, shifts_, copied_, family, hints_);
    std::ranges::move(lines.told, std::back_inserter(found_));
    no_readings_.insert(no_readings_.end(), lines.no_readings.begin(), lines.no_readings.end());
    std::map<std::string, std::uint64_t>& not_judged =
        logs_[family.pairs.begin()->first].report.beside_journal->not_judged;
    if (lines.not_judged_lossy > 0) not_judged[kLossyJournal] += lines.not_judged_lossy;
    if (lines.not_judged_many > 0) not_judged[kManyLines] += lines.not_judged_many;
  }

  bool is_unread(const Gap& gap) const {
    const FileLog& log = logs_[gap.log];
    const std::uint64_t begin = records_[gap.first.record].offset;
    const std::uint64_t end = records_[gap.last.record].offset;
    const auto at = std::partition_point(log.unread.begin(), log.unread.end(),
                                         [&](const auto& one) { return one.range.end <= begin; });
    return at != log.unread.end() && at->range.begin < end;
  }

  /// Whether the log has the line, with a wrong byte in it.
  bool is_nearly_there(const Gap& gap, std::uint32_t place) {
    if (written_of_ != gap.first.record) {
      written_of_ = gap.first.record;
      written_.reset();
      const std::uint64_t begin = records_[gap.first.record].offset;
      const std::uint64_t end = records_[gap.last.record].offset;
      if (end > begin && end - begin <= written_left_) {
        written_left_ -= end - begin;
        written_.emplace(*logs_[gap.log].file, begin, end);
      }
    }
    const StoredRecord& record = copied_.twin(place);
    return written_ && written_->hold_nearly(record.pid, labels_[record.label]);
  }

  void judge(const Family& family, bool withheld) {
    CopiedLogs::Gaps all = copied_.gaps();
    for (const auto& [log, count] : all.out_of_order)
      logs_[log].report.beside_journal->not_judged[kOutOfOrder] += count;
    for (const auto& [log, count] : all.too_many)
      logs_[log].report.beside_journal->not_judged[kTooMany] += count;
    std::vector<Gap> gaps = std::move(all.gaps);
    if (withheld) {
      leave_out(gaps, kMisdated, [](const Gap&, std::uint32_t) { return true; });
      return;
    }
    const std::set<CopiedLogs::Kind> kinds = copied_.held_kinds(gaps);
    leave_out(gaps, kOtherKind, [&](const Gap&, std::uint32_t place) {
      return !kinds.contains(copied_.kind_of(copied_.twin(place)));
    });
    leave_out(gaps, kDamaged, [&](const Gap& gap, std::uint32_t) { return is_unread(gap); });
    leave_out(gaps, kBrokenJournal, [&](const Gap& gap, std::uint32_t) {
      return hints_.broken.touches(time_of(gap.first.place), time_of(gap.last.place));
    });
    leave_out(gaps, kDamagedLine,
              [&](const Gap& gap, std::uint32_t place) { return is_nearly_there(gap, place); });
    const auto at = [&](std::uint32_t place) { return time_of(place); };
    leave_out(gaps, kNearWord, [&](const Gap&, std::uint32_t place) {
      return hints_.near.touches(host_of(place), at(place), at(place));
    });
    leave_out(gaps, kNearBoot, [&](const Gap&, std::uint32_t place) {
      return hints_.by_boot[host_of(place)].touches(at(place), at(place));
    });
    take_jobs(family, gaps);
    std::map<std::uint32_t, std::vector<Gap>> of_host;
    for (Gap& gap : gaps) of_host[host_of(gap.first.place)].push_back(std::move(gap));
    std::map<std::uint32_t, std::uint64_t> copied;
    for (const auto& [log, pairs] : family.pairs)
      for (const CopiedRecord& pair : pairs) ++copied[host_of(pair.place)];
    for (auto& [host, own] : of_host) take_gaps(family, copied[host], std::move(own));
    find_missing_files(family, kinds);
  }

  RecordPlace text_place(const CopiedRecord& pair, std::size_t log) const {
    const StoredRecord& record = records_[pair.record];
    return {logs_[log].file, time_of(pair.place), record.offset, record.line, record.pid};
  }

  RecordPlace place_of(std::uint32_t record) const {
    const StoredRecord& one = records_[record];
    const auto log = std::find_if(logs_.begin(), logs_.end(), [&](const FileLog& candidate) {
      return record >= candidate.begin && record < candidate.end;
    });
    return {log->file, one.time + shifts_.of(record), one.offset, one.line, one.pid};
  }

  /// A finding of what lies between two copies, which may be of two rotations.
  LostCopies lost(const Family& family, const Gap& first, const Gap& last,
                  std::span<const std::uint32_t> missing, AgainstJournal verdict) {
    LostCopies one;
    one.verdict = verdict;
    one.first = text_place(first.first, first.log);
    one.last = text_place(last.last, last.log);
    one.missing = missing.size();
    one.first_missing = time_of(missing.front());
    one.last_missing = time_of(missing.back());
    for (const std::uint32_t place :
         missing.first(std::min(missing.size(), LostCopies::kMostQuoted)))
      one.quoted.push_back(place_of(twins_.all()[place].record));
    one.copied = family.copied;
    logs_[first.log].report.beside_journal->missing += missing.size();
    return one;
  }

  /// Jobs whose lines alone are missing, in several places.
  void take_jobs(const Family& family, std::vector<Gap>& gaps) {
    using Job = CopiedLogs::Job;
    struct Missing {
      std::uint32_t place;
      std::size_t gap;
    };
    std::map<Job, std::vector<Missing>> missing;
    for (std::size_t g = 0; g < gaps.size(); ++g)
      for (const std::uint32_t place : gaps[g].missing)
        missing[copied_.job_of(copied_.twin(place))].push_back({place, g});
    std::map<Job, std::vector<std::uint32_t>> held;
    for (const auto& [log, pairs] : family.pairs)
      for (const CopiedRecord& pair : pairs) {
        const Job job = copied_.job_of(records_[pair.record]);
        if (missing.contains(job)) held[job].push_back(pair.place);
      }
    std::set<std::uint32_t> taken;
    for (auto& [job, places] : missing) {
      std::sort(places.begin(), places.end(),
                [](const Missing& a, const Missing& b) { return a.place < b.place; });
      std::vector<std::uint32_t>& kept = held[job];
      std::sort(kept.begin(), kept.end());
      for (std::size_t begin = 0; begin < places.size();) {
        const auto next = std::upper_bound(kept.begin(), kept.end(), places[begin].place);
        std::size_t end = begin + 1;
        std::set<std::size_t> in{places[begin].gap};
        for (; end < places.size() && (next == kept.end() || places[end].place < *next); ++end)
          in.insert(places[end].gap);
        if (in.size() >= kPlacesOfAJob) {
          std::vector<std::uint32_t> run;
          for (std::size_t i = begin; i < end; ++i) run.push_back(places[i].place);
          taken.insert(run.begin(), run.end());
          // Rules are read when the daemon starts: without a start the job was not left out by one
          // on one side, and by none on the other.
          const bool edge_before =
              next != kept.begin() && is_unbroken(*std::prev(next), run.front());
          const bool edge_behind = next != kept.end() && is_unbroken(run.back(), *next);
          const auto by_time = [&](std::size_t a, std::size_t b) {
            return gaps[a].first.place < gaps[b].first.place;
          };
          found_.push_back(lost(family, gaps[*std::min_element(in.begin(), in.end(), by_time)],
                                gaps[*std::max_element(in.begin(), in.end(), by_time)], run,
                                edge_before || edge_behind ? AgainstJournal::lines_removed
                                                           : AgainstJournal::job_left_out));
          found_.back().one_job = true;
          found_.back().username = labels_[job.second].username;
          found_.back().command = labels_[job.second].command;
        }
        begin = end;
      }
    }
    for (Gap& gap : gaps)
      std::erase_if(gap.missing, [&](std::uint32_t place) { return taken.contains(place); });
    std::erase_if(gaps, [](const Gap& gap) { return gap.missing.empty(); });
  }

  /// No word of the daemon, no boot and no damage between two places.
  bool is_unbroken(std::uint32_t first, std::uint32_t last) const {
    const Timestamp begin = time_of(first);
    const Timestamp end = time_of(last);
    return !hints_.told.touches(host_of(first), begin, end) &&
           !hints_.boots[host_of(first)].touches(begin, end) && !hints_.broken.touches(begin, end);
  }

  AgainstJournal verdict_of(const Gap& gap) {
    const Timestamp begin = time_of(gap.first.place);
    const Timestamp end = time_of(gap.last.place);
    if (hints_.boots[host_of(gap.first.place)].touches(begin, end))
      return AgainstJournal::host_booted;
    if (hints_.told.touches(host_of(gap.first.place), begin, end))
      return AgainstJournal::daemon_restarted;
    if (gap.missing.size() <= kFewInARow) return AgainstJournal::lines_removed;
    std::vector<Timestamp> life = copied_.held_elsewhere(gap);
    if (most_in_a_row(gap, life) <= kFewInARow) return AgainstJournal::lines_removed;
    if (looks_ < kMostLifeLooks) {
      ++looks_;
      const FileLog& log = logs_[gap.log];
      for (const std::chrono::microseconds since : times_between(
               *log.file, records_[gap.first.record].offset, records_[gap.last.record].offset))
        life.push_back(begin + since);
      std::sort(life.begin(), life.end());
    }
    return most_in_a_row(gap, life) <= kFewInARow ? AgainstJournal::lines_removed
                                                  : AgainstJournal::log_silent;
  }

  /// Of the missing ones, between two signs of life.
  std::size_t most_in_a_row(const Gap& gap, const std::vector<Timestamp>& life) const {
    std::size_t most = 0;
    std::size_t row = 0;
    auto next = life.begin();
    for (const std::uint32_t place : gap.missing) {
      const auto behind =
          std::find_if(next, life.end(), [&](Timestamp time) { return time > time_of(place); });
      row = behind == next ? row + 1 : 1;
      next = behind;
      most = std::max(most, row);
    }
    return most;
  }

  /// Those of one host, of which the family has so many copies.
  void take_gaps(const Family& family, std::uint64_t copied, std::vector<Gap> gaps) {
    std::uint64_t missing = 0;
    for (const Gap& gap : gaps) missing += gap.missing.size();
    if (gaps.size() > kManyPlaces && missing * kScatteredPart > copied) {
      std::sort(gaps.begin(), gaps.end(),
                [](const Gap& a, const Gap& b) { return a.first.place < b.first.place; });
      std::vector<std::uint32_t> all;
      for (const Gap& gap : gaps) all.insert(all.end(), gap.missing.begin(), gap.missing.end());
      std::sort(all.begin(), all.end());
      found_.push_back(lost(family, gaps.front(), gaps.back(), all, AgainstJournal::scattered));
      return;
    }
    for (const Gap& gap : gaps)
      found_.push_back(lost(family, gap, gap, gap.missing, verdict_of(gap)));
  }

  /// Records of the text logs between two files of the journal, which join one another, of one
  /// host.
  void find_missing_files(const Family& family, const std::set<CopiedLogs::Kind>& kinds) {
    for (const auto& [log, pairs] : family.pairs) {
      const auto hosts = copied_.by_host(pairs);
      if (hosts.empty()) continue;
      std::map<std::uint32_t, std::vector<std::uint32_t>> records;
      for (std::size_t r = logs_[log].begin; r < logs_[log].end; ++r)
        records[hosts.size() > 1 ? twins_.host_of(records_[r]) : hosts.begin()->first].push_back(
            static_cast<std::uint32_t>(r));
      for (const auto& [host, own] : hosts)
        for (std::size_t i = 1; i < own.size(); ++i)
          find_missing_file(family, kinds, own[i - 1], own[i], records[host]);
    }
  }

  void find_missing_file(const Family& family, const std::set<CopiedLogs::Kind>& kinds,
                         const CopiedRecord& first, const CopiedRecord& last,
                         const std::vector<std::uint32_t>& records) {
    if (copied_.twin(first.place).file == copied_.twin(last.place).file ||
        last.place <= first.place || last.record - first.record <= kFewBetweenFiles ||
        holes_.contains(first.place) || !joins(first.place, last.place) ||
        hints_.broken.touches(time_of(first.place), time_of(last.place)))
      return;
    LostCopies one;
    one.verdict = AgainstJournal::journal_file_missing;
    const auto begin = std::upper_bound(records.begin(), records.end(), first.record);
    for (auto r = begin; r != records.end() && *r < last.record; ++r) {
      const StoredRecord& record = records_[*r];
      if (record.pid == 0 || !kinds.contains(copied_.kind_of(record))) continue;
      if (one.missing == 0) one.first_missing = record.time + shifts_.of(*r);
      one.last_missing = record.time + shifts_.of(*r);
      if (one.missing++ < LostCopies::kMostQuoted) one.quoted.push_back(place_of(*r));
    }
    if (one.missing < kFewBetweenFiles) return;
    one.first = place_of(twins_.all()[first.place].record);
    one.last = place_of(twins_.all()[last.place].record);
    one.copied = family.copied;
    holes_.insert(first.place);
    found_.push_back(std::move(one));
  }

  /// Whether the journals have nothing of that host between the two.
  bool joins(std::uint32_t first, std::uint32_t last) const {
    const std::span<const std::uint32_t> places = twins_.places_of_host(host_of(first));
    const auto next = std::upper_bound(places.begin(), places.end(), first);
    return next != places.end() && *next == last;
  }

  static constexpr std::uint64_t kMostWritten = std::uint64_t{64} << 20;  ///< bytes read again
  static constexpr std::size_t kMostLifeLooks = 50;  ///< each reads a part of a log again

  std::span<FileLog> logs_;
  std::span<const JobLabel> labels_;
  const std::vector<StoredRecord>& records_;
  JournalTwins& twins_;
  const CopyShifts& shifts_;
  CopiedLogs copied_;
  const LossHints hints_;
  std::set<std::uint32_t> holes_;  ///< between journal files, told already
  std::size_t looks_ = 0;
  std::optional<WrittenLines> written_;  ///< between the two lines of one gap
  std::uint32_t written_of_ = UINT32_MAX;
  std::uint64_t written_left_ = kMostWritten;
  std::vector<LostCopies> found_;
  std::vector<std::uint32_t> no_readings_;
};

}  // namespace

LossesOfCopies find_lost_copies(std::span<FileLog> logs, const SourceTable& sources,
                                std::span<const JobLabel> labels,
                                const std::vector<StoredRecord>& records, JournalTwins& twins,
                                const CopyShifts& shifts, const std::set<std::size_t>& withheld) {
  if (twins.empty() || std::any_of(logs.begin(), logs.end(), [](const FileLog& log) {
        return log.report.entry.recovery.has_value();
      }))
    return {};
  return Finder(logs, sources, labels, records, twins, shifts).run(withheld);
}

}  // namespace pidometer
