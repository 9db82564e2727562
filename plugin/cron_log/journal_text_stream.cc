#include "plugin/cron_log/journal_text_stream.h"

#include <array>

#include "plugin/cron_log/scan.h"

namespace pidometer {

void JournalTextStream::tell(const JournalEntry& entry, std::uint64_t end) {
  if (lost_to_damage(entry.offset, end)) return;
  const std::string text = journal_line(entry);
  if (text.empty()) return lost("journal text: an entry without a time");
  line(text);
}

JournalForm detect_journal_form(std::string_view head) {
  constexpr std::array<std::string_view, 3> kFirstFields = {
      "__CURSOR=", "__REALTIME_TIMESTAMP=", "__MONOTONIC_TIMESTAMP="};
  for (const std::string_view field : kFirstFields)
    if (head.starts_with(field)) return JournalForm::exported;
  take(head, '\x1e');  // RFC 7464, before each object of json-seq
  const std::string_view line = head.substr(0, head.find('\n'));
  if (line.starts_with('{') && line.find("\"__REALTIME_TIMESTAMP\"") != std::string_view::npos)
    return JournalForm::json;
  return JournalForm::none;
}

}  // namespace pidometer
