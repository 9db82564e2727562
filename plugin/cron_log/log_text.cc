#include "plugin/cron_log/log_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/headed_stream.h"
#include "plugin/cron_log/journal_text_stream.h"
#include "plugin/cron_log/plaso_rows.h"

namespace pidometer {
namespace {

constexpr std::size_t kBlock = 64 * 1024;
/// A first line of JSON is a few hundred bytes long; of an export its name is enough.
constexpr std::size_t kHead = 16 * 1024;

class HeadBytes final : public ByteStream {
 public:
  explicit HeadBytes(std::string_view bytes) : bytes_(bytes) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size());
    std::memcpy(out.data(), bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }
  const std::vector<DamagedRange>& damage() const override { return none_; }

 private:
  std::string_view bytes_;
  std::vector<DamagedRange> none_;
};

std::unique_ptr<ByteStream> as_text(std::unique_ptr<ByteStream> stream, LogForm form) {
  switch (form) {
    case LogForm::journal_export:
      return journal_export_as_text(std::move(stream));
    case LogForm::journal_json:
      return journal_json_as_text(std::move(stream));
    case LogForm::plaso_rows:
      return plaso_rows_as_text(std::move(stream));
    case LogForm::lines:
      break;
  }
  return stream;
}

}  // namespace

LogForm detect_log_form(std::string_view head) {
  switch (detect_journal_form(head)) {
    case JournalForm::exported:
      return LogForm::journal_export;
    case JournalForm::json:
      return LogForm::journal_json;
    case JournalForm::none:
      break;
  }
  return begins_like_plaso_rows(head) ? LogForm::plaso_rows : LogForm::lines;
}

Result<std::unique_ptr<ByteStream>> open_log_text(const LogFile& file, LogForm* form) {
  Result<std::unique_ptr<ByteStream>> stream = file.open(StreamForm::decoded);
  if (!stream) return stream;
  std::vector<std::byte> head = read_head(**stream, kHead);
  const LogForm found =
      detect_log_form({reinterpret_cast<const char*>(head.data()), head.size()});  // NOLINT
  if (form != nullptr) *form = found;
  return as_text(std::make_unique<HeadedStream>(std::move(head), std::move(*stream)), found);
}

std::string log_text_of_head(std::string_view head) {
  const LogForm form = detect_log_form(head.substr(0, kHead));
  if (form == LogForm::lines) return std::string(head);
  const auto stream = as_text(std::make_unique<HeadBytes>(head), form);
  std::string text;
  std::vector<std::byte> block(kBlock);
  while (true) {
    const Result<std::size_t> got = stream->read(block);
    if (!got || *got == 0) break;
    text.append(reinterpret_cast<const char*>(block.data()), *got);  // NOLINT
  }
  return text;
}

}  // namespace pidometer
