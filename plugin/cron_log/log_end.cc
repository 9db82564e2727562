#include "plugin/cron_log/log_end.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace pidometer {
namespace {

/// A line of any cron's log has more bytes than that: a time, a PID and a name. Where fewer are no
/// text no line is lost.
constexpr std::uint64_t kLeastLine = 16;

/// Of bytes at random so many in a row are hardly ever text: three in eight are ASCII.
constexpr std::size_t kLeastText = 8;

/// No text, in any character set. 0xff is what an erased block reads as.
bool is_strange(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0xff || byte == 0x7f ||
         (byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\x1b');
}

/// How many bytes at the front of a line are text; as such begin all lines of a log, its first ones
/// are well-formed UTF-8, and what a program writes behind a time may be of another character set.
std::size_t text_bytes(std::string_view line) {
  bool plain = true;
  for (const char c : line) plain = plain && c >= 0x20 && c < 0x7f;
  if (plain) return line.size();
  std::size_t at = 0;
  while (at < line.size() && !is_strange(line[at])) {
    const std::size_t length = decode_utf8(line.substr(at)).length;
    if (length == 0 && at < kLeastText) break;
    at += std::max<std::size_t>(1, length);
  }
  return at;
}

}  // namespace

void LogEnd::note(const LogLine& line, bool is_record) {
  line_ = line.number;
  const std::size_t text = is_record ? line.text.size() : text_bytes(line.text);
  if (text >= kLeastText) {
    const bool whole = text == line.text.size() && !line.too_long;
    text_end_ = whole ? line.end : line.offset + line.nuls + text;
    strange_ = nuls_ = 0;
  } else {
    strange_ += line.nuls;
    nuls_ += line.nuls;
  }
  const std::string_view rest = line.text.substr(text);
  const auto strange = text < kLeastText
                           ? rest.size()
                           : static_cast<std::size_t>(std::ranges::count_if(rest, is_strange));
  strange_ += std::max<std::uint64_t>(strange, line.inner_nuls);
  nuls_ += line.inner_nuls;
}

void LogEnd::pass(const LogLine& line) {
  line_ = line.number;
  text_end_ = line.end;
  strange_ = nuls_ = 0;
}

std::optional<DamagedRange> LogEnd::lost(std::uint64_t size) const {
  if (strange_ < kLeastLine || text_end_ >= size) return std::nullopt;
  return DamagedRange{{text_end_, size},
                      "the log ends in " + std::to_string(size - text_end_) +
                          " bytes that are no text, " + std::to_string(nuls_) + " of them NUL"};
}

}  // namespace pidometer
