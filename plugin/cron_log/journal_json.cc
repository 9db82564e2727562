#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "plugin/cron_log/journal_text_stream.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

/// journalctl writes fields above 4 KiB as null unless it is told --all; entries have some 30.
constexpr std::size_t kMostLine = std::size_t{4} << 20;

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6U);
    byte(0x80 | (code & 0x3fU));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12U);
    byte(0x80 | (code >> 6U & 0x3fU));
    byte(0x80 | (code & 0x3fU));
  } else {
    byte(0xf0 | code >> 18U);
    byte(0x80 | (code >> 12U & 0x3fU));
    byte(0x80 | (code >> 6U & 0x3fU));
    byte(0x80 | (code & 0x3fU));
  }
}

/// RFC 8259, as far as journalctl writes it. Each member takes from the front of the text, or
/// fails.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool object(JournalEntry& entry) {
    if (!next('{')) return false;
    if (next('}')) return at_end();
    do {
      std::string name;
      std::string value;
      bool has_value = false;
      blanks();
      if (!string(name) || !next(':') || !field(value, has_value)) return false;
      if (has_value) journal_field(entry, name, value);
    } while (next(','));
    return next('}') && at_end();
  }

 private:
  void blanks() {
    while (!text_.empty() &&
           (text_.front() == ' ' || text_.front() == '\t' || text_.front() == '\r'))
      text_.remove_prefix(1);
  }
  bool next(char c) {
    blanks();
    return take(text_, c);
  }
  bool at_end() {
    blanks();
    return text_.empty();
  }

  bool hex4(std::uint32_t& code) {
    if (text_.size() < 4) return false;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + 4, code, 16);
    if (error != std::errc() || end != text_.data() + 4) return false;
    text_.remove_prefix(4);
    return true;
  }

  bool escape(std::string& out) {
    if (text_.empty()) return false;
    const char c = text_.front();
    text_.remove_prefix(1);
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (const std::size_t at = kNames.find(c); at != std::string_view::npos) {
      out += kValues[at];
      return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !hex4(code)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      std::uint32_t low = 0;
      if (!take(text_, "\\u") || !hex4(low) || low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
    }
    append_utf8(out, code);
    return true;
  }

  bool string(std::string& out) {
    if (!take(text_, '"')) return false;
    while (!text_.empty()) {
      const std::size_t run = std::min(text_.find_first_of("\"\\"), text_.size());
      out.append(text_.substr(0, run));
      text_.remove_prefix(run);
      if (take(text_, '"')) return true;
      if (take(text_, '\\') && !escape(out)) return false;
    }
    return false;
  }

  /// null, true, false, a number.
  bool word(std::string_view& out) {
    const std::size_t end = std::min(text_.find_first_of(",]} \t\r"), text_.size());
    out = text_.substr(0, end);
    text_.remove_prefix(end);
    return !out.empty();
  }

  bool field(std::string& out, bool& has_value) {
    blanks();
    if (text_.starts_with('"')) {
      has_value = true;
      return string(out);
    }
    if (text_.starts_with('[')) return array(out, has_value);
    std::string_view value;
    if (!word(value)) return false;
    has_value = value != "null";  // null: too large for journalctl
    out = value;
    return true;
  }

  /// Bytes as numbers, or values of which the first counts.
  bool array(std::string& out, bool& has_value) {
    if (!next('[')) return false;
    has_value = true;
    if (next(']')) return true;
    bool first = true;
    do {
      blanks();
      std::string item;
      if (text_.starts_with('"')) {
        if (!string(item)) return false;
      } else if (text_.starts_with('[')) {
        if (!bytes(item)) return false;
      } else {
        if (!byte(out)) return false;
        first = false;
        continue;
      }
      if (std::exchange(first, false)) out = std::move(item);
    } while (next(','));
    return next(']');
  }

  bool bytes(std::string& out) {
    if (!next('[')) return false;
    if (next(']')) return true;
    do {
      blanks();
      if (!byte(out)) return false;
    } while (next(','));
    return next(']');
  }

  bool byte(std::string& out) {
    std::string_view value;
    std::uint8_t number = 0;
    if (!word(value)) return false;
    if (value == "null") return true;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return false;
    out += static_cast<char>(number);
    return true;
  }

  std::string_view text_;
};

class JsonStream final : public JournalTextStream {
 public:
  using JournalTextStream::JournalTextStream;

 private:
  bool step() override {
    const std::string_view bytes = buffer();
    const std::size_t feed = bytes.find('\n', searched_);
    if (feed == std::string_view::npos && !at_end()) {
      searched_ = bytes.size();
      if (bytes.size() <= kMostLine) return false;
      // Let go of what is too long; what follows up to the line feed is still of that line.
      pass(std::exchange(searched_, 0));
      too_long_ = true;
      return false;
    }
    searched_ = 0;
    if (bytes.empty() && !too_long_) return false;
    std::string_view line = bytes.substr(0, feed);
    JournalEntry entry;
    entry.offset = at();
    const std::uint64_t end = at() + line.size();
    take(line, '\x1e');
    if (std::exchange(too_long_, false))
      lost("journal JSON: a line longer than 4 MiB");
    else if (parse_journal_json(line, entry))
      tell(entry, end);
    else if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      lost("journal JSON: a line that is no entry");
    pass(feed == std::string_view::npos ? bytes.size() : feed + 1);
    return true;
  }

  std::size_t searched_ = 0;
  bool too_long_ = false;
};

}  // namespace

bool parse_journal_json(std::string_view line, JournalEntry& entry) {
  return JsonReader(line).object(entry);
}

std::unique_ptr<ByteStream> journal_json_as_text(std::unique_ptr<ByteStream> source) {
  return std::make_unique<JsonStream>(std::move(source));
}

}  // namespace pidometer
