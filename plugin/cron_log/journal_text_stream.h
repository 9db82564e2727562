#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/journal_entry.h"
#include "plugin/cron_log/rebuilt_text.h"

namespace pidometer {

/// A journal in one of its text forms, as lines of journal_line(): what the two forms share. Bytes
/// that are no entry, and entries that damage hits, are lost lines (JournalText).
class JournalTextStream : public RebuiltText {
 public:
  using RebuiltText::RebuiltText;

 protected:
  /// The line of an entry that lies in [entry.offset, end), or a lost one where its bytes are
  /// damaged or it has no time.
  void tell(const JournalEntry& entry, std::uint64_t end);
};

/// `journalctl -o export` ("Journal Export Formats", systemd.io): fields `NAME=text`, or NAME, a
/// length in 8 bytes and bytes; a blank line behind each entry.
std::unique_ptr<ByteStream> journal_export_as_text(std::unique_ptr<ByteStream> source);

/// `journalctl -o json` and `-o json-seq`: one object a line; a field is a string, null where it
/// was too large, an array of numbers where it is no UTF-8, an array of those where it stands
/// several times.
std::unique_ptr<ByteStream> journal_json_as_text(std::unique_ptr<ByteStream> source);

/// One line of JSON into the entry. False where it is no object of that form.
bool parse_journal_json(std::string_view line, JournalEntry& entry);

/// A text form of the journal, told by the first bytes of a file.
enum class JournalForm { none, exported, json };
JournalForm detect_journal_form(std::string_view head);

}  // namespace pidometer
