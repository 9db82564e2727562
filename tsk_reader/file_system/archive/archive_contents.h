#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_file.h"
#include "base/warning.h"
#include "tsk_reader/bytes/extent_stream.h"
#include "tsk_reader/file_system/archive/archive_index.h"
#include "tsk_reader/file_system/archive/archive_limits.h"
#include "tsk_reader/file_system/archive/archive_reader.h"
#include "tsk_reader/file_system/archive/member_store.h"

namespace pidometer {

/// Which members are likely to be wanted, by their paths (member_path.h): links are not known
/// before the archive's end. What turns out to be wanted beside them costs another pass, never a
/// log.
struct MemberWishes {
  std::function<bool(std::string_view)> log;   ///< a file that may be a log
  std::function<bool(std::string_view)> fact;  ///< a small file that says something of its host
};

/// The names of an archive, and the bytes of those members that are wanted. Each pass reads the
/// archive from front to end. What is lost, left out or odd is a warning, once.
class ArchiveContents {
 public:
  explicit ArchiveContents(std::filesystem::path path, const ArchiveLimits& limits = {});

  /// The first pass: all names, and the bytes of what is likely to be wanted. Errors: it is no
  /// archive, or nothing of it can be read.
  Result<void> read(const MemberWishes& wishes);
  /// A further pass for members that the first did not keep, by their ordinals.
  void fetch(const std::set<std::uint64_t>& ordinals);

  const ArchiveIndex& index() const { return index_; }
  bool kept(std::uint64_t ordinal) const { return kept_.contains(ordinal); }
  /// Whether it was tried already: then trying again is of no use.
  bool tried(std::uint64_t ordinal) const { return kept(ordinal) || refused_.contains(ordinal); }
  /// Bytes of a kept member, with holes.
  std::uint64_t member_size(std::uint64_t ordinal) const;
  /// Whether a kept member's time is a wall clock of an unknown zone.
  bool local_time(std::uint64_t ordinal) const;
  /// The bytes of a kept member, as often as needed.
  Result<std::unique_ptr<ByteStream>> open(std::uint64_t ordinal);

  std::string_view format() const { return format_; }
  const PathSpec& layers() const { return layers_; }
  std::uint64_t size() const { return size_; }
  const std::vector<Warning>& warnings() const { return warnings_; }
  /// Of the unpacked archive.
  const std::vector<DamagedRange>& damage() const { return damage_.all(); }

 private:
  /// A piece of a member and where it stood in the unpacked archive.
  struct Run {
    std::uint64_t stream = 0;
    std::uint64_t file = 0;
    std::uint64_t length = 0;
  };
  struct Kept {
    FileMap map;
    std::vector<Run> runs;
    DamageList damage;  ///< bytes that are there and not to be trusted
    bool local_time = false;
    std::string path;
  };

  void take_name(const ArchiveMember& member, const MemberWishes& wishes, bool& keep);
  void keep(ArchiveReader& reader, const ArchiveMember& member);
  void close(ArchiveReader& reader, std::uint64_t pass);
  void refuse(const ArchiveMember& member, std::string why);
  void warn(WarningKind kind, std::string path, std::string message,
            std::optional<ByteRange> range = std::nullopt);

  std::filesystem::path path_;
  ArchiveLimits limits_;
  ArchiveIndex index_;
  MemberStore store_;
  std::map<std::uint64_t, Kept> kept_;            ///< by ordinal
  std::map<std::uint64_t, std::string> refused_;  ///< why it could not be kept
  std::uint64_t kept_bytes_ = 0;
  std::uint64_t passed_logs_ = 0;  ///< behind the limit of names
  std::uint64_t left_out_names_ = 0;
  std::uint64_t long_names_ = 0;
  std::uint64_t encrypted_ = 0;
  bool zip_ = false;
  std::string first_encrypted_;
  std::string last_member_;
  std::string format_;
  PathSpec layers_;
  std::uint64_t size_ = 0;
  std::vector<Warning> warnings_;
  DamageList damage_;
};

}  // namespace pidometer
