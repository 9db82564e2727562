#include "plugin/cron_log/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pidometer {
namespace {

/// Bytes before `end` that are damaged.
std::uint64_t damaged_before(const std::vector<ByteRange>& damage, std::uint64_t end) {
  std::uint64_t bytes = 0;
  for (const ByteRange& range : damage)
    if (range.begin < end) bytes += std::min(range.end, end) - range.begin;
  return bytes;
}

std::uint64_t count_nuls(std::string_view bytes) {
  if (bytes.find('\0') == std::string_view::npos) return 0;
  return static_cast<std::uint64_t>(std::ranges::count(bytes, '\0'));
}

}  // namespace

LineReader::LineReader(ByteStream& stream, ReadMonitor monitor, std::vector<ByteRange> damage)
    : blocks_(stream), monitor_(std::move(monitor)), known_damage_(std::move(damage)) {}

bool LineReader::fill() {
  if (at_end_ || stopped_) return false;
  Block block = blocks_.next();
  // What is left of a line goes in front of the bytes that follow it; kMaxLine bytes at most.
  const std::size_t left = end_ - begin_;
  if (known_damage_.empty()) {
    const std::uint64_t passed = read_ - left;
    damage_came_late_ = damage_came_late_ || damaged_before(block.damage, passed) >
                                                 damaged_before(block_.damage, passed);
  } else {
    block.damage = known_damage_;
  }
  if (left > 0)
    std::memcpy(block.bytes.data() + Block::kHeadroom - left, block_.bytes.data() + begin_, left);
  blocks_.give_back(std::exchange(block_, std::move(block)));
  begin_ = Block::kHeadroom - left;
  end_ = Block::kHeadroom + block_.size;
  buffer_at_ = read_ - Block::kHeadroom;  // wraps around for the first block; the sums come right
  read_ += block_.size;
  at_end_ = block_.is_last;
  error_ = block_.error;
  // Ranges come in order, and those of a block are known once it is read.
  if (damage_at_ < block_.damage.size()) next_damage_ = block_.damage[damage_at_].begin;
  stopped_ = block_.size > 0 && monitor_ && !monitor_(block_.size);
  return block_.size > 0 && !stopped_;
}

/// A hole that a crash left may be longer than any line; it is passed before the line is measured.
void LineReader::skip_nuls() {
  while (true) {
    const auto first = block_.bytes.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto end = block_.bytes.begin() + static_cast<std::ptrdiff_t>(end_);
    begin_ +=
        static_cast<std::size_t>(std::find_if(first, end, [](char c) { return c != 0; }) - first);
    if (begin_ < end_ || !fill()) return;
  }
}

/// An editor of another system left it: the first line begins behind it.
void LineReader::skip_byte_order_mark() {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  const std::string_view head(block_.bytes.data() + begin_, end_ - begin_);
  if (head.starts_with(kMark)) begin_ += kMark.size();
}

bool LineReader::touches_damage(std::uint64_t begin, std::uint64_t end) {
  if (end <= next_damage_) return false;
  const auto& damage = block_.damage;
  while (damage_at_ < damage.size() && damage[damage_at_].end <= begin) ++damage_at_;
  next_damage_ = damage_at_ < damage.size() ? damage[damage_at_].begin : kUnknownEnd;
  return next_damage_ < end;
}

bool LineReader::finish(LogLine& line, std::string_view raw, std::uint64_t end) {
  line.number = ++number_;
  line.end = end;
  line.filler = line.nuls > 0 && touches_damage(line.offset, line.offset + line.nuls);
  line.damaged = line.filler || touches_damage(line.offset, end);
  line.inner_nuls += count_nuls(raw);
  if (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
  line.text = raw;
  return true;
}

bool LineReader::next(LogLine& line) {
  line.too_long = false;
  line.inner_nuls = 0;
  line.offset = buffer_at_ + begin_;
  if (begin_ == end_ && fill()) {
    if (number_ == 0) skip_byte_order_mark();
    line.offset = buffer_at_ + begin_;
  }
  if (begin_ < end_ && block_.bytes[begin_] == '\0') skip_nuls();
  line.nuls = buffer_at_ + begin_ - line.offset;
  std::size_t searched = 0;
  while (true) {
    const char* const start = block_.bytes.data() + begin_;
    const std::size_t have = end_ - begin_;
    const void* const found =
        have > searched ? std::memchr(start + searched, '\n', have - searched) : nullptr;
    if (found != nullptr) {
      const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - start);
      begin_ += size + 1;
      line.too_long = size > kMaxLine;
      if (line.too_long) line.inner_nuls = count_nuls({start + kMaxLine, size - kMaxLine});
      return finish(line, {start, std::min(size, kMaxLine)}, buffer_at_ + begin_);
    }
    if (have > kMaxLine) break;
    searched = have;
    if (fill()) continue;
    if (stopped_ || (have == 0 && line.nuls == 0)) return false;
    // fill() may have moved the bytes to another block.
    const std::string_view rest(block_.bytes.data() + begin_, have);
    begin_ = end_;
    return finish(line, rest, buffer_at_ + begin_);
  }

  // Over-long: keep the head, pass over the rest up to the next line feed.
  line.too_long = true;
  begin_ += kMaxLine;  // of which head is a copy
  std::vector<char> head(block_.bytes.begin() + static_cast<std::ptrdiff_t>(begin_ - kMaxLine),
                         block_.bytes.begin() + static_cast<std::ptrdiff_t>(begin_));
  while (true) {
    const char* const start = block_.bytes.data() + begin_;
    const void* const found = end_ > begin_ ? std::memchr(start, '\n', end_ - begin_) : nullptr;
    const std::size_t size = found != nullptr
                                 ? static_cast<std::size_t>(static_cast<const char*>(found) - start)
                                 : end_ - begin_;
    line.inner_nuls += count_nuls({start, size});
    if (found != nullptr) {
      begin_ += size + 1;
      break;
    }
    begin_ = end_;
    if (!fill()) break;
  }
  if (stopped_) return false;
  long_head_ = std::move(head);
  return finish(line, {long_head_.data(), long_head_.size()}, buffer_at_ + begin_);
}

}  // namespace pidometer
