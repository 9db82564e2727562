#include <charconv>
#include <string>
#include <utility>

#include "plugin/cron_log/journal_text_stream.h"
#include "plugin/cron_log/json_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

/// An object of journalctl's.
class EntryReader {
 public:
  explicit EntryReader(std::string_view text) : json_(text) {}

  bool object(JournalEntry& entry) {
    if (!json_.next('{')) return false;
    if (json_.next('}')) return json_.at_end();
    do {
      std::string name;
      std::string value;
      bool has_value = false;
      json_.blanks();
      if (!json_.string(name) || !json_.next(':') || !field(value, has_value)) return false;
      if (has_value) journal_field(entry, name, value);
    } while (json_.next(','));
    return json_.next('}') && json_.at_end();
  }

 private:
  bool field(std::string& out, bool& has_value) {
    if (json_.is_next('"')) {
      has_value = true;
      return json_.string(out);
    }
    if (json_.is_next('[')) return array(out, has_value);
    std::string_view value;
    if (!json_.word(value)) return false;
    has_value = value != "null";  // null: too large for journalctl
    out = value;
    return true;
  }

  /// Bytes as numbers, or values of which the first counts.
  bool array(std::string& out, bool& has_value) {
    if (!json_.next('[')) return false;
    has_value = true;
    if (json_.next(']')) return true;
    bool first = true;
    do {
      std::string item;
      if (json_.is_next('"')) {
        if (!json_.string(item)) return false;
      } else if (json_.is_next('[')) {
        if (!bytes(item)) return false;
      } else {
        if (!byte(out)) return false;
        first = false;
        continue;
      }
      if (std::exchange(first, false)) out = std::move(item);
    } while (json_.next(','));
    return json_.next(']');
  }

  bool bytes(std::string& out) {
    if (!json_.next('[')) return false;
    if (json_.next(']')) return true;
    do {
      json_.blanks();
      if (!byte(out)) return false;
    } while (json_.next(','));
    return json_.next(']');
  }

  bool byte(std::string& out) {
    std::string_view value;
    std::uint8_t number = 0;
    if (!json_.word(value)) return false;
    if (value == "null") return true;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return false;
    out += static_cast<char>(number);
    return true;
  }

  JsonText json_;
};

class JsonStream final : public JournalTextStream {
 public:
  using JournalTextStream::JournalTextStream;

 private:
  bool step() override {
    const LineByLine::Cut next = lines_.cut(buffer(), at_end());
    if (next.kind == LineByLine::Cut::Kind::too_long) {
      lost("journal JSON: a line longer than 4 MiB");
    } else if (next.kind == LineByLine::Cut::Kind::whole) {
      std::string_view text = next.line;
      JournalEntry entry;
      entry.offset = at();
      const std::uint64_t end = at() + text.size();
      take(text, '\x1e');
      if (parse_journal_json(text, entry))
        tell(entry, end);
      else if (text.find_first_not_of(" \t\r") != std::string_view::npos)
        lost("journal JSON: a line that is no entry");
    }
    pass(next.taken);
    return next.kind != LineByLine::Cut::Kind::more && next.kind != LineByLine::Cut::Kind::end;
  }

  LineByLine lines_;
};

}  // namespace

bool parse_journal_json(std::string_view line, JournalEntry& entry) {
  return EntryReader(line).object(entry);
}

std::unique_ptr<ByteStream> journal_json_as_text(std::unique_ptr<ByteStream> source) {
  return std::make_unique<JsonStream>(std::move(source));
}

}  // namespace pidometer
