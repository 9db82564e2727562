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

bool is_utf16(std::string_view head) {
  constexpr std::size_t kLooked = 1024;
  constexpr std::size_t kPairs = 16;
  const bool little = head.starts_with("\xff\xfe");
  const bool marked = little || head.starts_with("\xfe\xff");
  head = head.substr(0, kLooked);
  std::array<std::size_t, 2> text{};  // pairs of a NUL and a printable byte, by where the NUL is
  std::size_t pairs = 0;
  for (std::size_t i = marked ? 2 : 0; i + 1 < head.size(); i += 2, ++pairs)
    for (const std::size_t nul : {std::size_t{0}, std::size_t{1}}) {
      const char other = head[i + 1 - nul];
      const bool written =
          (other >= ' ' && other <= '~') || other == '\n' || other == '\r' || other == '\t';
      if (head[i + nul] == '\0' && written) ++text[nul];
    }
  // Names and commands may have other letters; two of three pairs are ASCII in any line of cron's.
  const auto mostly = [&](std::size_t count) { return 3 * count >= 2 * pairs; };
  if (marked) return pairs == 0 || mostly(text[little ? 1 : 0]);
  return pairs >= kPairs && (mostly(text[0]) || mostly(text[1]));
}

Error utf16_error() {
  return {ErrorKind::unsupported,
          "it is text in UTF-16, which no log daemon writes: not read",
          "another program saved it so; convert a copy with iconv -f UTF-16 -t UTF-8, which loses "
          "nothing, and give that",
          {}};
}

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
  const std::string_view begin(reinterpret_cast<const char*>(head.data()), head.size());  // NOLINT
  // Decoded, its lines would stand at bytes that the file has not.
  if (is_utf16(begin)) return tl::unexpected(utf16_error());
  const LogForm found = detect_log_form(begin);
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
