#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tsk_reader/process/wire_types.h"

namespace pidometer {

/// What the parent asks of a reader process. One answer each, in order; FindRequest may have
/// several, CloseRequest has none.
struct GroupRequest {
  std::vector<std::string> paths;
  InputKind as = InputKind::automatic;
};
struct OpenRequest {
  InputGroup group;
  std::vector<InputGroup> given;  ///< all inputs of the command line
  std::vector<LeftOut> left_out;
};
/// find_logs(), find_files() or find_deleted() of Evidence.
enum class FindWhat { logs, files, deleted };
struct FindRequest {
  std::vector<std::string> folders;
  std::vector<std::string> globs;
  FindWhat what = FindWhat::logs;
};
struct ReportRequest {};
/// A file by the number it was found under; the stream gets a number that the parent chooses.
struct OpenFileRequest {
  std::uint32_t file = 0;
  std::uint32_t stream = 0;
  StreamForm form = StreamForm::stored;
  std::optional<ByteRange> part = {};  ///< of an area, as a file of its own
};
struct ReadRequest {
  std::uint32_t stream = 0;
  std::uint32_t most = 0;  ///< bytes
};
struct SkipRequest {
  std::uint32_t stream = 0;
  std::uint64_t count = 0;
};
struct CloseRequest {
  std::uint32_t stream = 0;
};
/// Evidence::hash_on()
struct HashRequest {};
using Request = std::variant<GroupRequest, OpenRequest, FindRequest, ReportRequest, OpenFileRequest,
                             ReadRequest, SkipRequest, CloseRequest, HashRequest>;

/// How a stream's damage changed: what stands from `keep` on is replaced by `tail`.
struct DamageChange {
  std::uint32_t keep = 0;
  std::vector<DamagedRange> tail;
};

struct Hello {
  bool limits = false;
  bool seccomp = false;
};
struct ReportReply {
  InputReport report;
  std::vector<VolumeReport> volumes;
};
struct ListedFile {
  std::uint32_t file = 0;
  FileEntry entry;
};
struct ListedFolder {
  LogFolder folder;  ///< without its files
  std::vector<ListedFile> files;
  bool goes_on = false;  ///< more files of the folder before it; nothing else is told of it
};
/// A list that is too long for one message comes in several.
struct FindReply {
  std::vector<ListedFolder> folders;
  bool more = false;  ///< another one follows
};
struct OpenFileReply {};
/// Bytes of a stream follow the message, `size` of them.
struct ReadReply {
  std::uint32_t size = 0;
  bool end = false;  ///< nothing comes behind them
  DamageChange damage;
  std::optional<std::string> sha256;  ///< of the stored file, once it is known
  std::optional<Error> error;         ///< nothing more can come
};
struct SkipReply {
  std::uint64_t passed = 0;
  DamageChange damage;
  std::optional<std::string> sha256;
};
/// An Error answers any request.
using Reply = std::variant<Error, Hello, GroupedInputs, ReportReply, FindReply, OpenFileReply,
                           ReadReply, SkipReply, MediumHashing>;

/// A block of a log; a reply is hardly longer.
inline constexpr std::uint32_t kMostRead = 1 << 20;
/// A report of a badly damaged image has some 50 bytes a damaged range: three hundred thousand of
/// them.
inline constexpr std::uint32_t kMostMessage = 16 << 20;
/// Of half a message each: eleven million places of free space.
inline constexpr std::uint32_t kMostListingParts = 32;

template <typename Wire>
void transfer(Wire& wire, GroupRequest& value) {
  auto& [paths, as] = value;
  wire(paths, as);
}
template <typename Wire>
void transfer(Wire& wire, OpenRequest& value) {
  auto& [group, given, left_out] = value;
  wire(group, given, left_out);
}
constexpr FindWhat last_of(FindWhat) {
  return FindWhat::deleted;
}
template <typename Wire>
void transfer(Wire& wire, FindRequest& value) {
  auto& [folders, globs, what] = value;
  wire(folders, globs, what);
}
template <typename Wire>
void transfer(Wire&, ReportRequest&) {}
template <typename Wire>
void transfer(Wire& wire, OpenFileRequest& value) {
  auto& [file, stream, form, part] = value;
  wire(file, stream, form, part);
}
template <typename Wire>
void transfer(Wire& wire, ReadRequest& value) {
  auto& [stream, most] = value;
  wire(stream, most);
}
template <typename Wire>
void transfer(Wire& wire, SkipRequest& value) {
  auto& [stream, count] = value;
  wire(stream, count);
}
template <typename Wire>
void transfer(Wire& wire, CloseRequest& value) {
  auto& [stream] = value;
  wire(stream);
}
template <typename Wire>
void transfer(Wire&, HashRequest&) {}
template <typename Wire>
void transfer(Wire& wire, MediumHashing& value) {
  auto& [bytes, done, md5, sha1, sha256] = value;
  wire(bytes, done, md5, sha1, sha256);
}
template <typename Wire>
void transfer(Wire& wire, DamageChange& value) {
  auto& [keep, tail] = value;
  wire(keep, tail);
}
template <typename Wire>
void transfer(Wire& wire, Hello& value) {
  auto& [limits, seccomp] = value;
  wire(limits, seccomp);
}
template <typename Wire>
void transfer(Wire& wire, ReportReply& value) {
  auto& [report, volumes] = value;
  wire(report, volumes);
}
template <typename Wire>
void transfer(Wire& wire, ListedFile& value) {
  auto& [file, entry] = value;
  wire(file, entry);
}
template <typename Wire>
void transfer(Wire& wire, ListedFolder& value) {
  auto& [folder, files, goes_on] = value;
  wire(folder, files, goes_on);
}
template <typename Wire>
void transfer(Wire& wire, FindReply& value) {
  auto& [folders, more] = value;
  wire(folders, more);
}
template <typename Wire>
void transfer(Wire&, OpenFileReply&) {}
template <typename Wire>
void transfer(Wire& wire, ReadReply& value) {
  auto& [size, end, damage, sha256, error] = value;
  wire(size, end, damage, sha256, error);
}
template <typename Wire>
void transfer(Wire& wire, SkipReply& value) {
  auto& [passed, damage, sha256] = value;
  wire(passed, damage, sha256);
}

/// The change from `old` to `now`.
DamageChange damage_change(const std::vector<DamagedRange>& old,
                           const std::vector<DamagedRange>& now);
/// False where the change does not fit, or its ranges are not in order.
bool apply(DamageChange change, std::vector<DamagedRange>& damage);

}  // namespace pidometer
