#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tsk_reader/process/messages.h"
#include "tsk_reader/process/reader_process.h"
#include "tsk_reader/process/reader_server.h"

namespace pidometer {

/// A file as it is found again in another reader process: the search that listed it, its volume
/// and path, and which of several of that name it is.
struct FileKey {
  std::size_t search = 0;
  std::string volume;
  std::string path;
  std::size_t which = 0;

  friend auto operator<=>(const FileKey&, const FileKey&) = default;
};

/// What the parent knows of a stream in a reader process.
struct RemoteStreamState {
  FileKey file;
  StreamForm form = StreamForm::stored;
  std::optional<ByteRange> part = {};  ///< LogFile::open_part()
  std::uint32_t stream = 0;
  std::uint64_t generation = 0;  ///< of the process it was opened in; 0: none yet
  std::uint64_t offset = 0;      ///< bytes that came
  std::uint32_t block = 0;       ///< bytes asked for last
  bool at_end = false;
  std::optional<Error> error;  ///< behind the bytes that came
  std::vector<DamagedRange> damage;
  Message ready;  ///< a block that was asked for ahead
  bool asked_ahead = false;
};

/// Sets a pointer while a scope lasts, whatever the way out of it.
template <typename Value>
class Pointing {
 public:
  Pointing(Value*& slot, Value* to) : slot_(slot), before_(std::exchange(slot, to)) {}
  Pointing(const Pointing&) = delete;
  Pointing& operator=(const Pointing&) = delete;
  ~Pointing() { slot_ = before_; }

 private:
  Value*& slot_;
  Value* before_;
};

/// One input and the reader process that reads it. A process that dies is succeeded by one that
/// leaves out what killed it, a bounded number of times; each death is a Warning. Thread-safe.
class ReaderSession {
 public:
  /// `given` as for open_evidence(). `body` answers requests: serve_requests().
  ReaderSession(InputGroup group, std::vector<InputGroup> given, ReaderOptions options,
                ReaderBody body);

  /// Opens the input. Errors: the input's own, or what it did to its reader.
  Result<void> open();
  /// Folders with their files' keys. What could not be found out is in the warnings.
  std::vector<std::pair<ListedFolder, std::vector<FileKey>>> find(FindRequest request);
  /// The newest that is known.
  ReportReply report();

  Result<void> open_stream(RemoteStreamState& stream);
  /// The next bytes of a stream into `block`; none at its end or with its error.
  void read(RemoteStreamState& stream, Message& block);
  Result<std::uint64_t> skip(RemoteStreamState& stream, std::uint64_t count);
  void close(RemoteStreamState& stream);
  std::optional<std::string> sha256(const FileKey& file) const;
  /// Evidence::hash_on(). A reader that dies of it leaves no hashes, and is no reader's successor's
  /// work: the medium would be read from its start again.
  Result<MediumHashing> hash_on();

  /// For tests that end it from outside; -1 where none runs.
  pid_t pid() const;

 private:
  struct Search {
    FindRequest request;
    FindReply found;
    std::vector<std::vector<FileKey>> keys;  ///< of found
  };
  /// What a file did to its readers.
  struct Suspect {
    int deaths = 0;
    std::map<StreamForm, std::uint64_t> read_to;  ///< what came before
    std::string reason;
  };

  std::optional<Reply> exchange(const Request& request, Message* tail = nullptr);
  std::optional<Reply> receive_reply(Message* tail);
  void settle();
  bool ensure_open();
  bool start();
  bool search(std::size_t index);
  void take_listing(std::size_t index, FindReply reply);
  void take_report(ReportReply reply);
  void refresh_report();
  void buried();
  void warn(const StepSeen& step, const std::string& words, const std::string& lost);
  Result<void> reopen(RemoteStreamState& stream);
  bool request_block(RemoteStreamState& stream);
  void take_block(RemoteStreamState& stream, Message& block);
  std::uint64_t readable(const RemoteStreamState& stream) const;
  Error broken(const RemoteStreamState& stream) const;

  const InputGroup group_;
  const std::vector<InputGroup> given_;
  const ReaderOptions options_;
  const ReaderBody body_;
  mutable std::mutex mutex_;
  std::unique_ptr<ReaderProcess> process_;
  std::uint64_t generation_ = 0;
  std::uint32_t next_stream_ = 1;
  RemoteStreamState* ahead_ = nullptr;    ///< the stream that a block was asked ahead for
  bool discard_ahead_ = false;            ///< a reply comes that nobody wants any more
  RemoteStreamState* reading_ = nullptr;  ///< the stream whose request is under way
  std::vector<LeftOut> left_out_;
  std::vector<Search> searches_;
  std::map<FileKey, std::uint32_t> numbers_;  ///< in the present process
  std::map<FileKey, std::string> hashes_;
  std::map<std::pair<std::string, std::string>, Suspect> suspects_;  ///< by volume and path
  ReportReply report_;
  ReportReply earlier_;  ///< what the process before the present one said last
  std::uint64_t report_generation_ = 0;
  std::vector<Warning> warnings_;
  std::optional<Error> failure_;  ///< nothing more can be read of this input
};

}  // namespace pidometer
