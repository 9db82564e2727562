#include "tsk_reader/file_system/archive/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/bytes/file_time.h"
#include "tsk_reader/file_system/archive/archive_input.h"
#include "tsk_reader/file_system/archive/utf8_locale.h"
#include "tsk_reader/file_system/archive/zip_directory.h"

namespace pidometer {
namespace {

/// Remarks that are kept: a zip whose every member disagrees says so once and again, not for ever.
constexpr std::size_t kMostRemarks = 20;

/// A zip is opened anew behind a member whose data stopped libarchive; each time all headers before
/// it are read again.
constexpr int kMostReopenings = 16;

/// Headers in a row that cannot be read before a tar is given up: 512 bytes each, 4 GB.
constexpr std::uint64_t kMostBrokenHeaders = std::uint64_t{8} << 20;

struct Free {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using Handle = std::unique_ptr<archive, Free>;

std::string text(const char* words) {
  return words == nullptr ? std::string() : std::string(words);
}

NodeKind kind_of(archive_entry* entry, const std::string& name) {
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return NodeKind::file;
    case AE_IFDIR:
      return NodeKind::directory;
    case AE_IFLNK:
      return NodeKind::symlink;
    case 0:
      return name.ends_with('/') ? NodeKind::directory : NodeKind::file;
    default:
      return NodeKind::other;
  }
}

}  // namespace

struct ArchiveReader::State {
  std::filesystem::path path;
  ArchiveLimits limits;
  std::unique_ptr<ArchiveInput> input;
  std::optional<ZipDirectory> directory;
  Handle handle;
  archive_entry* entry = nullptr;
  std::uint64_t ordinal = 0;
  std::string format;
  bool is_zip = false;
  bool ended = false;
  bool fatal = false;  ///< the handle is of no use any more
  int reopenings = 0;
  std::string broken;
  std::string member_problem;
  bool member_complete = false;
  std::vector<DamagedRange> skipped;
  std::vector<std::string> remarks;

  Result<void> start();
  int next_header();
  bool reopen();
  void remark(std::string words) {
    if (remarks.size() < kMostRemarks) remarks.push_back(std::move(words));
  }
  std::string error() const {
    if (!input->stopped().empty()) return input->stopped();
    const std::string words = text(archive_error_string(handle.get()));
    return words.empty() ? "the archive ends too early" : words;
  }
};

Result<void> ArchiveReader::State::start() {
  input->rewind();
  handle.reset(archive_read_new());
  archive* a = handle.get();
  bool ok = a != nullptr && archive_read_support_format_tar(a) == ARCHIVE_OK &&
            archive_read_support_format_cpio(a) == ARCHIVE_OK;
  if (ok && input->packing() == ArchiveInput::Packing::none)
    ok = archive_read_support_format_zip(a) == ARCHIVE_OK &&
         archive_read_support_format_7zip(a) == ARCHIVE_OK;
  if (ok && input->packing() == ArchiveInput::Packing::lz4)
    ok = archive_read_support_filter_lz4(a) == ARCHIVE_OK;
  // Appended archives (cat a.tar b.tar): what tar -i reads.
  if (ok)
    ok =
        archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1") >= ARCHIVE_WARN;
  if (!ok || !input->attach(a) || archive_read_open1(a) != ARCHIVE_OK)
    return fail(ErrorKind::unreadable, "cannot read the archive " + path.string(),
                a == nullptr ? "out of memory" : error(), kNoArchiveHelp);
  fatal = false;
  return {};
}

/// Passes over headers of a tar that cannot be read, up to the next one that can.
int ArchiveReader::State::next_header() {
  std::optional<std::uint64_t> from;
  int got = ARCHIVE_RETRY;
  for (std::uint64_t tries = 0; got == ARCHIVE_RETRY && tries < kMostBrokenHeaders; ++tries) {
    const auto at =
        static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(handle.get(), 0), 0));
    got = archive_read_next_header(handle.get(), &entry);
    if (got == ARCHIVE_RETRY && !from) from = at;
  }
  if (from) {
    const auto at = archive_read_header_position(handle.get());
    const std::uint64_t end = got == ARCHIVE_OK || got == ARCHIVE_WARN
                                  ? std::max(static_cast<std::uint64_t>(at), *from)
                                  : kUnknownEnd;
    skipped.push_back({{*from, end}, "a member's header is damaged"});
  }
  return got;
}

/// Behind a zip's member whose data cannot be unpacked libarchive goes no further; the other
/// members are where the central directory says.
bool ArchiveReader::State::reopen() {
  if (!is_zip || !directory || !input->stopped().empty() || ++reopenings > kMostReopenings)
    return false;
  if (!start()) return false;
  for (std::uint64_t i = 0; i < ordinal; ++i) {
    const int got = archive_read_next_header(handle.get(), &entry);
    if (got != ARCHIVE_OK && got != ARCHIVE_WARN) return false;
  }
  return true;
}

ArchiveReader::ArchiveReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveReader::~ArchiveReader() = default;

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(const std::filesystem::path& path,
                                                           const ArchiveLimits& limits) {
  auto input = ArchiveInput::open(path, limits);
  if (!input) return tl::unexpected(input.error());
  auto state = std::make_unique<State>();
  state->path = path;
  state->limits = limits;
  state->input = std::move(*input);
  state->is_zip = state->input->looks_like_zip();
  if (state->is_zip) {
    state->directory = read_zip_directory(state->input->file(), limits.most_indexed);
    if (!state->directory)
      state->remark(
          "the zip's central directory is missing: the zip is truncated, and what was "
          "at its end is lost");
  }
  if (Result<void> started = state->start(); !started) return tl::unexpected(started.error());
  return std::unique_ptr<ArchiveReader>(new ArchiveReader(std::move(state)));
}

std::string_view ArchiveReader::format() const {
  return state_->format;
}

PathSpec ArchiveReader::layers() const {
  return state_->input->layers();
}

std::uint64_t ArchiveReader::size() const {
  return state_->input->file().size();
}

std::optional<ArchiveMember> ArchiveReader::next() {
  State& state = *state_;
  if (state.ended) return std::nullopt;
  const Utf8Locale locale;
  state.member_problem.clear();
  state.member_complete = false;
  if (state.fatal && !state.reopen()) {
    state.ended = true;
    return std::nullopt;
  }
  const int got = state.next_header();
  if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
    state.ended = true;
    if (got != ARCHIVE_EOF) state.broken = state.error();
    return std::nullopt;
  }
  state.broken.clear();
  archive_entry* entry = state.entry;
  ArchiveMember member;
  member.ordinal = ++state.ordinal;
  member.name = text(archive_entry_pathname(entry));
  // Of a name that the examiner's locale has no letters for the bytes are taken as they stand.
  const std::string said = state.error();
  if (got == ARCHIVE_WARN && said.find("to current locale") == said.npos)
    state.remark(fmt::format("{}: {}", member.name, said));
  member.hard_link = text(archive_entry_hardlink(entry));
  member.kind = member.hard_link.empty() ? kind_of(entry, member.name) : NodeKind::file;
  if (member.kind == NodeKind::symlink) member.link = text(archive_entry_symlink(entry));
  member.size_known = archive_entry_size_is_set(entry) != 0;
  if (member.size_known)
    member.size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
  if (archive_entry_mtime_is_set(entry) != 0)
    member.modified = file_time(archive_entry_mtime(entry), archive_entry_mtime_nsec(entry));
  member.encrypted = archive_entry_is_data_encrypted(entry) != 0 ||
                     archive_entry_is_metadata_encrypted(entry) != 0;
  switch (archive_format(state.handle.get()) & ARCHIVE_FORMAT_BASE_MASK) {
    case ARCHIVE_FORMAT_ZIP:
      state.format = "zip";
      break;
    case ARCHIVE_FORMAT_7ZIP:
      state.format = "7z";
      break;
    case ARCHIVE_FORMAT_CPIO:
      state.format = "cpio";
      break;
    default:
      state.format = "tar";
  }
  if (state.format != "zip") return member;
  if (state.directory) {
    // libarchive turns the backslashes of zips made on Windows.
    const auto known = state.directory->find(zip_directory_key(member.name));
    if (known == state.directory->end()) {
      state.remark(fmt::format(
          "{}: the zip's central directory has no such name: its headers disagree", member.name));
    } else {
      if (known->second.count == 0)
        state.remark(fmt::format("{}: stands in the zip more often than in its central directory",
                                 member.name));
      else
        --known->second.count;
      member.modified = known->second.modified;
      member.local_time = known->second.local_time;
    }
  } else {
    const auto at = archive_read_header_position(state.handle.get());
    const auto times = read_zip_local_time(state.input->file(),
                                           static_cast<std::uint64_t>(std::max<la_int64_t>(at, 0)));
    member.modified = times ? times->modified : std::nullopt;
    member.local_time = times && times->local_time;
  }
  return member;
}

std::optional<MemberBlock> ArchiveReader::read() {
  State& state = *state_;
  if (state.ended || state.fatal || state.member_complete || !state.member_problem.empty())
    return std::nullopt;
  const Utf8Locale locale;
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  // Some readers give empty blocks in between; each has consumed something.
  for (;;) {
    const int got = archive_read_data_block(state.handle.get(), &bytes, &size, &offset);
    if (got == ARCHIVE_EOF) {
      state.member_complete = true;
      return std::nullopt;
    }
    if (got == ARCHIVE_WARN) {
      // A checksum at the end of the data: the bytes are there, and something is wrong with them.
      state.member_problem = state.error();
      state.member_complete = true;
      if (size == 0) return std::nullopt;
    } else if (got != ARCHIVE_OK) {
      state.member_problem = state.error();
      if (got == ARCHIVE_FATAL) {
        state.fatal = true;
        state.broken = state.member_problem;
      }
      return std::nullopt;
    }
    if (size > 0) break;
  }
  const auto at = archive_filter_bytes(state.handle.get(), 0);
  return MemberBlock{{static_cast<const std::byte*>(bytes), size},
                     static_cast<std::uint64_t>(std::max<la_int64_t>(offset, 0)),
                     static_cast<std::uint64_t>(std::max<la_int64_t>(at, 0))};
}

const std::string& ArchiveReader::member_problem() const {
  return state_->member_problem;
}

bool ArchiveReader::member_complete() const {
  return state_->member_complete;
}

void ArchiveReader::finish() {
  state_->ended = true;
  state_->input->drain();
  if (state_->broken.empty()) state_->broken = state_->input->stopped();
}

const std::string& ArchiveReader::broken() const {
  return state_->broken;
}

const std::vector<DamagedRange>& ArchiveReader::skipped() const {
  return state_->skipped;
}

std::vector<DamagedRange> ArchiveReader::stream_damage() const {
  return state_->input->damage();
}

const std::vector<std::string>& ArchiveReader::remarks() const {
  return state_->remarks;
}

std::uint64_t ArchiveReader::position() const {
  return state_->input->position();
}

std::uint64_t ArchiveReader::stream_position() const {
  return static_cast<std::uint64_t>(
      std::max<la_int64_t>(archive_filter_bytes(state_->handle.get(), 0), 0));
}

std::uint64_t ArchiveReader::fed() const {
  return state_->input->fed();
}

}  // namespace pidometer
