#include "plugin/cron_log/line_reader.h"

#include <algorithm>
#include <cstring>

namespace pidometer {

LineReader::LineReader(ByteStream& stream) : stream_(stream), buffer_(kMaxLine + kBlock) {}

bool LineReader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    buffer_at_ += begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t room = std::min(kBlock, buffer_.size() - end_);
  const auto got = stream_.read(std::as_writable_bytes(std::span(buffer_.data() + end_, room)));
  if (!got) {
    error_ = got.error();
    at_end_ = true;
    return false;
  }
  at_end_ = *got == 0;
  // Ranges come in order, and those of a block are known once it is read.
  const auto& damage = stream_.damage();
  if (damage_at_ < damage.size()) next_damage_ = damage[damage_at_].range.begin;
  end_ += *got;
  read_ += *got;
  return !at_end_;
}

bool LineReader::touches_damage(std::uint64_t begin, std::uint64_t end) {
  if (end <= next_damage_) return false;
  const auto& damage = stream_.damage();
  while (damage_at_ < damage.size() && damage[damage_at_].range.end <= begin) ++damage_at_;
  next_damage_ = damage_at_ < damage.size() ? damage[damage_at_].range.begin : kUnknownEnd;
  return next_damage_ < end;
}

bool LineReader::finish(LogLine& line, std::string_view raw, std::uint64_t end) {
  line.number = ++number_;
  line.end = end;
  line.damaged = touches_damage(line.offset, end);
  line.nuls = 0;
  if (!raw.empty() && raw.front() == '\0') {
    const std::size_t nuls = std::min(raw.find_first_not_of('\0'), raw.size());
    line.nuls = static_cast<std::uint32_t>(nuls);
    raw.remove_prefix(nuls);
  }
  if (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
  line.text = raw;
  return true;
}

bool LineReader::next(LogLine& line) {
  line.too_long = false;
  std::size_t searched = 0;
  while (true) {
    const char* const start = buffer_.data() + begin_;
    const std::size_t have = end_ - begin_;
    const void* const found = std::memchr(start + searched, '\n', have - searched);
    if (found != nullptr) {
      const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - start);
      line.offset = buffer_at_ + begin_;
      begin_ += size + 1;
      line.too_long = size > kMaxLine;
      return finish(line, {start, std::min(size, kMaxLine)}, buffer_at_ + begin_);
    }
    if (have > kMaxLine) break;
    searched = have;
    if (fill()) continue;
    if (have == 0) return false;
    line.offset = buffer_at_ + begin_;
    // fill() may have moved the bytes to the front of the buffer.
    const std::string_view rest(buffer_.data() + begin_, have);
    begin_ = end_;
    return finish(line, rest, buffer_at_ + begin_);
  }

  // Over-long: keep the head, pass over the rest up to the next line feed.
  line.offset = buffer_at_ + begin_;
  line.too_long = true;
  std::vector<char> head(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                         buffer_.begin() + static_cast<std::ptrdiff_t>(begin_ + kMaxLine));
  while (true) {
    const char* const start = buffer_.data() + begin_;
    const void* const found = std::memchr(start, '\n', end_ - begin_);
    if (found != nullptr) {
      begin_ += static_cast<std::size_t>(static_cast<const char*>(found) - start) + 1;
      break;
    }
    begin_ = end_;
    if (!fill()) break;
  }
  long_head_ = std::move(head);
  return finish(line, {long_head_.data(), long_head_.size()}, buffer_at_ + begin_);
}

}  // namespace pidometer
