#include "plugin/cron_log/carving/recovered_logs.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "plugin/cron_log/carving/carved_log.h"
#include "plugin/cron_log/carving/carver.h"
#include "plugin/cron_log/carving/known_lines.h"
#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/framing.h"
#include "plugin/cron_log/line_reader.h"
#include "plugin/cron_log/log_text.h"

namespace pidometer {
namespace {

/// Of a file that need not be a log: what check_required_format() is shown.
constexpr std::size_t kHead = std::size_t{64} << 10;

/// Journals that begin in the areas of one volume: each is read to its end by its own word, which
/// whoever makes an image can make up.
constexpr std::size_t kMostJournals = 2000;
constexpr std::uint64_t kMostJournalTimes = 4;  ///< all areas' bytes

/// Whether a decoded file is a journal's text, whose first cron line may come late.
bool begins_like_a_journal(std::string_view head) {
  const std::optional<FramedLine> first = parse_framing(head.substr(0, head.find('\n')));
  return first && !first->boot_id.empty();
}

bool begins_like_a_log(const LogFile& file) {
  const auto stream = open_log_text(file);
  if (!stream) return false;
  std::string head(kHead, '\0');
  std::size_t size = 0;
  while (size < head.size()) {
    const auto got = (*stream)->read(std::as_writable_bytes(std::span(head)).subspan(size));
    if (!got || *got == 0) break;
    size += *got;
  }
  head.resize(size);
  return begins_like_a_journal(head) || looks_like_cron_log(head);
}

/// Sorted, joined where they meet.
void sort_ranges(std::vector<ByteRange>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
  std::vector<ByteRange> joined;
  for (const ByteRange& range : ranges)
    if (!joined.empty() && range.begin <= joined.back().end)
      joined.back().end = std::max(joined.back().end, range.end);
    else
      joined.push_back(range);
  ranges = std::move(joined);
}

class Recoverer {
 public:
  explicit Recoverer(const ReadMonitor& monitor) : monitor_(monitor) {}

  void learn(const LogFile& live) {
    if (out_.stopped) return;
    const Result<bool> whole = known_.add_log(live, monitor_);
    if (!whole)
      out_.report.problems.push_back("recovered lines could not be compared with those of " +
                                     live.entry().display_name + ": " + whole.error().message);
    out_.stopped = whole && !*whole;
  }

  /// A deleted file, where it is a log.
  void take_file(const LogFile& file) {
    if (out_.stopped || !begins_like_a_log(file)) return;
    const auto stream = open_log_text(file);
    if (!stream) return;
    LogReport report;
    report.entry = file.entry();
    std::vector<std::uint64_t> known;
    LineReader lines(**stream, monitor_);
    LogLine line;
    while (lines.next(line)) {
      ++report.lines;
      const ParsedLine parsed =
          line.damaged || line.too_long ? ParsedLine{} : parse_line(line.text);
      if (parsed.kind == ParsedLine::Kind::skipped) {
        ++(line.damaged || line.too_long ? report.unparsed_lines : report.other_lines);
        ++report.lines_skipped[parsed.reason != nullptr ? parsed.reason
                               : line.damaged           ? "its bytes are damaged in the evidence"
                                                        : "it is too long"];
      } else if (known_.contains(line.text)) {
        known.push_back(line.offset + line.nuls);
      } else if (parsed.kind == ParsedLine::Kind::record) {
        ++report.records;
      } else {
        ++report.unparsed_lines;
        ++report.lines_skipped[parsed.reason];
      }
    }
    lines.stop();
    out_.stopped = lines.stopped();
    // A journal that cron never wrote to is no log of its.
    if (report.records == 0 && known.empty() && report.unparsed_lines == 0) return;
    add_skip(file);
    ++out_.report.files;
    add(file, std::move(report), std::move(known));
  }

  /// Once all areas are looked through: what a journal says of its own end reaches over others.
  void take_journals() {
    for (const auto& [area, range] : journals_) {
      if (out_.stopped) return;
      out_.fragments.push_back(make_carved_journal(*area, range));
      take_file(*out_.fragments.back());
    }
    if (journals_left_out_ > 0)
      out_.report.problems.push_back(std::to_string(journals_left_out_) +
                                     " journals that begin in free space are not read: they are "
                                     "too many, or larger than it is");
  }

  void take_area(const LogFile& area) {
    if (out_.stopped) return;
    std::vector<ByteRange>& skip = skip_of(area);
    sort_ranges(skip);
    const CarvingCounts counts = carve(
        area, skip, known_, monitor_,
        [&](CarvedFragment fragment) {
          if (++out_.report.fragments > kMostFragments) return;
          out_.fragments.push_back(make_carved_log(area, fragment.range));
          const LogFile& log = *out_.fragments.back();
          LogReport report;
          report.entry = log.entry();
          report.lines = fragment.lines;
          report.other_lines = fragment.other_lines;
          report.unparsed_lines = fragment.unparsed_lines;
          if (fragment.other_lines > 0)
            report.lines_skipped["not cron's, between lines of cron"] = fragment.other_lines;
          if (fragment.unparsed_lines > 0)
            report.lines_skipped["cron's by the look of it, and not whole"] =
                fragment.unparsed_lines;
          report.records = fragment.records - fragment.known.size();
          add(log, std::move(report), std::move(fragment.known));
        },
        [&](ByteRange range) { add_journal(area, range); });
    // What was looked through under a name is not looked through again as free space.
    if (area.entry().recovery->method == RecoveryMethod::deleted_name) add_skip(area);
    out_.report.searched_bytes += counts.bytes;
    out_.report.partial_lines += counts.partial_lines;
    out_.report.lone_lines += counts.lone_lines;
    out_.stopped = counts.stopped;
    if (counts.error)
      out_.report.problems.push_back(area.entry().display_name +
                                     " is not searched to its end: " + counts.error->message);
  }

  RecoveredLogs take() {
    if (out_.report.fragments > kMostFragments)
      out_.report.problems.push_back("only the first " + std::to_string(kMostFragments) + " of " +
                                     std::to_string(out_.report.fragments) + " fragments are read");
    return std::move(out_);
  }

 private:
  void add_journal(const LogFile& area, ByteRange range) {
    if (areas_.insert(&area).second) area_bytes_ += area.entry().size;
    const std::uint64_t size = range.end - range.begin;
    if (journals_.size() >= kMostJournals ||
        journal_bytes_ + size > kMostJournalTimes * area_bytes_) {
      ++journals_left_out_;
      return;
    }
    journal_bytes_ += size;
    journals_.emplace_back(&area, range);
  }

  /// Offsets of the image and of a volume that lies in no one place of it are no match.
  std::vector<ByteRange>& skip_of(const LogFile& file) {
    return file.entry().recovery->of_volume ? skip_of_volume_ : skip_of_image_;
  }

  void add_skip(const LogFile& file) {
    for (const ImageExtent& extent : file.entry().recovery->extents)
      skip_of(file).push_back({extent.image, extent.image + extent.length});
  }

  void add(const LogFile& log, LogReport report, std::vector<std::uint64_t> known) {
    report.duplicate_lines = known.size();
    if (report.records == 0 && !known.empty()) {
      out_.repeated.push_back(std::move(report));
      return;
    }
    out_.files.push_back(&log);
    out_.known_lines.push_back(std::move(known));
  }

  const ReadMonitor& monitor_;
  KnownLines known_;
  std::vector<ByteRange> skip_of_image_;  ///< parts of deleted files
  std::vector<ByteRange> skip_of_volume_;
  std::vector<std::pair<const LogFile*, ByteRange>> journals_;  ///< by area
  std::set<const LogFile*> areas_;                              ///< that journals begin in
  std::uint64_t area_bytes_ = 0;                                ///< of these
  std::uint64_t journal_bytes_ = 0;
  std::uint64_t journals_left_out_ = 0;
  RecoveredLogs out_;
};

}  // namespace

RecoveredLogs recover_logs(std::span<const LogFile* const> live,
                           std::span<const LogFile* const> found, const ReadMonitor& monitor) {
  Recoverer recoverer(monitor);
  for (const LogFile* log : live) recoverer.learn(*log);
  const auto each = [&](const auto& wanted, const auto& take) {
    for (const LogFile* file : found)
      if (file->entry().recovery && wanted(*file->entry().recovery)) take(*file);
  };
  const auto named = [](const Recovery& one) { return one.method == RecoveryMethod::deleted_name; };
  const auto take_area = [&](const LogFile& area) { recoverer.take_area(area); };
  each([](const Recovery& one) { return !one.is_area; },
       [&](const LogFile& file) { recoverer.take_file(file); });
  each([&](const Recovery& one) { return one.is_area && named(one); }, take_area);
  each([&](const Recovery& one) { return one.is_area && !named(one); }, take_area);
  recoverer.take_journals();
  return recoverer.take();
}

}  // namespace pidometer
