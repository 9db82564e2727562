#include <algorithm>
#include <array>
#include <map>

#include "plugin/cron_log/journal_text_stream.h"
#include "plugin/cron_log/line_reader.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {
namespace {

/// Reads single lines forward from one stream.
class LineFetcher {
 public:
  explicit LineFetcher(ByteStream& stream) : stream_(stream) {}

  /// The line at `offset`, which must not lie before the last one asked for.
  Result<std::string> line_at(std::uint64_t offset) {
    if (offset < at_) return fail(ErrorKind::unreadable, "lines must be fetched forward");
    const std::uint64_t buffered = std::min<std::uint64_t>(buffer_.size(), offset - at_);
    buffer_.erase(0, static_cast<std::size_t>(buffered));
    at_ += buffered;
    if (at_ < offset) {
      const auto passed = stream_.skip(offset - at_);
      if (!passed) return tl::unexpected(passed.error());
      at_ += *passed;
      if (at_ < offset) return fail(ErrorKind::unreadable, "the log ends before its line");
    }
    std::size_t searched = 0;
    std::size_t end = std::string::npos;
    while ((end = buffer_.find('\n', searched)) == std::string::npos) {
      searched = buffer_.size();
      if (buffer_.size() > LineReader::kMaxLine) break;
      std::array<std::byte, 4096> block;
      const auto got = stream_.read(block);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) break;
      buffer_.append(reinterpret_cast<const char*>(block.data()), *got);
    }
    if (buffer_.empty()) return fail(ErrorKind::unreadable, "the log ends before its line");
    std::string line = buffer_.substr(0, end);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }

 private:
  ByteStream& stream_;
  std::string buffer_;    ///< what was read and not yet passed
  std::uint64_t at_ = 0;  ///< offset of its first byte
};

}  // namespace

std::vector<Result<std::string>> fetch_lines(const LogSeries& series,
                                             std::span<const std::uint32_t> records) {
  std::vector<Result<std::string>> lines(records.size());
  std::map<std::size_t, std::vector<std::size_t>> by_file;  // places in `records`
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i] < series.records.size())
      by_file[series.records[records[i]].file].push_back(i);
    else
      lines[i] = fail(ErrorKind::unreadable, "no such record");
  }
  for (auto& [file, places] : by_file) {
    const auto offset_of = [&](std::size_t place) -> std::uint64_t {
      return series.records[records[place]].offset;
    };
    std::stable_sort(places.begin(), places.end(),
                     [&](std::size_t a, std::size_t b) { return offset_of(a) < offset_of(b); });
    auto stream = open_log_text(*series.files[file]);
    if (!stream) {
      for (const std::size_t place : places) lines[place] = tl::unexpected(stream.error());
      continue;
    }
    LineFetcher fetcher(**stream);
    for (const std::size_t place : places) lines[place] = fetcher.line_at(offset_of(place));
  }
  return lines;
}

}  // namespace pidometer
