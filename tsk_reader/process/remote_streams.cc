// The half of ReaderSession that reads files.
#include <algorithm>
#include <utility>

#include "tsk_reader/process/reader_session.h"

namespace pidometer {
namespace {

/// A line that is fetched again needs little; whoever reads on gets larger blocks, and from the
/// third on the next one is read while this one is parsed.
constexpr std::uint32_t kFirstBlock = 64 * 1024;
constexpr std::uint32_t kAheadFrom = 4 * kFirstBlock;

/// A file that ended this many readers is not opened again.
constexpr int kMostDeaths = 3;

}  // namespace

std::optional<std::string> ReaderSession::sha256(const FileKey& file) const {
  const std::scoped_lock lock(mutex_);
  const auto at = hashes_.find(file);
  return at == hashes_.end() ? std::nullopt : std::optional(at->second);
}

Error ReaderSession::broken(const RemoteStreamState& stream) const {
  const auto suspect = suspects_.find({stream.file.volume, stream.file.path});
  std::string reason = suspect != suspects_.end() ? suspect->second.reason
                       : failure_                 ? failure_->reason
                                                  : std::string();
  if (reason.empty() && failure_) reason = failure_->message;
  return Error{
      ErrorKind::unreadable, "cannot read on in " + stream.file.path, std::move(reason), {}};
}

/// How far a stream may be read without asking for what ended a reader before.
std::uint64_t ReaderSession::readable(const RemoteStreamState& stream) const {
  const auto suspect = suspects_.find({stream.file.volume, stream.file.path});
  if (suspect == suspects_.end()) return kUnknownEnd;
  if (suspect->second.deaths >= kMostDeaths) return 0;
  const auto at = suspect->second.read_to.find(stream.form);
  return at == suspect->second.read_to.end() ? kUnknownEnd : at->second;
}

Result<void> ReaderSession::open_stream(RemoteStreamState& stream) {
  const std::scoped_lock lock(mutex_);
  return reopen(stream);
}

/// Opens the stream in the present process, at its offset.
Result<void> ReaderSession::reopen(RemoteStreamState& stream) {
  for (;;) {
    if (!ensure_open() || readable(stream) <= stream.offset) return tl::unexpected(broken(stream));
    const auto number = numbers_.find(stream.file);
    if (number == numbers_.end()) return tl::unexpected(broken(stream));
    stream.stream = next_stream_++;
    const Pointing reading(reading_, &stream);
    std::optional<Reply> reply =
        exchange(OpenFileRequest{number->second, stream.stream, stream.form, stream.part});
    if (reply && std::holds_alternative<OpenFileReply>(*reply) && stream.offset > 0) {
      reply = exchange(SkipRequest{stream.stream, stream.offset});
      SkipReply* const skipped = reply ? std::get_if<SkipReply>(&*reply) : nullptr;
      if (skipped != nullptr && skipped->passed < stream.offset)
        return fail(ErrorKind::unreadable, "cannot read on in " + stream.file.path,
                    "the file changed while it was read");
      std::vector<DamagedRange> damage;
      if (skipped != nullptr && skipped->passed == stream.offset &&
          apply(std::move(skipped->damage), damage)) {
        stream.damage = std::move(damage);
        reply = OpenFileReply{};
      }
    }
    if (reply && std::holds_alternative<OpenFileReply>(*reply)) {
      stream.generation = generation_;
      stream.block = 0;
      return {};
    }
    if (Error* const error = reply ? std::get_if<Error>(&*reply) : nullptr)
      return tl::unexpected(std::move(*error));
    if (process_ && reply) process_->break_off();
    if (process_) buried();
  }
}

/// Asks for the next block. False where the process is gone.
bool ReaderSession::request_block(RemoteStreamState& stream) {
  stream.block = std::min(stream.block == 0 ? kFirstBlock : stream.block * 4, kMostRead);
  const std::uint64_t most = readable(stream) - stream.offset;
  const ReadRequest request{
      stream.stream, static_cast<std::uint32_t>(std::min<std::uint64_t>(stream.block, most))};
  return process_->send(to_wire<Request>(request));
}

/// Receives the block that was asked for.
void ReaderSession::take_block(RemoteStreamState& stream, Message& block) {
  const Pointing reading(reading_, &stream);
  std::optional<Reply> reply = receive_reply(&block);
  if (Error* const error = reply ? std::get_if<Error>(&*reply) : nullptr) {
    block.tail.clear();
    stream.error = std::move(*error);
    return;
  }
  ReadReply* const read = reply ? std::get_if<ReadReply>(&*reply) : nullptr;
  const bool sound = read != nullptr && (read->size > 0 || read->end) &&
                     apply(std::move(read->damage), stream.damage);
  if (reply && !sound) {
    process_->break_off();
    reply.reset();
  }
  if (!reply) {
    block.tail.clear();
    buried();
  } else {
    stream.offset += read->size;
    stream.at_end = read->end && !read->error;
    stream.error = std::move(read->error);
    if (read->sha256) hashes_[stream.file] = std::move(*read->sha256);
  }
}

void ReaderSession::read(RemoteStreamState& stream, Message& block) {
  const std::scoped_lock lock(mutex_);
  block.tail.clear();
  if (!stream.ready.tail.empty()) std::swap(block, stream.ready);
  while (block.tail.empty() && !stream.at_end && !stream.error) {
    if (ahead_ == &stream) {
      ahead_ = nullptr;
      stream.asked_ahead = false;
      take_block(stream, block);
      continue;
    }
    settle();
    if (!process_ || stream.generation != generation_) {
      if (const Result<void> opened = reopen(stream); !opened) stream.error = opened.error();
      continue;
    }
    if (readable(stream) <= stream.offset) {
      stream.error = broken(stream);
      continue;
    }
    const Pointing reading(reading_, &stream);
    if (!request_block(stream)) {
      buried();
      continue;
    }
    take_block(stream, block);
  }
  // A reader that dies later takes with it what the image told in reading.
  if (stream.at_end && !stream.damage.empty()) refresh_report();
  // One block ahead: the reader unpacks it while this one is parsed.
  const bool more = !stream.at_end && !stream.error && stream.ready.tail.empty();
  if (more && process_ && stream.generation == generation_ && stream.block >= kAheadFrom &&
      readable(stream) > stream.offset && ahead_ == nullptr && !discard_ahead_ &&
      request_block(stream)) {
    ahead_ = &stream;
    stream.asked_ahead = true;
  }
}

Result<std::uint64_t> ReaderSession::skip(RemoteStreamState& stream, std::uint64_t count) {
  const std::scoped_lock lock(mutex_);
  settle();
  std::uint64_t passed = 0;
  if (!stream.ready.tail.empty()) {
    const auto part = std::min<std::uint64_t>(count, stream.ready.tail.size());
    stream.ready.tail.erase(stream.ready.tail.begin(),
                            stream.ready.tail.begin() + static_cast<std::ptrdiff_t>(part));
    passed = part;
  }
  while (passed < count && !stream.at_end && !stream.error) {
    if (!process_ || stream.generation != generation_) {
      if (const Result<void> opened = reopen(stream); !opened) stream.error = opened.error();
      continue;
    }
    const std::uint64_t most = std::min(count - passed, readable(stream) - stream.offset);
    if (most == 0) {
      stream.error = broken(stream);
      continue;
    }
    const Pointing reading(reading_, &stream);
    std::optional<Reply> reply = exchange(SkipRequest{stream.stream, most});
    SkipReply* const skipped = reply ? std::get_if<SkipReply>(&*reply) : nullptr;
    if (skipped != nullptr && skipped->passed <= most &&
        apply(std::move(skipped->damage), stream.damage)) {
      stream.offset += skipped->passed;
      passed += skipped->passed;
      stream.block = 0;
      if (skipped->sha256) hashes_[stream.file] = std::move(*skipped->sha256);
      if (skipped->passed < most) stream.at_end = true;
    } else if (Error* const error = reply ? std::get_if<Error>(&*reply) : nullptr) {
      stream.error = std::move(*error);
    } else if (process_) {
      if (reply) process_->break_off();
      buried();
    }
  }
  if (stream.error && passed == 0) return tl::unexpected(*stream.error);
  return passed;
}

void ReaderSession::close(RemoteStreamState& stream) {
  const std::scoped_lock lock(mutex_);
  if (ahead_ == &stream) {
    ahead_ = nullptr;
    discard_ahead_ = true;
  }
  if (process_ && stream.generation == generation_)
    process_->send(to_wire<Request>(CloseRequest{stream.stream}));
}

}  // namespace pidometer
