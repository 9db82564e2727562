#include "plugin/cron_log/file_order.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "plugin/cron_log/undated_time.h"

namespace pidometer {
namespace {

// In a log that was turned round nearly all steps go back, in any other one hardly any does. Eight
// of eight are not chance in a log whose lines stand in any order (1 in 256).
constexpr std::uint64_t kLeastBack = 8;
constexpr std::uint64_t kBackForOneForward = 9;

// ... and by hours no more than a clock is set back in one that stands in order (record_dater.cc).
constexpr std::uint64_t kBackForOneFar = 100;

// Daylight saving goes back an hour, and a clock is corrected by less as a rule.
constexpr std::int64_t kFall = 2 * 3600 * kMicrosPerSecond;

// Lines of one second come in any order.
constexpr std::int64_t kSameTime = kMicrosPerSecond;

// A log that falls more often was not joined of parts by hand.
constexpr std::size_t kMostParts = 64;

// Parts follow one another as a log goes on: cron has a job a day at least.
constexpr std::int64_t kJoined = kMicrosPerDay + 3600 * kMicrosPerSecond;

// So many lines in a row that stand further up too are a part of the log that was given twice;
// fewer are lines that somebody put there, which the clock tells (misplaced_ticks.cc).
constexpr std::size_t kRepeatedPart = 65;

// Where parts begin is looked for in so many times the file's records, or made-up ones would be
// looked through once for each.
constexpr std::size_t kMostLooks = 64;

bool same_line(const StoredRecord& a, const StoredRecord& b) {
  return a.time == b.time && a.pid == b.pid && a.label == b.label && a.event == b.event &&
         a.source == b.source && a.utc_offset_minutes == b.utc_offset_minutes;
}

std::int64_t micros(const StoredRecord& record) {
  return record.time.time_since_epoch().count();
}

struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Orderer {
 public:
  Orderer(std::vector<StoredRecord>& records, std::size_t begin)
      : records_(records), begin_(begin) {}

  FileOrder run() {
    FileOrder order;
    if (!walk()) return order;
    if (back_ >= kLeastBack && back_ > kBackForOneForward * forward_ &&
        back_ >= kBackForOneFar * far_forward_) {
      if (!pids_run_back()) return order;
      std::reverse(records_.begin() + static_cast<std::ptrdiff_t>(begin_), records_.end());
      order.newest_first = true;
      forward_ = far_forward_ = back_ = 0;
      falls_.clear();
      walk();
    }
    if (falls_.empty() || falls_.size() >= kMostParts) return order;
    std::vector<Part> parts = parts_of(falls_);
    take_out_repeated(parts, order);
    if (const auto chain = chain_of(parts)) {
      put_in_order(parts, *chain);
      order.parts = parts.size();
    }
    return order;
  }

 private:
  // Counts the steps. False where times of several forms do not compare: without a year, without a
  // zone, instants.
  bool walk() {
    const auto form = [&](const StoredRecord& record) {
      return record.utc_offset_minutes <= kZoneless ? record.utc_offset_minutes : 0;
    };
    if (records_.size() <= begin_) return false;
    yearless_ = form(records_[begin_]) == kYearless;
    for (std::size_t i = begin_ + 1; i < records_.size(); ++i) {
      if (form(records_[i]) != form(records_[i - 1])) return false;
      const std::int64_t step = from_to(records_[i - 1], records_[i]);
      forward_ += step > kSameTime ? 1 : 0;
      far_forward_ += step > kFall ? 1 : 0;
      back_ += step < -kSameTime ? 1 : 0;
      if (step < -kFall && falls_.size() < kMostParts) falls_.push_back(i);
    }
    return true;
  }

  // Of times without a year the way round that is shorter.
  std::int64_t from_to(const StoredRecord& a, const StoredRecord& b) const {
    const std::int64_t step = micros(b) - micros(a);
    if (!yearless_) return step;
    if (step > kMicrosPerCountedYear / 2) return step - kMicrosPerCountedYear;
    return step < -kMicrosPerCountedYear / 2 ? step + kMicrosPerCountedYear : step;
  }

  // Not against the times, as far as neighbouring lines of one program tell.
  bool pids_run_back() const {
    std::uint64_t up = 0;
    std::uint64_t down = 0;
    for (std::size_t i = begin_ + 1; i < records_.size(); ++i) {
      const StoredRecord& a = records_[i - 1];
      const StoredRecord& b = records_[i];
      if (a.source != b.source || a.pid_role != PidRole::fresh || b.pid_role != PidRole::fresh)
        continue;
      up += b.pid > a.pid ? 1 : 0;
      down += b.pid < a.pid ? 1 : 0;
    }
    return down >= up;
  }

  std::vector<Part> parts_of(const std::vector<std::size_t>& falls) const {
    std::vector<Part> parts;
    std::size_t begin = begin_;
    for (const std::size_t fall : falls) {
      parts.push_back({begin, fall});
      begin = fall;
    }
    parts.push_back({begin, records_.size()});
    return parts;
  }

  // How many lines from `at` on, up to `end`, stand before `at` too, in the same order.
  std::size_t repeated_from(std::size_t at, std::size_t end) {
    std::size_t most = 0;
    for (std::size_t first = begin_; first < at && most < end - at; ++first) {
      if (++looked_at_ > kMostLooks * (records_.size() - begin_)) break;
      std::size_t length = 0;
      while (at + length < end && first + length < at &&
             same_line(records_[first + length], records_[at + length]))
        ++length;
      looked_at_ += length;
      most = std::max(most, length);
    }
    return most;
  }

  // Where in [at, end) all of an earlier part stands once more.
  std::optional<Part> copy_of(const Part& part, std::size_t at, std::size_t end) {
    const std::size_t length = part.end - part.begin;
    if (length < kRepeatedPart) return std::nullopt;
    for (std::size_t first = at; first + length <= end; ++first) {
      std::size_t same = 0;
      while (same < length && same_line(records_[part.begin + same], records_[first + same]))
        ++same;
      looked_at_ += same + 1;
      if (same == length) return Part{first, first + length};
      if (looked_at_ > kMostLooks * (records_.size() - begin_)) break;
    }
    return std::nullopt;
  }

  // What of [at, end) stands further up too: its first lines, or all of an earlier part. Empty at
  // the end where nothing does.
  Part repeated_in(std::size_t at, std::size_t end, const std::vector<Part>& earlier) {
    const std::size_t first_lines = repeated_from(at, end);
    if (first_lines >= kRepeatedPart) return {at, at + first_lines};
    for (const Part& part : earlier)
      if (const auto copy = copy_of(part, at, end)) return *copy;
    return {end, end};
  }

  void move_down(std::size_t begin, std::size_t end, std::size_t to) {
    if (begin == to) return;
    std::move(records_.begin() + static_cast<std::ptrdiff_t>(begin),
              records_.begin() + static_cast<std::ptrdiff_t>(end),
              records_.begin() + static_cast<std::ptrdiff_t>(to));
  }

  void take_out_repeated(std::vector<Part>& parts, FileOrder& order) {
    std::size_t to = begin_;
    std::vector<Part> kept;
    for (const Part& part : parts) {
      // behind what is kept of the parts before
      const std::size_t own = to;
      move_down(part.begin, part.end, own);
      const std::size_t end = own + (part.end - part.begin);
      const Part repeated = repeated_in(own, end, kept);
      const std::size_t count = repeated.end - repeated.begin;
      if (count > 0 && order.repeated == 0) order.first_repeated = records_[repeated.begin].line;
      order.repeated += count;
      move_down(repeated.end, end, repeated.begin);
      to = end - count;
      if (own < repeated.begin) keep({own, repeated.begin}, kept);
      if (repeated.begin < to) keep({repeated.begin, to}, kept);
    }
    records_.resize(to);
    parts = std::move(kept);
  }

  // It may go on from what was kept before it.
  void keep(const Part& part, std::vector<Part>& kept) const {
    if (!kept.empty() && joins(kept.back(), part))
      kept.back().end = part.end;
    else
      kept.push_back(part);
  }

  // Whether the log goes on from the end of one part to the start of another.
  bool joins(const Part& a, const Part& b) const {
    const StoredRecord& last = records_[a.end - 1];
    const StoredRecord& first = records_[b.begin];
    const std::int64_t step = from_to(last, first);
    if (step < -kSameTime || step > kJoined) return false;
    const auto fresh = [](const StoredRecord& record) { return record.pid_role == PidRole::fresh; };
    std::size_t before = a.end;
    while (before > a.begin && !fresh(records_[before - 1])) --before;
    std::size_t behind = b.begin;
    while (behind < b.end && !fresh(records_[behind])) ++behind;
    return before > a.begin && behind < b.end && records_[before - 1].pid < records_[behind].pid;
  }

  // The one order in which each part goes on from the one before it.
  std::optional<std::vector<std::size_t>> chain_of(const std::vector<Part>& parts) const {
    if (parts.size() < 2) return std::nullopt;
    // a boot may take a clock anywhere
    for (std::size_t k = 1; k < parts.size(); ++k)
      if (records_[parts[k].begin].pid_role == PidRole::boot) return std::nullopt;
    constexpr std::size_t kNone = SIZE_MAX;
    std::vector<std::size_t> next(parts.size(), kNone);
    std::vector<bool> has_before(parts.size());
    const auto step = [&](std::size_t a, std::size_t b) {
      return from_to(records_[parts[a].end - 1], records_[parts[b].begin]);
    };
    for (std::size_t a = 0; a < parts.size(); ++a) {
      for (std::size_t b = 0; b < parts.size(); ++b)  // the nearest
        if (a != b && joins(parts[a], parts[b]) &&
            (next[a] == kNone || step(a, b) < step(a, next[a])))
          next[a] = b;
      if (next[a] == kNone) continue;
      if (has_before[next[a]]) return std::nullopt;
      has_before[next[a]] = true;
    }
    std::vector<std::size_t> chain;
    const auto first = std::find(has_before.begin(), has_before.end(), false);
    if (first == has_before.end()) return std::nullopt;
    for (auto at = static_cast<std::size_t>(first - has_before.begin()); at != kNone; at = next[at])
      chain.push_back(at);
    if (chain.size() < parts.size()) return std::nullopt;
    return chain;
  }

  // One part after the other is brought to the front of those that are left, in place.
  void put_in_order(std::vector<Part> parts, const std::vector<std::size_t>& chain) {
    std::size_t to = begin_;
    for (const std::size_t one : chain) {
      const Part part = parts[one];
      std::rotate(records_.begin() + static_cast<std::ptrdiff_t>(to),
                  records_.begin() + static_cast<std::ptrdiff_t>(part.begin),
                  records_.begin() + static_cast<std::ptrdiff_t>(part.end));
      const std::size_t length = part.end - part.begin;
      for (Part& other : parts)
        if (other.begin >= to && other.begin < part.begin) {
          other.begin += length;
          other.end += length;
        }
      to += length;
    }
  }

  std::vector<StoredRecord>& records_;
  const std::size_t begin_;
  bool yearless_ = false;
  std::uint64_t forward_ = 0;
  std::uint64_t far_forward_ = 0;
  std::uint64_t back_ = 0;
  std::vector<std::size_t> falls_;
  std::size_t looked_at_ = 0;
};

}  // namespace

FileOrder order_file(std::vector<StoredRecord>& records, std::size_t begin) {
  return Orderer(records, begin).run();
}

std::string file_order_words(const FileOrder& order) {
  if (order.newest_first)
    return "the lines stand newest first, times and PIDs run backwards throughout: read from its "
           "end";
  std::string words;
  if (order.repeated > 0)
    words = std::to_string(order.repeated) +
            " records stand further up in the same order, word for word: counted once";
  if (order.parts > 0)
    words += (words.empty() ? "" : "; ") + std::string("its ") + std::to_string(order.parts) +
             " parts do not stand in the order of their times, in which each goes on from the one "
             "before: read in that order";
  return words;
}

}  // namespace pidometer
