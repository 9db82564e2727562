#include "tsk_reader/file_system/archive/archive_contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/archive/member_path.h"

namespace pidometer {
namespace {

/// Zone files and the like are small; what is larger is no such file and is fetched only where
/// something asks for it.
constexpr std::uint64_t kLargestFact = 256 * 1024;

/// Bytes that are there, with damage that says why they are not to be trusted.
class DoubtedStream final : public ByteStream {
 public:
  DoubtedStream(std::unique_ptr<ByteStream> stream, const DamageList& doubts)
      : stream_(std::move(stream)), doubts_(doubts) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    const auto got = stream_->read(out);
    join();
    return got;
  }
  Result<std::uint64_t> skip(std::uint64_t count) override {
    const auto passed = stream_->skip(count);
    join();
    return passed;
  }
  const std::vector<DamagedRange>& damage() const override { return all_.all(); }

 private:
  void join() {
    all_ = doubts_;
    for (const DamagedRange& one : stream_->damage()) all_.add(one.range, one.reason);
  }

  std::unique_ptr<ByteStream> stream_;
  DamageList doubts_;
  DamageList all_;
};

}  // namespace

ArchiveContents::ArchiveContents(std::filesystem::path path, const ArchiveLimits& limits)
    : path_(std::move(path)), limits_(limits), store_(limits) {}

void ArchiveContents::warn(WarningKind kind, std::string path, std::string message,
                           std::optional<ByteRange> range) {
  Warning warning;
  warning.kind = kind;
  warning.path = std::move(path);
  warning.message = std::move(message);
  warning.range = range;
  const bool known = std::any_of(warnings_.begin(), warnings_.end(), [&](const Warning& old) {
    return old.path == warning.path && old.message == warning.message;
  });
  if (!known) warnings_.push_back(std::move(warning));
}

void ArchiveContents::refuse(const ArchiveMember& member, std::string why) {
  warn(WarningKind::skipped_file, member.name, why);
  refused_[member.ordinal] = std::move(why);
}

Result<void> ArchiveContents::read(const MemberWishes& wishes) {
  auto opened = ArchiveReader::open(path_, limits_);
  if (!opened) return tl::unexpected(opened.error());
  ArchiveReader& reader = **opened;
  size_ = reader.size();
  layers_ = reader.layers();
  std::uint64_t members = 0;
  while (const auto member = reader.next()) {
    format_ = reader.format();
    zip_ = format_ == "zip";
    if (++members > limits_.most_members) {
      warn(WarningKind::skipped_file, member->name,
           fmt::format("the archive has more than {} members; from this one on none is looked at",
                       limits_.most_members));
      break;
    }
    bool wanted = false;
    take_name(*member, wishes, wanted);
    if (wanted) keep(reader, *member);
    last_member_ = member->name;
  }
  const std::string broken = reader.broken();
  if (members == 0 && !broken.empty())
    return fail(ErrorKind::unreadable, "cannot read the archive " + path_.string(), broken,
                kNoArchiveHelp);
  close(reader, 0);
  if (long_names_ > 0)
    warn(WarningKind::skipped_file, "",
         fmt::format("{} members have names of more than {} bytes, which no path on a host has, "
                     "and are left out",
                     long_names_, limits_.longest_name));
  if (left_out_names_ > 0)
    warn(WarningKind::skipped_file, "",
         fmt::format("the archive has more than {} names; {} members behind are left out that are "
                     "not named as a log",
                     limits_.most_indexed, left_out_names_));
  if (encrypted_ > 0)
    warn(WarningKind::unsupported, first_encrypted_,
         fmt::format("{} {} of the archive {} encrypted, this the first: not read; unpack it with "
                     "its password and give the folder with --root",
                     encrypted_, encrypted_ == 1 ? "member" : "members",
                     encrypted_ == 1 ? "is" : "are"));
  return {};
}

void ArchiveContents::take_name(const ArchiveMember& member, const MemberWishes& wishes,
                                bool& keep) {
  if (member.name.size() > limits_.longest_name) {
    ++long_names_;
    return;
  }
  const std::string path = member_path(member.name, zip_);
  const bool log = wishes.log(path);
  const bool fact = wishes.fact(path);
  if (index_.size() >= limits_.most_indexed) {
    if (!log && !fact) {
      ++left_out_names_;
      return;
    }
    if (++passed_logs_ > limits_.most_indexed_logs) {
      ++left_out_names_;
      return;
    }
  }
  // The data of a hard link that brings its own is the file's (POSIX allows both in pax).
  const bool hard_link = !member.hard_link.empty() && member.size == 0;
  ArchiveIndex::Facts facts;
  facts.kind = member.kind;
  facts.size = member.size;
  facts.modified = member.modified;
  facts.ordinal = member.ordinal;
  bool replaced = false;
  const ArchiveIndex::Node node = index_.add(path, member.name, facts, replaced);
  if (member.kind == NodeKind::symlink) index_.set_link(node, member.link);
  if (hard_link) index_.set_hard_link(node, member_path(member.hard_link, zip_));
  if (replaced && (log || fact || path.ends_with("log") || path.ends_with("var")))
    warn(WarningKind::duplicate_input, member.name,
         "stands in the archive more than once; the last one is read, as in extracting");
  if (member.encrypted && member.kind == NodeKind::file) {
    if (encrypted_++ == 0) first_encrypted_ = member.name;
    if (log) refuse(member, "is encrypted and cannot be read");
    return;
  }
  keep =
      member.kind == NodeKind::file && !hard_link && (log || (fact && member.size <= kLargestFact));
}

void ArchiveContents::keep(ArchiveReader& reader, const ArchiveMember& member) {
  Kept kept;
  kept.local_time = member.local_time;
  kept.path = member.name;
  const std::uint64_t room = limits_.most_kept - std::min(limits_.most_kept, kept_bytes_);
  const std::uint64_t fed_before = reader.fed();
  const bool in_stream = format_ == "tar" || format_ == "cpio";
  std::uint64_t end = 0;
  std::string left_out;
  while (left_out.empty()) {
    const auto block = reader.read();
    if (!block) break;
    std::span<const std::byte> bytes = block->bytes;
    if (block->offset < end || (member.size_known && block->offset > member.size)) {
      left_out = "its parts do not come in order";
      break;
    }
    if (block->offset > room || bytes.size() > room - block->offset) {
      left_out =
          fmt::format("the logs of the archive unpack to more than {} bytes", limits_.most_kept);
      break;
    }
    const auto place = store_.append(bytes);
    if (!place) {
      left_out = fmt::format("{}: {}", place.error().message, place.error().reason);
      break;
    }
    kept.map.add({block->offset, bytes.size(), *place});
    if (in_stream) {
      Run* last = kept.runs.empty() ? nullptr : &kept.runs.back();
      if (last != nullptr && last->stream + last->length == block->stream_offset &&
          last->file + last->length == block->offset)
        last->length += bytes.size();
      else
        kept.runs.push_back({block->stream_offset, block->offset, bytes.size()});
    }
    end = block->offset + bytes.size();
    const std::uint64_t fed = reader.fed() - fed_before + 1;
    if (!in_stream && end > limits_.ratio_floor && end / fed > limits_.most_per_packed_byte)
      left_out = fmt::format("it unpacks to more than {} bytes for each packed one, as no log does",
                             limits_.most_per_packed_byte);
  }
  std::string problem = left_out.empty() ? reader.member_problem() : left_out;
  std::uint64_t size = member.size_known ? member.size : end;
  if (problem.empty() && size > room) {
    // A sparse member that is mostly a hole.
    problem = left_out =
        fmt::format("the logs of the archive unpack to more than {} bytes", limits_.most_kept);
    end = std::min(size, room);
  }
  if (left_out.empty() && reader.member_complete()) {
    kept.map.size = std::max(size, end);
    if (!problem.empty()) kept.damage.add({0, kept.map.size}, problem);
  } else {
    if (problem.empty()) problem = "the archive ends too early";
    kept.map.size = end;
    kept.map.missing_tail = DamagedRange{{end, size > end ? size : kUnknownEnd}, problem};
  }
  if (!problem.empty())
    warn(WarningKind::skipped_file, member.name,
         fmt::format("{}: {}",
                     left_out.empty() && reader.member_complete()
                         ? "its bytes are not to be trusted"
                         : fmt::format("only the first {} bytes are read", end),
                     problem));
  kept_bytes_ += std::max(kept.map.size, end);
  kept_[member.ordinal] = std::move(kept);
}

void ArchiveContents::fetch(const std::set<std::uint64_t>& ordinals) {
  if (ordinals.empty()) return;
  auto opened = ArchiveReader::open(path_, limits_);
  if (!opened) return;
  ArchiveReader& reader = **opened;
  const std::uint64_t last = *ordinals.rbegin();
  while (const auto member = reader.next()) {
    if (ordinals.contains(member->ordinal) && !tried(member->ordinal)) {
      if (member->encrypted)
        refuse(*member, "is encrypted and cannot be read");
      else
        keep(reader, *member);
    }
    // What packs it has its checksum at the end; a plain tar or a zip need not be read further.
    if (member->ordinal >= last && reader.layers().size() == 1) break;
  }
  close(reader, 1);
  for (const std::uint64_t ordinal : ordinals)
    if (!tried(ordinal)) refused_[ordinal] = "lies behind the place where the archive breaks off";
}

/// What is known at the end of a pass: damage of the packing, where it broke off.
void ArchiveContents::close(ArchiveReader& reader, std::uint64_t pass) {
  if (pass == 0 || !reader.broken().empty() || reader.layers().size() > 1) reader.finish();
  for (const std::string& remark : reader.remarks()) warn(WarningKind::damaged_image, "", remark);
  const bool in_stream = format_ == "tar" || format_ == "cpio";
  const std::uint64_t at = in_stream ? reader.stream_position() : reader.position();
  if (!reader.broken().empty()) {
    warn(WarningKind::damaged_image, "",
         fmt::format("the archive cannot be read beyond byte {} of {}, after the member {}: {}",
                     reader.position(), size_, last_member_, reader.broken()),
         ByteRange{at, kUnknownEnd});
    damage_.add({at, kUnknownEnd}, reader.broken());
  }
  for (const DamagedRange& gap : reader.skipped()) {
    warn(WarningKind::damaged_image, "",
         fmt::format("{} at byte {} of the unpacked archive; what follows is passed over up to the "
                     "next header that is whole, and members may be missing",
                     gap.reason, gap.range.begin),
         gap.range);
    damage_.add(gap.range, gap.reason);
  }
  for (const DamagedRange& hit : reader.stream_damage()) {
    warn(WarningKind::damaged_image, "",
         fmt::format("the archive is damaged from byte {} of its unpacked bytes on: {}",
                     hit.range.begin, hit.reason),
         hit.range);
    damage_.add(hit.range, hit.reason);
    for (auto& [ordinal, kept] : kept_) {
      for (const Run& run : kept.runs) {
        const std::uint64_t begin = std::max(run.stream, hit.range.begin);
        const std::uint64_t end = std::min(run.stream + run.length, hit.range.end);
        if (begin < end)
          kept.damage.add({run.file + (begin - run.stream), run.file + (end - run.stream)},
                          hit.reason);
      }
    }
  }
  if (!zip_) return;
  for (const std::string& remark : reader.remarks())
    damage_.add({size_ > 0 ? size_ - 1 : 0, size_}, remark);
}

std::uint64_t ArchiveContents::member_size(std::uint64_t ordinal) const {
  const auto at = kept_.find(ordinal);
  if (at == kept_.end()) return 0;
  const FileMap& map = at->second.map;
  return map.missing_tail && map.missing_tail->range.end != kUnknownEnd
             ? map.missing_tail->range.end
             : map.size;
}

bool ArchiveContents::local_time(std::uint64_t ordinal) const {
  const auto at = kept_.find(ordinal);
  return at != kept_.end() && at->second.local_time;
}

Result<std::unique_ptr<ByteStream>> ArchiveContents::open(std::uint64_t ordinal) {
  const auto at = kept_.find(ordinal);
  if (at == kept_.end()) {
    const auto why = refused_.find(ordinal);
    return fail(ErrorKind::unreadable, "the member's bytes were not kept",
                why == refused_.end() ? "" : why->second);
  }
  auto stream = make_extent_stream(store_, at->second.map);
  if (at->second.damage.empty()) return stream;
  return std::make_unique<DoubtedStream>(std::move(stream), at->second.damage);
}

}  // namespace pidometer
