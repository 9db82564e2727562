#include "tsk_reader/systemd_journal/journal_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/systemd_journal/journal_hash.h"
#include "tsk_reader/systemd_journal/journal_layout.h"
#include "tsk_reader/systemd_journal/journal_payload.h"

namespace pidometer {

using namespace journal_layout;

namespace {

// journal-def.h of systemd 252
constexpr std::uint64_t kMostHeader = 4096;  // 264 today; it grows by some bytes a version
constexpr std::uint32_t kFlagKeyed = 4;
constexpr std::uint32_t kFlagCompact = 16;

/// ENTRY_FIELD_COUNT_MAX of journald is 1024.
constexpr std::size_t kMostItems = 4096;
/// All fields together: each byte of a sound file is hashed once, or unpacked to some hundred at
/// most. Objects that lie within one another could be made to cost the square of that.
constexpr std::uint64_t kMostCheckedAll = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostCheckedEach = 64;
/// A field's name has 64 bytes at most (journal_field_valid()).
constexpr std::size_t kMostName = 64;
/// Fields in memory, each below 33 KiB and mostly below 100 bytes; all are forgotten at once.
constexpr std::size_t kMostKnown = 50'000;
constexpr std::size_t kMostKnownBytes = std::size_t{64} << 20;

std::string hex(std::span<const std::byte> id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::byte byte : id) {
    out += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    out += kDigits[std::to_integer<unsigned>(byte) & 15U];
  }
  return out;
}

/// Smallest sizes of objects, by type (journal-file.c, minimum_header_size()): data, field, entry,
/// two hash tables, entry array, tag.
constexpr std::array<std::uint64_t, kTag + 1> kLeast = {0, 64, 40, 64, 16, 16, 24, 64};

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT
}

}  // namespace

Result<JournalFile> JournalFile::open(BlockSource& source) {
  JournalFile file(source);
  const auto found = file.bytes(0, kLeastHeader);
  if (!found) return tl::unexpected(found.error());
  std::vector<std::byte> head(found->begin(), found->end());
  head.resize(kLeastHeader);  // a file may be cut off within it
  const std::uint32_t flags = le32(head, 12);
  file.keyed_ = (flags & kFlagKeyed) != 0;
  file.compact_ = (flags & kFlagCompact) != 0;
  std::copy_n(head.begin() + 24, file.file_id_.size(), file.file_id_.begin());
  file.seqnum_id_ = hex(std::span(head).subspan(72, 16));
  const std::uint64_t size = le64(head, 88);
  // Of a header that is damaged nothing but the place is taken: the objects speak for themselves.
  file.first_object_ =
      size >= kLeastHeader && size <= kMostHeader && size % 8 == 0 ? size : kLeastHeader;
  file.tail_object_ = le64(head, 136);
  file.objects_ = le64(head, 144);
  const std::uint64_t counted = le64(head, 152);
  const std::uint64_t arena = le64(head, 96);
  file.end_ = std::max(arena, source.size());
  if (counted <= file.end_ / kEntryItems) file.counted_ = counted;
  return file;
}

/// Fewer at the end of the source.
Result<std::span<const std::byte>> JournalFile::bytes(std::uint64_t offset, std::size_t count) {
  if (offset >= source_->size()) return std::span<const std::byte>();
  count = static_cast<std::size_t>(std::min<std::uint64_t>(count, source_->size() - offset));
  if (offset < window_at_ || offset + count > window_at_ + window_.size()) {
    const std::uint64_t length =
        std::min<std::uint64_t>(source_->size() - offset, std::max(count, ahead_));
    window_.resize(static_cast<std::size_t>(length));
    window_at_ = offset;
    if (Result<void> got = source_->read_at(offset, window_); !got) {
      window_.clear();
      return tl::unexpected(got.error());
    }
  }
  return std::span<const std::byte>(window_).subspan(static_cast<std::size_t>(offset - window_at_),
                                                     count);
}

/// What a head of 16 bytes says, where it may be one.
std::optional<JournalFile::Object> JournalFile::parse_head(std::uint64_t offset,
                                                           std::span<const std::byte> head) const {
  const std::optional<Object> none;
  if (head.size() < kObjectHead) return none;
  const Object object{std::to_integer<std::uint8_t>(head[0]),
                      std::to_integer<std::uint8_t>(head[1]), le64(head, 8)};
  const bool packed =
      object.flags == kJournalXz || object.flags == kJournalLz4 || object.flags == kJournalZstd;
  if (object.type == 0 || object.type > kTag || object.size < kLeast[object.type] ||
      object.size > source_->size() - offset || (object.flags != 0 && !packed) ||
      (packed && object.type != kData) || (le64(head, 0) >> 16U) != 0)
    return none;
  return object;
}

/// The object's head, where it may be one; mended where it was.
Result<std::optional<JournalFile::Object>> JournalFile::object_at(std::uint64_t offset) {
  if (const auto mended = mended_.find(offset); mended != mended_.end())
    return std::optional(mended->second);
  const auto head = bytes(offset, kObjectHead);
  if (!head) return tl::unexpected(head.error());
  return parse_head(offset, *head);
}

Result<JournalFile::Data> JournalFile::load_data(std::uint64_t offset, const Object& object,
                                                 bool keyed, bool compact) {
  Data data;
  const std::size_t start = compact ? kCompactPayload : kPayload;
  if (object.type != kData || object.size <= start) return data;
  const std::uint64_t length = object.size - start;
  const auto take_field = [&data](std::span<const std::byte> payload) {
    const std::string_view field = text(payload);
    const std::string_view name = field.substr(0, field.substr(0, kMostName + 1).find('='));
    if (name.size() == field.size() || !is_journal_field_kept(name)) return;
    data.name = name;
    data.value = field.substr(name.size() + 1, kMostJournalMessage);
  };
  const auto stored = bytes(
      offset, start + static_cast<std::size_t>(std::min<std::uint64_t>(length, kMostChecked)));
  if (!stored) return tl::unexpected(stored.error());
  const std::uint64_t hash = le64(*stored, kObjectHead);
  const std::span<const std::byte> packed = stored->subspan(std::min(start, stored->size()));
  const auto payload = length > kMostChecked
                           ? std::nullopt
                           : unpack_journal_payload(packed, object.flags, kMostChecked);
  if (!payload) {
    // Larger than what is checked, or corrupt: large ones pass, packed ones as what they may be.
    data.is_sound = length > kMostChecked;
    if (data.is_sound && object.flags == 0) take_field(packed);
    return data;
  }
  checked_ += payload->size();
  if (checked_ > kMostCheckedAll + kMostCheckedEach * source_->size()) return data;
  const std::uint64_t jenkins = jenkins_hash64(*payload);
  data.is_sound = hash == (keyed ? siphash24(*payload, file_id_) : jenkins);
  data.is_summed = true;
  data.sum = jenkins;
  if (data.is_sound) take_field(*payload);
  return data;
}

Result<JournalFile::Data> JournalFile::load_data(std::uint64_t offset) {
  const auto object = object_at(offset);
  if (!object) return tl::unexpected(object.error());
  if (!*object) return Data();
  return load_data(offset, **object, keyed_, compact_);
}

Result<const JournalFile::Data*> JournalFile::data_at(std::uint64_t offset) {
  const auto known = known_.find(offset);
  if (known != known_.end()) return &known->second;
  Result<Data> data = load_data(offset);
  if (data && !data->is_sound && indexed_) {
    const auto mended = mend(offset, kData);
    if (!mended) return tl::unexpected(mended.error());
    if (*mended) data = load_data(offset);
  }
  if (!data) return tl::unexpected(data.error());
  known_bytes_ += data->value.size();
  if (known_.size() >= kMostKnown || known_bytes_ > kMostKnownBytes) {
    known_.clear();
    known_bytes_ = data->value.size();
  }
  return &known_.insert_or_assign(offset, std::move(*data)).first->second;
}

/// Whether the sum is that of the parts. A field that stands twice in an entry is counted twice in
/// its sum and listed once (journal_file_append_entry()): two of the parts may be missing.
bool JournalFile::sums_up(std::uint64_t sum, std::span<const std::uint64_t> parts) const {
  for (const std::uint64_t part : parts) sum ^= part;
  if (sum == 0) return true;
  constexpr std::size_t kFew = 128;  // pairs are tried
  parts = parts.first(std::min(parts.size(), kFew));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (sum == parts[i]) return true;
    for (std::size_t j = 0; j < i; ++j)
      if (sum == (parts[i] ^ parts[j])) return true;
  }
  return false;
}

Result<ReadEntry> JournalFile::read_entry(std::uint64_t offset) {
  const auto object = object_at(offset);
  if (!object) return tl::unexpected(object.error());
  return read_entry(offset, object->value_or(Object()));
}

Result<ReadEntry> JournalFile::read_entry(std::uint64_t offset, const Object& object) {
  ReadEntry read;
  read.is_sound = false;
  const std::size_t item = compact_ ? kCompactItem : kItem;
  if (object.type != kEntry || object.size > kEntryItems + kMostItems * item) return read;
  const auto found = bytes(offset, static_cast<std::size_t>(object.size));
  if (!found) return tl::unexpected(found.error());
  // The fields' bytes take the window's place.
  const std::vector<std::byte> stored(found->begin(), found->end());
  read.entry.offset = offset;
  read.entry.seqnum_id = seqnum_id_;
  read.entry.seqnum = le64(stored, 16);
  read.entry.received = le64(stored, 24);
  read.entry.boot_id = hex(std::span(stored).subspan(40, 16));
  std::vector<std::uint64_t> parts;
  bool all_summed = true;
  for (std::size_t at = kEntryItems; at + item <= stored.size(); at += item) {
    const std::uint64_t where = compact_ ? le32(stored, at) : le64(stored, at);
    const auto data = data_at(where);
    if (!data) return tl::unexpected(data.error());
    if (!(*data)->is_sound) {
      ++read.lost_fields;
      continue;
    }
    all_summed = all_summed && (*data)->is_summed;
    parts.push_back((*data)->sum);
    if (!(*data)->name.empty()) journal_field(read.entry, (*data)->name, (*data)->value);
  }
  const bool whole = all_summed && read.lost_fields == 0;
  read.is_sound = !parts.empty() && (!whole || sums_up(le64(stored, 56), parts));
  read.is_proven = whole && read.is_sound;
  return read;
}

}  // namespace pidometer
