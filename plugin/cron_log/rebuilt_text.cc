#include "plugin/cron_log/rebuilt_text.h"

#include <algorithm>
#include <utility>

namespace pidometer {
namespace {

constexpr std::size_t kBlock = 64 * 1024;

}  // namespace

Result<std::size_t> RebuiltText::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    while (!text_.has_enough()) {
      if (step()) continue;
      if (at_end_) break;
      if (Result<void> more = fill(); !more) return tl::unexpected(more.error());
    }
    const std::size_t got = text_.take(out.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

void RebuiltText::pass(std::size_t count) {
  begin_ += count;
  at_ += count;
}

Result<void> RebuiltText::fill() {
  buffer_.erase(0, std::exchange(begin_, 0));
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kBlock);
  const Result<std::size_t> got =
      source_->read(std::as_writable_bytes(std::span(buffer_)).subspan(kept));
  buffer_.resize(kept + (got ? *got : 0));
  if (!got) return tl::unexpected(got.error());
  at_end_ = *got == 0;
  return {};
}

bool RebuiltText::lost_to_damage(std::uint64_t begin, std::uint64_t end) {
  const std::vector<DamagedRange>& damage = source_->damage();
  const auto hit =
      std::partition_point(damage.begin(), damage.end(),
                           [begin](const DamagedRange& one) { return one.range.end <= begin; });
  if (hit == damage.end() || hit->range.begin >= end) return false;
  text_.lost(hit->reason);
  return true;
}

LineByLine::Cut LineByLine::cut(std::string_view buffer, bool at_end) {
  const std::size_t feed = buffer.find('\n', searched_);
  if (feed == std::string_view::npos && !at_end) {
    searched_ = buffer.size();
    if (buffer.size() <= kMostLine) return {};
    // Let go of what is too long; what follows up to the line feed is still of that line.
    too_long_ = true;
    return {Cut::Kind::more, {}, std::exchange(searched_, 0)};
  }
  searched_ = 0;
  if (buffer.empty() && !too_long_) return {Cut::Kind::end, {}, 0};
  const std::size_t taken = feed == std::string_view::npos ? buffer.size() : feed + 1;
  const std::string_view line = buffer.substr(0, feed);
  if (std::exchange(too_long_, false) || line.size() > kMostLine)
    return {Cut::Kind::too_long, {}, taken};
  return {Cut::Kind::whole, line, taken};
}

}  // namespace pidometer
