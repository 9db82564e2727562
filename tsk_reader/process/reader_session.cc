#include "tsk_reader/process/reader_session.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {
namespace {

/// Readers of one input that may die before the rest of it is given up: each death costs a start
/// from the beginning, and an image may be made to kill every one.
constexpr std::uint64_t kMostReaders = 32;

/// What the reader of an input may have opened: the input, and of an image the other images, that
/// may hold the rest of its arrays and volume groups.
std::vector<std::string> paths_of(const InputGroup& group, const std::vector<InputGroup>& given) {
  std::vector<std::string> paths;
  const auto is_image = [](const InputGroup& one) {
    return one.kind == InputKind::image || one.kind == InputKind::automatic;
  };
  const auto add = [&paths](const InputGroup& one) {
    for (const auto& segment : one.segments) paths.push_back(segment.string());
    for (const auto& map : one.maps) paths.push_back(map.string());
  };
  add(group);
  if (!is_image(group)) return paths;
  for (const InputGroup& other : given)
    if (is_image(other)) add(other);
  return paths;
}

/// A file is opened by its path in the end, and its path spec names it: neither may be missing.
bool plausible(const FindReply& reply) {
  for (const ListedFolder& folder : reply.folders)
    for (const ListedFile& file : folder.files)
      if (file.entry.path.empty() || file.entry.path_spec.empty()) return false;
  return true;
}

bool plausible(const MediumHashing& so_far) {
  const auto is_hash = [](const std::string& text, std::size_t digits) {
    return text.empty() || (text.size() == digits &&
                            text.find_first_not_of("0123456789abcdef") == std::string::npos);
  };
  return is_hash(so_far.md5, 32) && is_hash(so_far.sha1, 40) && is_hash(so_far.sha256, 64);
}

/// Adds one message of a list to the whole of it. True where another one is to follow; one that
/// cannot be is made into no reply of a search.
bool join_listing(FindReply& all, std::optional<Reply>& reply) {
  FindReply* const part = reply ? std::get_if<FindReply>(&*reply) : nullptr;
  if (part == nullptr) return false;
  const bool more = part->more;
  const bool sound = plausible(*part) && (part->folders.empty() || !all.folders.empty() ||
                                          !part->folders.front().goes_on);
  if (!sound) {
    reply = Hello{};
    return false;
  }
  for (ListedFolder& folder : part->folders) {
    if (!folder.goes_on)
      all.folders.push_back(std::move(folder));
    else
      std::move(folder.files.begin(), folder.files.end(),
                std::back_inserter(all.folders.back().files));
  }
  return more;
}

bool same(const Warning& a, const Warning& b) {
  return a.kind == b.kind && a.message == b.message && a.volume == b.volume && a.path == b.path &&
         a.range == b.range;
}

}  // namespace

ReaderSession::ReaderSession(InputGroup group, std::vector<InputGroup> given, ReaderOptions options,
                             ReaderBody body)
    : group_(std::move(group)),
      given_(std::move(given)),
      options_(std::move(options)),
      body_(std::move(body)) {}

pid_t ReaderSession::pid() const {
  const std::scoped_lock lock(mutex_);
  return process_ ? process_->pid() : -1;
}

Result<void> ReaderSession::open() {
  const std::scoped_lock lock(mutex_);
  if (!ensure_open()) return tl::unexpected(*failure_);
  return {};
}

/// A reply; nothing where the reader is dead, and buried() is to be called.
std::optional<Reply> ReaderSession::receive_reply(Message* tail) {
  std::optional<Message> message = process_->receive(tail ? std::move(*tail) : Message{});
  if (!message) return std::nullopt;
  std::optional<Reply> reply = from_wire<Reply>(message->head);
  const ReadReply* const read = reply ? std::get_if<ReadReply>(&*reply) : nullptr;
  if (!reply || message->tail.size() != (read ? read->size : 0)) {
    process_->break_off();
    return std::nullopt;
  }
  if (tail) *tail = std::move(*message);
  return reply;
}

std::optional<Reply> ReaderSession::exchange(const Request& request, Message* tail) {
  if (!process_) return std::nullopt;
  settle();
  if (!process_ || !process_->send(to_wire(request))) return std::nullopt;
  return receive_reply(tail);
}

/// Takes the block that was asked for ahead, so that the next reply is the next request's.
void ReaderSession::settle() {
  if (!process_) return;
  if (std::exchange(discard_ahead_, false)) {
    if (!receive_reply(nullptr)) buried();
  } else if (RemoteStreamState* const stream = std::exchange(ahead_, nullptr)) {
    stream->asked_ahead = false;
    take_block(*stream, stream->ready);
  }
}

/// The process is dead: says what it was at, and what the next one leaves out.
void ReaderSession::buried() {
  const ReaderEnd end = process_->end();
  StepSeen step = process_->step();
  // A reply that cannot be comes from what was asked for, whatever the page says by now.
  if (end.broke_protocol)
    step = reading_ == nullptr
               ? StepSeen{}
               : StepSeen{Step::reading, reading_->file.volume, reading_->file.path};
  process_.reset();
  numbers_.clear();
  ahead_ = nullptr;
  discard_ahead_ = false;
  const std::string words = "the reader process " + end.words + " while " + step.words();
  if (end.interrupted) {
    failure_ = Error{ErrorKind::unreadable, "reading " + group_.name + " was interrupted", {}, {}};
    return;
  }
  const bool known = std::any_of(left_out_.begin(), left_out_.end(),
                                 [&](const LeftOut& one) { return one.what == step; });
  switch (step.step) {
    case Step::file_system:
    case Step::host_facts:
    case Step::log_search:
    case Step::deleted_search:
      if (!step.volume.empty() && !known) {
        left_out_.push_back({step, words});
        return warn(step, words,
                    step.step == Step::host_facts ? "zone and host name of the volume are left open"
                    : step.step == Step::deleted_search ? "its deleted logs are not looked for"
                                                        : "the volume is left out");
      }
      break;
    case Step::reading: {
      if (step.path.empty() || known) break;
      Suspect& suspect = suspects_[{step.volume, step.path}];
      suspect.reason = words;
      ++suspect.deaths;
      const bool was_read = reading_ != nullptr && reading_->file.path == step.path &&
                            reading_->file.volume == step.volume;
      if (was_read) {
        const auto [at, first] = suspect.read_to.try_emplace(reading_->form, reading_->offset);
        if (!first) at->second = std::min(at->second, reading_->offset);
      }
      if (!was_read || reading_->offset == 0) left_out_.push_back({step, words});
      return warn(step, words,
                  was_read && reading_->offset > 0
                      ? "the file is read up to byte " + std::to_string(reading_->offset)
                      : "the file is left out");
    }
    case Step::hashing:
      return warn(step, words, "the hashes of the medium are not known");
    case Step::none:  // it was at nothing: nothing is to be left out
      if (!end.broke_protocol) return warn(step, words, "another one reads on");
      break;
    case Step::input:
    case Step::image:
    case Step::volumes:
      break;
  }
  failure_ = Error{ErrorKind::unreadable, "cannot read " + group_.name, words,
                   "the input is damaged or made to break programs; where it is sound, a longer "
                   "--step-limit or more memory may help"};
  warn(step, words, "nothing more is read of the input");
}

void ReaderSession::warn(const StepSeen& step, const std::string& words, const std::string& lost) {
  Warning warning;
  warning.kind = WarningKind::reader_died;
  warning.message = words + "; " + lost;
  warning.image = group_.name;
  warning.volume = step.volume;
  warning.path = step.path;
  warnings_.push_back(std::move(warning));
}

/// A process that has the input open and has listed what was listed before. False: failure_ says
/// why there can be none.
bool ReaderSession::ensure_open() {
  while (!process_ && !failure_) {
    if (generation_ >= kMostReaders) {
      failure_ = Error{ErrorKind::unreadable, "cannot read on in " + group_.name,
                       "its reader process died " + std::to_string(generation_) + " times",
                       "the input is damaged or made to break programs"};
      warn({}, "the reader process died " + std::to_string(generation_) + " times",
           "nothing more is read of the input");
      break;
    }
    if (!start()) continue;
    for (std::size_t i = 0; i < searches_.size() && process_; ++i) search(i);
  }
  return process_ != nullptr && !failure_;
}

bool ReaderSession::start() {
  ++generation_;
  auto started = ReaderProcess::start(OpenPolicy(paths_of(group_, given_)), options_, body_);
  if (!started) {
    failure_ = started.error();
    return false;
  }
  process_ = std::move(*started);
  std::optional<Reply> reply = exchange(OpenRequest{group_, given_, left_out_});
  if (!reply) {
    buried();
    return false;
  }
  if (Error* const error = std::get_if<Error>(&*reply)) {
    failure_ = std::move(*error);
  } else if (ReportReply* const report = std::get_if<ReportReply>(&*reply)) {
    take_report(std::move(*report));
    return true;
  } else {
    process_->break_off();
    buried();
  }
  process_.reset();
  return false;
}

/// Lists what `searches_[index]` asks for; the process may die of it.
bool ReaderSession::search(std::size_t index) {
  const bool deleted = searches_[index].request.what == FindWhat::deleted;
  FindReply all;
  std::optional<Reply> reply = exchange(searches_[index].request);
  std::uint32_t parts = 0;
  while (join_listing(all, reply) && ++parts < kMostListingParts) reply = receive_reply(nullptr);
  if (!reply) {
    if (process_) buried();
    return false;
  }
  if (const Error* const error = std::get_if<Error>(&*reply)) {
    warn({deleted ? Step::deleted_search : Step::log_search, {}, {}},
         error->message + ": " + error->reason,
         deleted ? "the deleted logs of the input are not read"
                 : "the logs of the input are not read");
    return true;
  }
  if (FindReply* const last = std::get_if<FindReply>(&*reply); last == nullptr || last->more) {
    process_->break_off();
    buried();
    return false;
  }
  take_listing(index, std::move(all));
  return true;
}

void ReaderSession::take_listing(std::size_t index, FindReply reply) {
  Search& search = searches_[index];
  std::map<std::pair<std::string, std::string>, std::size_t> seen;
  std::vector<std::vector<FileKey>> keys;
  for (const ListedFolder& folder : reply.folders) {
    std::vector<FileKey>& row = keys.emplace_back();
    for (const ListedFile& file : folder.files) {
      const std::size_t which = seen[{folder.folder.volume, file.entry.path}]++;
      row.push_back({index, folder.folder.volume, file.entry.path, which});
      numbers_[row.back()] = file.file;
    }
  }
  search.found = std::move(reply);
  search.keys = std::move(keys);
}

std::vector<std::pair<ListedFolder, std::vector<FileKey>>> ReaderSession::find(
    FindRequest request) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::pair<ListedFolder, std::vector<FileKey>>> out;
  searches_.push_back({std::move(request), {}, {}});
  if (process_) search(searches_.size() - 1);
  ensure_open();
  Search& done = searches_.back();
  for (std::size_t i = 0; i < done.found.folders.size(); ++i)
    out.emplace_back(std::move(done.found.folders[i]), done.keys[i]);
  done.found.folders.clear();
  return out;
}

/// What an earlier process met in reading stays: the present one has not met it.
void ReaderSession::take_report(ReportReply reply) {
  if (std::exchange(report_generation_, generation_) != generation_) earlier_ = std::move(report_);
  DamageList damage;
  for (const DamagedRange& one : reply.report.damage) damage.add(one.range, one.reason);
  for (const DamagedRange& one : earlier_.report.damage) damage.add(one.range, one.reason);
  if (!earlier_.report.damage.empty()) reply.report.damage = damage.all();
  for (const Warning& old : earlier_.report.warnings)
    if (std::none_of(reply.report.warnings.begin(), reply.report.warnings.end(),
                     [&](const Warning& now) { return same(old, now); }))
      reply.report.warnings.push_back(old);
  reply.report.isolation = process_->isolation();
  report_ = std::move(reply);
}

void ReaderSession::refresh_report() {
  if (!process_) return;
  std::optional<Reply> reply = exchange(ReportRequest{});
  ReportReply* const report = reply ? std::get_if<ReportReply>(&*reply) : nullptr;
  if (report != nullptr) {
    take_report(std::move(*report));
  } else if (process_) {
    if (reply) process_->break_off();
    buried();
  }
}

Result<MediumHashing> ReaderSession::hash_on() {
  const std::scoped_lock lock(mutex_);
  if (!ensure_open()) return tl::unexpected(*failure_);
  const std::uint64_t reader = generation_;
  std::optional<Reply> reply = exchange(HashRequest{});
  MediumHashing* const so_far = reply ? std::get_if<MediumHashing>(&*reply) : nullptr;
  if (so_far != nullptr && plausible(*so_far)) return std::move(*so_far);
  if (Error* const error = reply ? std::get_if<Error>(&*reply) : nullptr)
    return tl::unexpected(std::move(*error));
  if (reply && process_) process_->break_off();
  if (process_ && generation_ == reader) buried();
  if (failure_) return tl::unexpected(*failure_);
  return fail(ErrorKind::unreadable, "the hashes of " + group_.name + " are not known",
              "the process that read it died", "see the warnings");
}

ReportReply ReaderSession::report() {
  const std::scoped_lock lock(mutex_);
  refresh_report();
  ReportReply out = report_;
  out.report.warnings.insert(out.report.warnings.end(), warnings_.begin(), warnings_.end());
  return out;
}

}  // namespace pidometer
