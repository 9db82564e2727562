#include "plugin/cron_log/carving/carve_window.h"

#include <algorithm>
#include <cstring>

namespace pidometer {
namespace {

/// Read at once: large enough that a disk image is read in long runs.
constexpr std::size_t kBuffer = std::size_t{1} << 20;

}  // namespace

std::string_view CarveWindow::from(std::uint64_t at) {
  const std::uint64_t want = std::min<std::uint64_t>(length_, at + kAhead);
  if (base_ + size_ < want && !ended_) fill(at);
  if (at < base_ || at >= base_ + size_) return {};
  const auto skip = static_cast<std::size_t>(at - base_);
  return {buffer_.data() + skip, size_ - skip};
}

std::string_view CarveWindow::before(std::uint64_t at) const {
  if (at <= base_ || at > base_ + size_) return {};
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(at - base_, kBehind));
  return {buffer_.data() + (at - base_ - count), count};
}

void CarveWindow::fill(std::uint64_t at) {
  // Free space is mostly small pieces, each with a window of its own.
  if (buffer_.empty())
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, length_)));
  const std::uint64_t keep = std::max(base_, at - std::min<std::uint64_t>(at, kBehind));
  const auto drop = static_cast<std::size_t>(std::min<std::uint64_t>(keep - base_, size_));
  std::memmove(buffer_.data(), buffer_.data() + drop, size_ - drop);
  base_ += drop;
  size_ -= drop;
  while (size_ < buffer_.size() && base_ + size_ < length_ && !ended_) {
    const auto want = static_cast<std::size_t>(
        std::min<std::uint64_t>(buffer_.size() - size_, length_ - base_ - size_));
    const Result<std::size_t> got =
        stream_.read(std::as_writable_bytes(std::span(buffer_)).subspan(size_, want));
    if (!got) error_ = got.error();
    ended_ = !got || *got == 0;
    if (ended_) break;
    size_ += *got;
    stopped_ = !monitor_(*got);
    ended_ = stopped_;
  }
}

}  // namespace pidometer
