#include "plugin/cron_log/carving/carver.h"

#include <algorithm>
#include <utility>

#include "plugin/cron_log/carving/carve_window.h"
#include "plugin/cron_log/carving/cron_needles.h"
#include "plugin/cron_log/carving/fragment_builder.h"
#include "plugin/cron_log/carving/line_judge.h"

namespace pidometer {
namespace {

/// A run of bytes of the area that lies in one piece on the volume.
struct Segment {
  std::uint64_t area = 0;
  std::uint64_t length = 0;
  std::uint64_t image = 0;
};

/// The extents without the parts that are read elsewhere.
std::vector<Segment> segments_of(const Recovery& recovery, std::span<const ByteRange> skip) {
  std::vector<Segment> segments;
  for (const ImageExtent& extent : recovery.extents) {
    const std::uint64_t end = extent.image + extent.length;
    std::uint64_t at = extent.image;
    const auto add = [&](std::uint64_t to) {
      if (to > at) segments.push_back({extent.begin + (at - extent.image), to - at, at});
    };
    auto one = std::upper_bound(
        skip.begin(), skip.end(), at,
        [](std::uint64_t place, const ByteRange& range) { return place < range.end; });
    for (; one != skip.end() && one->begin < end; ++one) {
      add(std::min(one->begin, end));
      at = std::max(at, one->end);
    }
    add(end);
  }
  return segments;
}

/// Bytes of a journal file by its header, whose sizes may be any ("Journal File Format",
/// systemd.io: header_size and arena_size). 0: none begins here.
std::uint64_t journal_size(std::string_view bytes) {
  constexpr std::string_view kMagic = "LPKSHHRH";
  constexpr std::size_t kHeaderSize = 88;
  constexpr std::size_t kArenaSize = 96;
  // That of systemd 187 was the first that is read; later ones are longer.
  constexpr std::uint64_t kShortest = 208;
  constexpr std::uint64_t kLongest = 4096;
  constexpr std::uint64_t kMost = std::uint64_t{4} << 30;  // a compact one's places have 32 bits
  if (!bytes.starts_with(kMagic) || bytes.size() < kArenaSize + 8) return 0;
  const auto number = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;)
      value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    return value;
  };
  const std::uint64_t header = number(kHeaderSize);
  const std::uint64_t arena = number(kArenaSize);
  if (header < kShortest || header > kLongest || header % 8 != 0 || arena == 0) return 0;
  return header + std::min(arena, kMost);
}

/// Looks through one segment. Places are bytes of the segment.
class SegmentCarver {
 public:
  /// `journal` is told of a place, and of the size that a journal there says that it has.
  using JournalStart = std::function<void(std::uint64_t at, std::uint64_t size)>;

  SegmentCarver(CarveWindow& window, const Segment& segment, std::uint64_t block_size,
                FragmentBuilder& fragment, JournalStart journal)
      : window_(window),
        length_(segment.length),
        block_(block_size),
        fragment_(fragment),
        journal_(std::move(journal)) {}

  void run() {
    for (std::uint64_t at = 0; at < length_;) {
      const std::string_view view = window_.from(at);
      if (view.empty()) break;
      look_for_journals(at, view);
      const std::uint64_t end = next_border(at);
      if (!may_hold_cron(view.substr(0, end - at + kOverlap))) {
        at = end;
        continue;
      }
      // The line that reaches into this block begins in front of it.
      std::string_view before = window_.before(at);
      if (before.size() > at - passed_) before.remove_prefix(before.size() - (at - passed_));
      const std::size_t feed = before.rfind('\n');
      const bool whole = feed != std::string_view::npos;
      if (whole) at -= before.size() - feed - 1;
      at = passed_ = take_lines(at, whole, end);
    }
    fragment_.close(false);
  }

 private:
  /// may_hold_cron() does not see a word that the end cuts.
  static constexpr std::uint64_t kOverlap = 3;

  /// The first border of a block behind `at`, or the segment's end, which is one.
  std::uint64_t next_border(std::uint64_t at) const {
    const std::uint64_t left = (length_ - at) % block_;
    return std::min(at + (left == 0 ? block_ : left), length_);
  }
  bool is_border(std::uint64_t at) const { return (length_ - at) % block_ == 0; }

  /// Borders in what is seen that were not looked at before. A file begins with a block.
  void look_for_journals(std::uint64_t at, std::string_view view) {
    while (looked_ < length_ && looked_ < at + view.size()) {
      if (looked_ >= at)
        if (const std::uint64_t size = journal_size(view.substr(looked_ - at)); size > 0)
          journal_(looked_, size);
      looked_ = next_border(looked_);
    }
  }

  /// Line by line from `at`, until there is neither a fragment nor a sign of one. Returns where to
  /// look further, behind `at`.
  std::uint64_t take_lines(std::uint64_t at, bool whole_start, std::uint64_t looked_at) {
    while (at < length_) {
      const std::string_view view = window_.from(at);
      if (view.empty()) break;
      look_for_journals(at, view);
      if (!fragment_.open() && at >= looked_at) {
        looked_at = next_border(at);
        if (!may_hold_cron(view.substr(0, looked_at - at + kOverlap))) return looked_at;
      }
      const std::size_t feed = view.substr(0, kLongestCarvedLine + 1).find('\n');
      const bool has_feed = feed != std::string_view::npos;
      const std::string_view raw = view.substr(0, has_feed ? feed : kLongestCarvedLine);
      const std::string_view text =
          has_feed && raw.ends_with('\r') ? raw.substr(0, raw.size() - 1) : raw;
      if (const auto bad = std::find_if(text.begin(), text.end(), is_no_text); bad != text.end()) {
        at = pass_no_text(at, text, static_cast<std::size_t>(bad - text.begin()), whole_start);
        whole_start = false;
        continue;
      }
      const std::uint64_t border = next_border(at);
      if (border <= at + raw.size() &&
          (!has_feed || !joins(view.substr(raw.size() + 1), text, whole_start))) {
        take(at, border - at, text.substr(0, border - at), whole_start, true);
        fragment_.close(false);
        at = border;
        whole_start = false;
        continue;
      }
      if (!has_feed) {  // text without end
        fragment_.close(false);
        at = border;
        whole_start = false;
        continue;
      }
      take(at, raw.size() + 1, text, whole_start, false);
      at += raw.size() + 1;
      whole_start = true;
    }
    fragment_.close(begins_block_);
    return length_;
  }

  void take(std::uint64_t at, std::uint64_t size, std::string_view text, bool whole_start,
            bool torn) {
    if (text.empty() && !fragment_.open()) return;
    const JudgedLine line = judge_line(text, whole_start);
    const bool cron =
        line.kind == JudgedLine::Kind::record || line.kind == JudgedLine::Kind::unparsed;
    if (line.kind == JudgedLine::Kind::text) return fragment_.close(false);
    // Words of cron's in plain text open nothing; the rest of a line that lost its head does.
    if (line.kind == JudgedLine::Kind::unparsed && !fragment_.open() && whole_start && !line.time)
      return;
    // Two blocks that lie side by side need not be neighbours in one log.
    if (fragment_.open() && is_border(at) && fragment_.last_time() && line.time &&
        !goes_on(*fragment_.last_time(), *line.time, fragment_.longest_step()))
      fragment_.close(false);
    if (!fragment_.open() && cron) begins_block_ = is_border(at);
    const bool lost_head = !whole_start && line.kind == JudgedLine::Kind::unparsed;
    fragment_.add(at, size, text, line, torn || lost_head);
  }

  /// A line across a border is one line where it reads as one and the next goes on in time.
  bool joins(std::string_view behind, std::string_view text, bool whole_start) const {
    const JudgedLine line = judge_line(text, whole_start);
    if (!line.time || line.kind == JudgedLine::Kind::unparsed) return false;
    std::string_view next = behind.substr(0, kLongestCarvedLine);
    next = next.substr(0, next.find('\n'));
    const auto bad = std::find_if(next.begin(), next.end(), is_no_text);
    const JudgedLine following =
        judge_line(next.substr(0, static_cast<std::size_t>(bad - next.begin())), true);
    return following.time && goes_on(*line.time, *following.time, fragment_.longest_step());
  }

  /// A line with bytes that no line has: what stands before them up to the border of their block
  /// may be the start of one. Returns where what stands behind them begins.
  std::uint64_t pass_no_text(std::uint64_t at, std::string_view text, std::size_t bad,
                             bool whole_start) {
    std::uint64_t head = 0;
    for (std::uint64_t border = next_border(at); border <= at + bad; border = next_border(border)) {
      head = border - at;
      if (border >= length_) break;
    }
    if (head == 0) head = bad;
    if (head > 0) take(at, head, text.substr(0, head), whole_start, true);
    fragment_.close(begins_block_ && text[bad] == '\0');
    const auto last = static_cast<std::size_t>(
        text.rend() - std::find_if(text.rbegin(), text.rend(), is_no_text));
    const std::uint64_t border = next_border(at + last - 1);
    return border < at + text.size() ? border : at + last;
  }

  CarveWindow& window_;
  std::uint64_t length_;
  std::uint64_t block_;
  FragmentBuilder& fragment_;
  JournalStart journal_;
  std::uint64_t looked_ = 0;   ///< first border at which no journal was looked for
  std::uint64_t passed_ = 0;   ///< line by line up to here
  bool begins_block_ = false;  ///< the open fragment does
};

}  // namespace

CarvingCounts& CarvingCounts::operator+=(const CarvingCounts& other) {
  bytes += other.bytes;
  partial_lines += other.partial_lines;
  lone_lines += other.lone_lines;
  stopped = stopped || other.stopped;
  if (!error) error = other.error;
  return *this;
}

CarvingCounts carve(const LogFile& area, std::span<const ByteRange> skip, const KnownLines& known,
                    const ReadMonitor& monitor, const FragmentSink& sink,
                    const JournalSink& journals) {
  CarvingCounts counts;
  if (!area.entry().recovery) return counts;
  const Recovery& recovery = *area.entry().recovery;
  auto stream = area.open(StreamForm::stored);
  if (!stream) {
    counts.error = stream.error();
    return counts;
  }
  std::uint64_t at = 0;
  for (const Segment& segment : segments_of(recovery, skip)) {
    if (const auto passed = (*stream)->skip(segment.area - at);
        !passed || *passed < segment.area - at) {
      if (!passed) counts.error = passed.error();
      return counts;
    }
    CarveWindow window(**stream, segment.length, monitor);
    FragmentBuilder fragment({segment.area, segment.image}, known, counts, sink);
    const auto journal = [&](std::uint64_t begin, std::uint64_t size) {
      begin += segment.area;
      journals({begin, begin + std::min(size, area.entry().size - begin)});
    };
    SegmentCarver(window, segment, std::max<std::uint64_t>(recovery.block_size, 512), fragment,
                  journal)
        .run();
    counts.bytes += segment.length;
    at = segment.area + segment.length;
    counts.stopped = window.stopped();
    counts.error = window.error();
    if (counts.stopped || counts.error) return counts;
  }
  return counts;
}

}  // namespace pidometer
