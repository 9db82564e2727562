// The carver, and all that reads what it found. Input: 7 bytes that say how the area lies in the
// image, and which part of it is read elsewhere; then the area's bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/cron_log/carving/carved_log.h"
#include "plugin/cron_log/carving/carver.h"
#include "plugin/cron_log/carving/recovered_logs.h"
#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"
#include "tests/support/memory_source.h"

using namespace pidometer;

namespace {

constexpr std::size_t kHead = 7;
constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::uint64_t kImageStart = 1 << 20;  ///< of the first extent

void require(bool holds) {
  if (!holds) std::abort();
}
bool go_on(std::uint64_t) {
  return true;
}

/// An area of several extents, and the image that it lies in.
struct Case {
  std::string bytes;  ///< of the area
  std::string image;
  Recovery recovery;
  std::vector<ByteRange> skip;

  Case(const std::uint8_t* head, std::string area) : bytes(std::move(area)) {
    constexpr std::uint32_t kBlockSizes[] = {512, 1024, 2048, 4096};
    recovery.is_area = true;
    recovery.block_size = kBlockSizes[head[0] & 3];
    // Extents of one length whose places in the image do not touch; 0: one extent.
    const std::uint64_t step = std::uint64_t{head[1]} * recovery.block_size;
    const std::uint64_t gap = std::uint64_t{recovery.block_size} * (1 + head[2] % 4);
    std::uint64_t place = kImageStart;
    for (std::uint64_t at = 0; at < bytes.size();) {
      const std::uint64_t left = bytes.size() - at;
      const std::uint64_t length = step == 0 ? left : std::min(step, left);
      recovery.extents.push_back({at, length, place});
      image.resize(static_cast<std::size_t>(place), '#');
      image += bytes.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
      at += length;
      place += length + gap;
    }
    // What deleted files own, in units of 64 bytes; ascending, disjoint.
    std::uint64_t from = kImageStart;
    for (const std::size_t i : {3U, 5U}) {
      const ByteRange range{from + std::uint64_t{head[i]} * 64,
                            from + (std::uint64_t{head[i]} + head[i + 1]) * 64};
      if (range.end > range.begin) skip.push_back(range);
      from = range.end;
    }
  }

  const ImageExtent& extent_of(std::uint64_t at) const {
    for (const ImageExtent& extent : recovery.extents)
      if (at >= extent.begin && at < extent.begin + extent.length) return extent;
    std::abort();
  }
};

/// Lines of a run of bytes: what a line feed ends, and a rest without one.
std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) +
         (text.ends_with('\n') ? 0 : 1);
}

/// One fragment against the bytes it was found in.
void check_fragment(const Case& c, const LogFile& area, const CarvedFragment& fragment,
                    std::uint64_t end_before) {
  const ByteRange range = fragment.range;
  require(range.begin >= end_before && range.begin < range.end && range.end <= c.bytes.size());
  const ImageExtent& extent = c.extent_of(range.begin);
  require(range.end <= extent.begin + extent.length);
  require(fragment.image == extent.image + (range.begin - extent.begin));
  const std::uint64_t length = range.end - range.begin;
  for (const ByteRange& skipped : c.skip)
    require(fragment.image >= skipped.end || fragment.image + length <= skipped.begin);
  const std::string_view text = std::string_view(c.bytes).substr(range.begin, length);
  require(text == std::string_view(c.image).substr(fragment.image, length));
  require(fragment.records >= 1);
  require(fragment.lines == fragment.records + fragment.other_lines + fragment.unparsed_lines);
  require(fragment.lines == count_lines(text));
  require(fragment.known.size() <= fragment.records);
  for (std::size_t i = 0; i < fragment.known.size(); ++i) {
    const std::uint64_t start = fragment.known[i];
    require(start < length && (i == 0 || fragment.known[i - 1] < start));
    require(start == 0 || text[start - 1] == '\n');
  }
  const auto log = make_carved_log(area, range);
  require(log->entry().size == length);
  require(image_offset(*log->entry().recovery, 0) == fragment.image);
  const auto stream = log->open(StreamForm::decoded);
  require(stream && read_all(**stream, 1000) == text);
}

/// The lines that rows would give, at the offsets that rows would give.
void check_rows(const Case& c, const LogFile& live, const LogFile& area) {
  const LogFile* const lives[] = {&live};
  const LogFile* const found[] = {&area};
  const RecoveredLogs recovered = recover_logs(lives, found, go_on);
  require(recovered.files.size() == recovered.known_lines.size());
  if (recovered.files.empty()) return;
  LogSeriesOptions options;
  options.year = 2020;
  for (const LogSeries& series : read_log_series(
           recovered.files, options, [](const Warning&) {}, go_on)) {
    std::vector<std::uint32_t> all(series.records.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
    const std::vector<Result<std::string>> lines = fetch_lines(series, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const StoredRecord& record = series.records[i];
      const auto place = image_offset(*series.reports[record.file].entry.recovery, record.offset);
      require(place && lines[i] && *place >= kImageStart);
      require(c.image.compare(static_cast<std::size_t>(*place), lines[i]->size(), *lines[i]) == 0);
      require(*place + lines[i]->size() <= c.image.size());
    }
    for (const LogReport& report : series.reports)
      require(report.lines ==
              report.records + report.other_lines + report.unparsed_lines + report.duplicate_lines);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size <= kHead || size > kMostBytes) return 0;
  const Case c(data, std::string(reinterpret_cast<const char*>(data) + kHead, size - kHead));
  test::MemoryLogFile area("(unallocated)", c.bytes);
  area.recovered(c.recovery).block_size(777);  // windows and borders must not depend on reads
  // What the live log still has: the area's second quarter, lines cut at both ends as they are.
  const test::MemoryLogFile live("/var/log/cron",
                                 c.bytes.substr(c.bytes.size() / 4, c.bytes.size() / 4));
  KnownLines known;
  require(known.add_log(live, go_on).has_value());
  std::uint64_t end = 0;
  const CarvingCounts counts =
      carve(area, c.skip, known, go_on, [&](const CarvedFragment& fragment) {
        check_fragment(c, area, fragment, end);
        end = fragment.range.end;
      });
  require(!counts.error && !counts.stopped && counts.bytes <= c.bytes.size());
  check_rows(c, live, area);
  return 0;
}
