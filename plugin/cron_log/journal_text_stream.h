#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/journal_entry.h"
#include "base/journal_text.h"
#include "base/log_file.h"

namespace pidometer {

/// A journal in one of its text forms, as lines of journal_line(): what the two forms share. Bytes
/// that are no entry, and entries that damage hits, are lost lines (JournalText).
class JournalTextStream : public ByteStream {
 public:
  explicit JournalTextStream(std::unique_ptr<ByteStream> source) : source_(std::move(source)) {}

  Result<std::size_t> read(std::span<std::byte> out) final;
  const std::vector<DamagedRange>& damage() const final { return text_.damage(); }

 protected:
  /// Takes bytes from the front of `buffer_` and makes lines of them. False: it needs more bytes,
  /// or at the end of them all there is nothing more to make.
  virtual bool step() = 0;

  std::string_view buffer() const { return std::string_view(buffer_).substr(begin_); }
  bool at_end() const { return at_end_; }
  /// Bytes into the file, of the buffer's first one.
  std::uint64_t at() const { return at_; }
  void pass(std::size_t count);
  /// The line of an entry that lies in [entry.offset, end), or a lost one where its bytes are
  /// damaged or it has no time.
  void tell(const JournalEntry& entry, std::uint64_t end);
  void lost(std::string_view reason) { text_.lost(reason); }

 private:
  Result<void> fill();

  std::unique_ptr<ByteStream> source_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::uint64_t at_ = 0;
  bool at_end_ = false;
  JournalText text_;
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

/// The log's lines: the decoded stream, or what it becomes where it is a journal in a text form.
Result<std::unique_ptr<ByteStream>> open_log_text(const LogFile& file);

/// The lines of the first bytes of a log, as open_log_text() gives them.
std::string log_text_of_head(std::string_view head);

}  // namespace pidometer
