#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "plugin/cron_log/journal_text_stream.h"

namespace pidometer {
namespace {

/// A field's name has 64 bytes at most (journal_field_valid(), systemd).
constexpr std::size_t kMostName = 64;
constexpr std::size_t kLengthBytes = 8;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMostName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

class ExportStream final : public JournalTextStream {
 public:
  using JournalTextStream::JournalTextStream;

 private:
  bool step() override {
    if (passing_ > 0) return pass_over();
    if (passing_line_) return pass_line();
    if (buffer().empty()) return end();
    if (entry_ && binary_) return take_binary();
    return take_line();
  }

  /// Bytes of a value that are not kept.
  bool pass_over() {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(passing_, buffer().size()));
    pass(count);
    passing_ -= count;
    if (passing_ > 0 && at_end()) return end();
    return count > 0;
  }

  bool pass_line() {
    const std::size_t feed = buffer().find('\n');
    const std::size_t count = feed == std::string_view::npos ? buffer().size() : feed + 1;
    pass(count);
    passing_line_ = feed == std::string_view::npos && !at_end();
    return count > 0 || !passing_line_;
  }

  bool take_line() {
    const std::string_view bytes = buffer();
    const std::size_t feed = bytes.find('\n');
    if (feed == std::string_view::npos && !at_end() && bytes.size() <= kMostJournalMessage + 1)
      return false;
    const std::string_view line = bytes.substr(0, feed);
    if (line.empty()) {
      finish();
      pass(1);
      return true;
    }
    if (!entry_) {
      entry_.emplace();
      entry_->offset = at();
    }
    const std::size_t equals = line.substr(0, kMostName + 1).find('=');
    if (equals != std::string_view::npos && is_name(line.substr(0, equals))) {
      journal_field(*entry_, line.substr(0, equals), line.substr(equals + 1));
      torn_ = torn_ || (feed == std::string_view::npos && at_end());
    } else if (feed != std::string_view::npos && is_name(line)) {
      binary_ = line;
    } else {
      spoilt_ = true;
    }
    pass(line.size() + (feed == std::string_view::npos ? 0 : 1));
    passing_line_ = feed == std::string_view::npos && !at_end();
    return true;
  }

  /// Length, bytes, line feed.
  bool take_binary() {
    const std::string_view bytes = buffer();
    if (bytes.size() < kLengthBytes) return at_end() ? end() : false;
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;)
      length = length << 8U | static_cast<unsigned char>(bytes[i]);
    const std::uint64_t keep = std::min<std::uint64_t>(length, kMostJournalMessage);
    if (bytes.size() - kLengthBytes < keep) return at_end() ? end() : false;
    journal_field(*entry_, *binary_, bytes.substr(kLengthBytes, static_cast<std::size_t>(keep)));
    binary_.reset();
    pass(kLengthBytes + static_cast<std::size_t>(keep));
    passing_ = length - keep;
    passing_ += passing_ < UINT64_MAX ? 1 : 0;  // the line feed
    return true;
  }

  void finish() {
    if (!entry_) return;
    if (spoilt_)
      lost("journal export: an entry with bytes that are no field");
    else
      tell(*entry_, at());
    entry_.reset();
    spoilt_ = false;
  }

  /// The last entry needs no blank line behind it, if it holds the field that lines are made for.
  bool end() {
    if (!at_end() || !entry_) return false;
    if (binary_ || passing_ > 0 || torn_ || !entry_->message)
      lost("journal export: the file ends within an entry");
    else
      finish();
    pass(buffer().size());
    entry_.reset();
    binary_.reset();
    passing_ = 0;
    return true;
  }

  std::optional<JournalEntry> entry_;  ///< the one that is being read
  std::optional<std::string> binary_;  ///< name of a field whose length and bytes come next
  std::uint64_t passing_ = 0;
  bool passing_line_ = false;
  bool spoilt_ = false;
  bool torn_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> journal_export_as_text(std::unique_ptr<ByteStream> source) {
  return std::make_unique<ExportStream>(std::move(source));
}

}  // namespace pidometer
