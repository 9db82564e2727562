#include "plugin/cron_log/journal_text_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/headed_stream.h"
#include "plugin/cron_log/scan.h"

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

std::unique_ptr<ByteStream> as_text(std::unique_ptr<ByteStream> stream, JournalForm form) {
  switch (form) {
    case JournalForm::exported:
      return journal_export_as_text(std::move(stream));
    case JournalForm::json:
      return journal_json_as_text(std::move(stream));
    case JournalForm::none:
      break;
  }
  return stream;
}

}  // namespace

Result<std::size_t> JournalTextStream::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    while (!text_.has_enough()) {
      if (step()) continue;
      if (at_end_) break;
      if (Result<void> more = fill(); !more) return tl::unexpected(more.error());
    }
    const std::size_t got = text_.take(out.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

void JournalTextStream::pass(std::size_t count) {
  begin_ += count;
  at_ += count;
}

Result<void> JournalTextStream::fill() {
  buffer_.erase(0, std::exchange(begin_, 0));
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kBlock);
  const Result<std::size_t> got =
      source_->read(std::as_writable_bytes(std::span(buffer_)).subspan(kept));
  buffer_.resize(kept + (got ? *got : 0));
  if (!got) return tl::unexpected(got.error());
  at_end_ = *got == 0;
  return {};
}

void JournalTextStream::tell(const JournalEntry& entry, std::uint64_t end) {
  const std::vector<DamagedRange>& damage = source_->damage();
  const auto hit = std::partition_point(
      damage.begin(), damage.end(),
      [&entry](const DamagedRange& one) { return one.range.end <= entry.offset; });
  if (hit != damage.end() && hit->range.begin < end) return text_.lost(hit->reason);
  const std::string line = journal_line(entry);
  if (line.empty()) return text_.lost("journal text: an entry without a time");
  text_.line(line);
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

Result<std::unique_ptr<ByteStream>> open_log_text(const LogFile& file) {
  Result<std::unique_ptr<ByteStream>> stream = file.open(StreamForm::decoded);
  if (!stream) return stream;
  std::vector<std::byte> head = read_head(**stream, kHead);
  const JournalForm form =
      detect_journal_form({reinterpret_cast<const char*>(head.data()), head.size()});  // NOLINT
  return as_text(std::make_unique<HeadedStream>(std::move(head), std::move(*stream)), form);
}

std::string log_text_of_head(std::string_view head) {
  const JournalForm form = detect_journal_form(head.substr(0, kHead));
  if (form == JournalForm::none) return std::string(head);
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
