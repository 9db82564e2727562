#include "tsk_reader/process/reader_server.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "tsk_reader/process/channel.h"
#include "tsk_reader/process/messages.h"

namespace pidometer {
namespace {

/// Files of one message of a list. Zone files come with the folders: a message has room for both.
constexpr std::size_t kListingPart = kMostMessage / 2;

/// A file that was listed, and what notes and messages call it.
struct ServedFile {
  std::unique_ptr<LogFile> file;
  std::string volume;
};

struct ServedStream {
  const ServedFile* file = nullptr;
  std::unique_ptr<ByteStream> stream;
  std::vector<DamagedRange> told;  ///< damage that the other side knows of
};

class Server {
 public:
  Server(const ReaderDescriptors& own, PageStepNote& steps, const OpenHere& open_here)
      : own_(own), steps_(steps), open_here_(open_here) {}

  /// False where the answer could not be sent.
  bool answer(Request request) {
    return std::visit([this](auto& one) { return handle(one); }, request);
  }

 private:
  bool send(Reply reply, std::span<const std::byte> tail = {}) {
    const std::string bytes = to_wire(std::move(reply));
    if (bytes.size() > kMostMessage)
      return send_message(own_.replies,
                          to_wire<Reply>(Error{ErrorKind::unreadable, "cannot tell what was found",
                                               "the list is longer than 16 MiB",
                                               "the image is damaged or made to break programs"}));
    return send_message(own_.replies, bytes, tail);
  }

  bool handle(GroupRequest& request) {
    return send(group_inputs_here(request.paths, request.as, &steps_));
  }

  bool handle(OpenRequest& request) {
    steps_.leave_out(std::move(request.left_out));
    auto opened = open_here_(request, steps_);
    if (!opened) return send(std::move(opened.error()));
    evidence_ = std::move(*opened);
    return send_report();
  }

  bool handle(ReportRequest&) { return send_report(); }

  bool send_report() {
    if (evidence_ == nullptr) return false;
    ReportReply reply;
    reply.report = evidence_->report();
    reply.volumes = evidence_->volumes();
    return send(std::move(reply));
  }

  std::vector<LogFolder> find(FindWhat what, std::span<const std::string_view> folders,
                              std::span<const std::string_view> globs) {
    switch (what) {
      case FindWhat::logs:
        break;
      case FindWhat::files:
        return evidence_->find_files(folders, globs);
      case FindWhat::deleted:
        return evidence_->find_deleted(folders, globs);
    }
    return evidence_->find_logs(folders, globs);
  }

  bool handle(FindRequest& request) {
    if (evidence_ == nullptr) return false;
    const std::vector<std::string_view> folders(request.folders.begin(), request.folders.end());
    const std::vector<std::string_view> globs(request.globs.begin(), request.globs.end());
    steps_.at(request.what == FindWhat::deleted ? Step::deleted_search : Step::log_search, {}, {});
    FindReply reply;
    std::size_t bytes = 0;
    std::uint32_t parts = 0;
    for (LogFolder& found : find(request.what, folders, globs)) {
      std::vector<std::unique_ptr<LogFile>> files = std::move(found.files);
      found.files.clear();
      const std::string volume = found.volume;
      reply.folders.push_back({std::move(found), {}, false});
      for (std::unique_ptr<LogFile>& file : files) {
        ListedFile listed{static_cast<std::uint32_t>(files_.size()), file->entry()};
        const std::size_t length = to_wire(listed).size();
        if (bytes > 0 && bytes + length > kListingPart) {
          reply.more = true;
          if (++parts == kMostListingParts)
            return send(Error{ErrorKind::unreadable, "cannot tell what was found",
                              "the list is longer than 256 MiB",
                              "the image is damaged or made to break programs"});
          if (!send(std::move(reply))) return false;
          reply = {};
          reply.folders.push_back({{}, {}, true});
          bytes = 0;
        }
        bytes += length;
        reply.folders.back().files.push_back(std::move(listed));
        files_.push_back({std::move(file), volume});
      }
    }
    return send(std::move(reply));
  }

  bool handle(OpenFileRequest& request) {
    if (request.file >= files_.size()) return false;
    const ServedFile& served = files_[request.file];
    note(served);
    if (request.part && request.part->end < request.part->begin) return false;
    auto stream = request.part ? served.file->open_part(*request.part, request.form)
                               : served.file->open(request.form);
    if (!stream) return send(std::move(stream.error()));
    streams_[request.stream] = {&served, std::move(*stream), {}};
    return send(OpenFileReply{});
  }

  bool handle(ReadRequest& request) {
    const auto at = streams_.find(request.stream);
    if (at == streams_.end()) return false;
    ServedStream& served = at->second;
    note(*served.file);
    block_.resize(kMostRead);
    const std::span<std::byte> room =
        std::span(block_).first(std::min<std::size_t>(request.most, block_.size()));
    ReadReply reply;
    std::size_t filled = 0;
    // Short reads are gathered: a block has the price of a message.
    while (filled < room.size()) {
      const auto got = served.stream->read(room.subspan(filled));
      if (!got) reply.error = got.error();
      if (!got || *got == 0) {
        reply.end = true;
        break;
      }
      filled += *got;
    }
    reply.size = static_cast<std::uint32_t>(filled);
    reply.damage = change(served);
    reply.sha256 = served.file->file->sha256();
    return send(std::move(reply), room.first(filled));
  }

  bool handle(SkipRequest& request) {
    const auto at = streams_.find(request.stream);
    if (at == streams_.end()) return false;
    ServedStream& served = at->second;
    note(*served.file);
    const auto passed = served.stream->skip(request.count);
    if (!passed) return send(Error(passed.error()));
    SkipReply reply;
    reply.passed = *passed;
    reply.damage = change(served);
    reply.sha256 = served.file->file->sha256();
    return send(std::move(reply));
  }

  bool handle(CloseRequest& request) {
    streams_.erase(request.stream);
    return true;
  }

  bool handle(HashRequest&) {
    if (evidence_ == nullptr) return false;
    Result<MediumHashing> so_far = evidence_->hash_on();
    if (!so_far) return send(std::move(so_far.error()));
    return send(std::move(*so_far));
  }

  void note(const ServedFile& served) {
    steps_.at(Step::reading, served.volume, served.file->entry().path);
  }

  static DamageChange change(ServedStream& served) {
    const std::vector<DamagedRange>& now = served.stream->damage();
    DamageChange change = damage_change(served.told, now);
    if (!change.tail.empty() || change.keep < served.told.size()) served.told = now;
    return change;
  }

  const ReaderDescriptors& own_;
  PageStepNote& steps_;
  const OpenHere& open_here_;
  std::unique_ptr<Evidence> evidence_;
  std::deque<ServedFile> files_;  // streams point into it
  std::map<std::uint32_t, ServedStream> streams_;
  std::vector<std::byte> block_;
};

}  // namespace

void serve_requests(const ReaderDescriptors& own, PageStepNote& steps, const OpenHere& open_here) {
  Server server(own, steps, open_here);
  while (const std::optional<Message> message = receive_message(own.requests)) {
    std::optional<Request> request = from_wire<Request>(message->head);
    if (!request || !server.answer(std::move(*request))) return;
    steps.at(Step::none, {}, {});
  }
}

}  // namespace pidometer
