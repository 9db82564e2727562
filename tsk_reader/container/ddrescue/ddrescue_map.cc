#include "tsk_reader/container/ddrescue/ddrescue_map.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace pidometer {
namespace {

constexpr std::string_view kBlanks = " \t\r";

/// A position is below 2^63 in ddrescue itself (block.h, long long).
constexpr std::uint64_t kLargestPosition = std::uint64_t{1} << 62;

std::string_view next_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  line.remove_prefix(begin);
  const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

/// Decimal, hexadecimal after 0x, octal after 0, as C writes them.
std::optional<std::uint64_t> number(std::string_view word) {
  int base = 10;
  if (word.starts_with("0x") || word.starts_with("0X")) {
    base = 16;
    word.remove_prefix(2);
  } else if (word.size() > 1 && word.front() == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value, base);
  if (word.empty() || error != std::errc{} || stop != end || value > kLargestPosition)
    return std::nullopt;
  return value;
}

/// What a block's status says; null for finished, nothing where it is no status.
std::optional<const char*> status_reason(std::string_view status) {
  if (status.size() != 1) return std::nullopt;
  switch (status.front()) {
    case '+':
      return nullptr;
    case '?':
      return "not read by ddrescue (non-tried)";
    case '*':
      return "not read by ddrescue (non-trimmed)";
    case '/':
      return "not read by ddrescue (non-scraped)";
    case '-':
      return "not read by ddrescue (bad sector)";
    default:
      return std::nullopt;
  }
}

bool is_current_status(std::string_view word) {
  constexpr std::string_view kStatuses = "?*/-FG+";
  return word.size() == 1 && kStatuses.find(word.front()) != std::string_view::npos;
}

/// Reads line by line; each taker returns whether its line makes sense.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  DdrescueMap parse() {
    while (!text_.empty()) {
      ++line_number_;
      const std::size_t end = text_.find('\n');
      // ddrescue ends every line: one without an end was cut off.
      if (end == std::string_view::npos) return stop("is cut off in line");
      const std::string_view line = text_.substr(0, end);
      text_.remove_prefix(end + 1);
      if (!take(line)) return stop("makes no sense from line");
    }
    if (!has_status_ || map_.end == 0) return stop("is cut off after line");
    return std::move(map_);
  }

 private:
  DdrescueMap stop(const char* how) {
    map_.problem = std::string(how) + " " + std::to_string(line_number_);
    return std::move(map_);
  }

  bool take(std::string_view line) {
    constexpr std::string_view kCommand = "# Command line:";
    if (line.starts_with(kCommand) && map_.command.empty()) {
      map_.command = std::string(line.substr(kCommand.size()));
      while (!map_.command.empty() && map_.command.back() == '\r') map_.command.pop_back();
    }
    std::string_view rest = line.substr(0, line.find('#'));
    const std::string_view first = next_word(rest);
    if (first.empty()) return true;
    const std::optional<std::uint64_t> position = number(first);
    if (!position) return false;
    return has_status_ ? take_block(*position, rest) : take_status(rest);
  }

  bool take_status(std::string_view rest) {
    has_status_ = true;
    if (!is_current_status(next_word(rest))) return false;
    // Before version 1.22 the pass was not written.
    const std::string_view pass = next_word(rest);
    return (pass.empty() || number(pass)) && next_word(rest).empty();
  }

  bool take_block(std::uint64_t position, std::string_view rest) {
    const std::optional<std::uint64_t> size = number(next_word(rest));
    const auto reason = status_reason(next_word(rest));
    // The first block may begin anywhere, the others where the one before ends.
    const bool in_order = map_.end == 0 || position == map_.end;
    if (!size || !reason || !next_word(rest).empty() || !in_order || *size == 0) return false;
    if (map_.end == 0 && position > 0)
      map_.unread.add({0, position}, "not read by ddrescue (before its first block)");
    map_.end = position + *size;
    if (*reason != nullptr) map_.unread.add({position, map_.end}, *reason);
    return true;
  }

  std::string_view text_;
  DdrescueMap map_;
  std::uint64_t line_number_ = 0;
  bool has_status_ = false;
};

}  // namespace

bool DdrescueMap::shifted() const {
  std::string_view rest = command;
  while (true) {
    const std::string_view word = next_word(rest);
    if (word.empty()) return false;
    if (word.starts_with("--input-pos") || word.starts_with("--output-pos")) return true;
    // Short options may stand together; only their first letters are looked at.
    if (word.size() >= 2 && word[0] == '-' && (word[1] == 'i' || word[1] == 'o')) return true;
  }
}

bool is_ddrescue_map(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\n'));
  const bool named = line.starts_with("# Mapfile.") || line.starts_with("# Rescue Logfile.");
  return named && line.find("ddrescue") != std::string_view::npos;
}

DdrescueMap parse_ddrescue_map(std::string_view text, std::uint64_t image_size) {
  DdrescueMap map = Parser(text).parse();
  if (!map.problem.empty())
    map.unread.add({map.end, std::max(map.end, image_size)},
                   "not known to be read: the ddrescue map " + map.problem + " on");
  return map;
}

std::optional<DdrescueMap> read_ddrescue_map(OsFile& file, std::uint64_t image_size) {
  std::string text(
      static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), kLargestDdrescueMap)), '\0');
  DamageList damage;
  text.resize(file.read_at(0, std::as_writable_bytes(std::span(text)), damage));
  if (!is_ddrescue_map(text)) return std::nullopt;
  return parse_ddrescue_map(text, image_size);
}

}  // namespace pidometer
