#include "tsk_reader/evidence/log_file_impl.h"

#include <array>
#include <cstring>
#include <utility>

#include "base/headed_stream.h"
#include "tsk_reader/bytes/decompress.h"
#include "tsk_reader/bytes/hashing.h"
#include "tsk_reader/systemd_journal/journal_file.h"
#include "tsk_reader/systemd_journal/journal_stream.h"

namespace pidometer {
namespace {

using SharedHash = std::shared_ptr<std::optional<std::string>>;

bool is_journal(std::span<const std::byte> head) {
  return head.size() >= kJournalMagic.size() &&
         std::memcmp(head.data(), kJournalMagic.data(), kJournalMagic.size()) == 0;
}

/// The stream, or the text of the journal that it is.
Result<std::unique_ptr<ByteStream>> text_of(std::unique_ptr<ByteStream> stream) {
  std::vector<std::byte> head = read_head(*stream, kJournalMagic.size());
  const bool journal = is_journal(head);
  auto whole = std::make_unique<HeadedStream>(std::move(head), std::move(stream));
  if (journal) return journal_as_text(std::move(whole));
  return whole;
}

class LogFileImpl : public LogFile {
 public:
  LogFileImpl(FileEntry entry, OpenStored open_stored, Compression compression, bool is_a_journal)
      : entry_(std::move(entry)),
        open_stored_(std::move(open_stored)),
        compression_(compression),
        is_a_journal_(is_a_journal) {}

  const FileEntry& entry() const override { return entry_; }

  Result<std::unique_ptr<ByteStream>> open(StreamForm form) const override {
    Result<std::unique_ptr<ByteStream>> stream = open_stored_();
    if (!stream) return stream;
    if (!hash_->has_value()) {
      // The stream may outlive this object's next open; the hash is shared, not pointed to.
      stream = hash_while_reading(std::move(*stream),
                                  [hash = hash_](std::string hex) { *hash = std::move(hex); });
    }
    if (form == StreamForm::decoded && compression_ != Compression::none) {
      return text_of(unpack(std::move(*stream), compression_));
    }
    if (form == StreamForm::decoded && is_a_journal_) return journal_as_text(std::move(*stream));
    return stream;
  }

  std::optional<std::string> sha256() const override { return *hash_; }

 private:
  FileEntry entry_;
  OpenStored open_stored_;
  Compression compression_;
  bool is_a_journal_;
  SharedHash hash_ = std::make_shared<std::optional<std::string>>();
};

}  // namespace

std::unique_ptr<LogFile> make_log_file(FileEntry entry, OpenStored open_stored) {
  std::array<std::byte, kCompressionMagicBytes> buffer{};
  std::size_t length = 0;
  if (const auto stream = open_stored()) {
    while (length < buffer.size()) {
      const auto got = (*stream)->read(std::span(buffer).subspan(length));
      if (!got || *got == 0) break;
      length += *got;
    }
  }
  const auto head = std::span<const std::byte>(buffer).first(length);
  const Compression compression = detect_compression(head);
  if (compression != Compression::none) {
    entry.packed = gzip_time(head);
    entry.path_spec.insert(entry.path_spec.begin(), compression_layer(compression));
  }
  return std::make_unique<LogFileImpl>(std::move(entry), std::move(open_stored), compression,
                                       is_journal(head));
}

OpenStored with_step(StepNote& steps, std::string volume, std::string path, OpenStored open) {
  return [&steps, volume = std::move(volume), path = std::move(path),
          open = std::move(open)]() -> Result<std::unique_ptr<ByteStream>> {
    if (const auto left_out = steps.begin(Step::reading, volume, path))
      return fail(ErrorKind::unreadable, "cannot read " + path, *left_out);
    return open();
  };
}

}  // namespace pidometer
