#include "plugin/cron_log/line_fetcher.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "plugin/cron_log/line_reader.h"

namespace pidometer {

Result<std::string> LineFetcher::line_at(std::uint64_t offset) {
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

}  // namespace pidometer
