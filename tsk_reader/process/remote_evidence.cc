#include "tsk_reader/process/remote_evidence.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pidometer {
namespace {

class RemoteStream final : public ByteStream {
 public:
  RemoteStream(std::shared_ptr<ReaderSession> session, FileKey file, StreamForm form,
               std::optional<ByteRange> part)
      : session_(std::move(session)) {
    state_.file = std::move(file);
    state_.form = form;
    state_.part = part;
  }
  ~RemoteStream() override { session_->close(state_); }

  Result<void> open() { return session_->open_stream(state_); }

  Result<std::size_t> read(std::span<std::byte> out) override {
    if (out.empty()) return 0;
    if (at_ == block_.tail.size()) {
      at_ = 0;
      session_->read(state_, block_);
      if (block_.tail.empty()) {
        if (state_.error) return tl::unexpected(*state_.error);
        return 0;
      }
    }
    const std::size_t count = std::min(out.size(), block_.tail.size() - at_);
    std::memcpy(out.data(), block_.tail.data() + at_, count);
    at_ += count;
    return count;
  }

  Result<std::uint64_t> skip(std::uint64_t count) override {
    const std::uint64_t here = std::min<std::uint64_t>(count, block_.tail.size() - at_);
    at_ += static_cast<std::size_t>(here);
    if (here == count) return count;
    const Result<std::uint64_t> beyond = session_->skip(state_, count - here);
    if (!beyond) return beyond;
    return here + *beyond;
  }

  const std::vector<DamagedRange>& damage() const override { return state_.damage; }

 private:
  std::shared_ptr<ReaderSession> session_;
  RemoteStreamState state_;
  Message block_;
  std::size_t at_ = 0;  ///< in the block's tail
};

class RemoteFile final : public LogFile {
 public:
  RemoteFile(std::shared_ptr<ReaderSession> session, FileKey key, FileEntry entry)
      : session_(std::move(session)), key_(std::move(key)), entry_(std::move(entry)) {}

  const FileEntry& entry() const override { return entry_; }

  Result<std::unique_ptr<ByteStream>> open(StreamForm form) const override {
    return open_stream(form, std::nullopt);
  }

  Result<std::unique_ptr<ByteStream>> open_part(ByteRange part, StreamForm form) const override {
    return open_stream(form, part);
  }

  std::optional<std::string> sha256() const override { return session_->sha256(key_); }

 private:
  Result<std::unique_ptr<ByteStream>> open_stream(StreamForm form,
                                                  std::optional<ByteRange> part) const {
    auto stream = std::make_unique<RemoteStream>(session_, key_, form, part);
    if (const Result<void> opened = stream->open(); !opened) return tl::unexpected(opened.error());
    return stream;
  }

  std::shared_ptr<ReaderSession> session_;
  FileKey key_;
  FileEntry entry_;
};

class RemoteEvidence final : public Evidence {
 public:
  explicit RemoteEvidence(std::shared_ptr<ReaderSession> session) : session_(std::move(session)) {}

  InputReport report() const override { return session_->report().report; }
  std::vector<VolumeReport> volumes() const override { return session_->report().volumes; }

  std::vector<LogFolder> find_logs(std::span<const std::string_view> folders,
                                   std::span<const std::string_view> globs) override {
    return find({{folders.begin(), folders.end()}, {globs.begin(), globs.end()}, FindWhat::logs});
  }

  std::vector<LogFolder> find_files(std::span<const std::string_view> folders,
                                    std::span<const std::string_view> globs) override {
    return find({{folders.begin(), folders.end()}, {globs.begin(), globs.end()}, FindWhat::files});
  }

  Result<MediumHashing> hash_on() override { return session_->hash_on(); }

  std::vector<LogFolder> find_deleted(std::span<const std::string_view> folders,
                                      std::span<const std::string_view> globs) override {
    return find(
        {{folders.begin(), folders.end()}, {globs.begin(), globs.end()}, FindWhat::deleted});
  }

 private:
  std::vector<LogFolder> find(FindRequest request) {
    std::vector<LogFolder> out;
    for (auto& [listed, keys] : session_->find(std::move(request))) {
      LogFolder& folder = out.emplace_back(std::move(listed.folder));
      for (std::size_t i = 0; i < listed.files.size(); ++i)
        folder.files.push_back(std::make_unique<RemoteFile>(session_, std::move(keys[i]),
                                                            std::move(listed.files[i].entry)));
    }
    return out;
  }

  std::shared_ptr<ReaderSession> session_;
};

}  // namespace

std::unique_ptr<Evidence> make_remote_evidence(std::shared_ptr<ReaderSession> session) {
  return std::make_unique<RemoteEvidence>(std::move(session));
}

}  // namespace pidometer
