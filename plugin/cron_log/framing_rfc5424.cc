#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

/// A header field; `-` (NILVALUE) comes back empty.
bool take_field(std::string_view& text, std::string_view& field) {
  if (!take_until(text, ' ', field) || field.empty()) return false;
  if (field == "-") field = {};
  return true;
}

/// `-` or `[id name="value"]...`, where a value may hold `\"`, `\\` and `\]`.
bool take_structured_data(std::string_view& text) {
  if (take(text, '-')) return true;
  if (text.empty() || text.front() != '[') return false;
  while (take(text, '[')) {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (quoted && text[at] == '\\') {
        ++at;
      } else if (text[at] == '"') {
        quoted = !quoted;
      }
    }
    if (at >= text.size()) return false;
    text.remove_prefix(at + 1);
  }
  return true;
}

/// What journal_line() says of the boot: the part `b=` of the entry's cursor.
std::string_view boot_id_of(std::string_view data) {
  constexpr std::size_t kDigits = 32;
  if (!take(data, "[journal ")) return {};
  std::string_view cursor;
  if (!take_until(data, ']', cursor)) return {};
  const std::size_t at = cursor.find("b=");
  if (at == std::string_view::npos || cursor.size() - at <= kDigits + 2) return {};
  const std::string_view id = cursor.substr(at + 2, kDigits);
  return cursor[at + 2 + kDigits] == '"' && id.find('"') == std::string_view::npos
             ? id
             : std::string_view();
}

}  // namespace

std::optional<FramedLine> parse_rfc5424(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::rfc5424;
  if (!line.starts_with('<') || !take_priority(line) || !take(line, "1 ")) return std::nullopt;
  std::string_view procid;
  std::string_view msgid;
  if (!take_iso_time(line, framed.time) || !take(line, ' ') || !take_field(line, framed.hostname) ||
      !take_field(line, framed.tag) || !take_field(line, procid) || !take_field(line, msgid))
    return std::nullopt;
  framed.boot_id = boot_id_of(line);
  if (!take_structured_data(line)) return std::nullopt;
  if (!line.empty() && !take(line, ' ')) return std::nullopt;
  take(line, "\xEF\xBB\xBF");  // 6.4: UTF-8 text starts with a byte order mark
  skip_blanks(line);           // rsyslog keeps the blank after the RFC 3164 tag
  framed.has_pid = take_number(procid, framed.pid) && procid.empty();
  framed.text = line;
  return framed;
}

}  // namespace pidometer
