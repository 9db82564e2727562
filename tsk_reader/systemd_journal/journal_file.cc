#include "tsk_reader/systemd_journal/journal_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/systemd_journal/journal_hash.h"
#include "tsk_reader/systemd_journal/journal_payload.h"

namespace pidometer {
namespace {

// journal-def.h of systemd 252
constexpr std::size_t kLeastHeader = 208;
constexpr std::uint64_t kMostHeader = 4096;  // 264 today; it grows by some bytes a version
constexpr std::uint32_t kFlagKeyed = 4;
constexpr std::uint32_t kFlagCompact = 16;
constexpr std::uint8_t kData = 1;
constexpr std::uint8_t kEntry = 3;
constexpr std::uint8_t kLastType = 7;
constexpr std::size_t kObjectHead = 16;
constexpr std::size_t kEntryItems = 64;  // offset of the items in an entry object
constexpr std::size_t kPayload = 64;     // of the payload in a data object
constexpr std::size_t kCompactPayload = 72;
constexpr std::size_t kItem = 16;
constexpr std::size_t kCompactItem = 4;

/// ENTRY_FIELD_COUNT_MAX of journald is 1024.
constexpr std::size_t kMostItems = 4096;
/// Fields beyond are no cron's: core dumps. They are not unpacked, and not checked.
constexpr std::size_t kMostChecked = std::size_t{1} << 20;
/// All fields together: each byte of a sound file is hashed once, or unpacked to some hundred at
/// most. Objects that lie within one another could be made to cost the square of that.
constexpr std::uint64_t kMostCheckedAll = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostCheckedEach = 64;
/// A field's name has 64 bytes at most (journal_field_valid()).
constexpr std::size_t kMostName = 64;
constexpr std::size_t kWindow = std::size_t{256} << 10;
/// Fields in memory, each below 33 KiB and mostly below 100 bytes; all are forgotten at once.
constexpr std::size_t kMostKnown = 50'000;
constexpr std::size_t kMostKnownBytes = std::size_t{64} << 20;
/// Entries of one file: 128 MiB is the largest file that journald makes unasked, with some 200,000.
constexpr std::size_t kMostEntries = 20'000'000;
constexpr std::size_t kMostHoles = 100'000;

std::uint64_t align8(std::uint64_t n) {
  return (n + 7) & ~std::uint64_t{7};
}

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
constexpr std::array<std::uint64_t, kLastType + 1> kLeast = {0, 64, 40, 64, 16, 16, 24, 64};

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
  const std::uint64_t counted = le64(head, 152);
  const std::uint64_t arena = le64(head, 96);
  if (counted <= std::max(arena, source.size()) / kEntryItems) file.counted_ = counted;
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

/// The object's head, where it may be one.
Result<std::optional<JournalFile::Object>> JournalFile::object_at(std::uint64_t offset) {
  const auto head = bytes(offset, kObjectHead);
  if (!head) return tl::unexpected(head.error());
  std::optional<Object> none;
  if (head->size() < kObjectHead) return none;
  Object object{std::to_integer<std::uint8_t>((*head)[0]),
                std::to_integer<std::uint8_t>((*head)[1]), le64(*head, 8)};
  const bool packed =
      object.flags == kJournalXz || object.flags == kJournalLz4 || object.flags == kJournalZstd;
  if (object.type == 0 || object.type > kLastType || object.size < kLeast[object.type] ||
      object.size > source_->size() - offset || (object.flags != 0 && !packed) ||
      (packed && object.type != kData) || (le64(*head, 0) >> 16U) != 0)
    return none;
  return std::optional(object);
}

Result<bool> JournalFile::is_zero(std::uint64_t offset, std::uint64_t end) {
  if (offset <= nonzero_at_ && nonzero_at_ < end) return false;
  for (std::uint64_t at = offset; at < end; at += kWindow) {
    const auto part =
        bytes(at, static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, end - at)));
    if (!part) return tl::unexpected(part.error());
    const auto other =
        std::find_if(part->begin(), part->end(), [](std::byte b) { return b != std::byte{0}; });
    if (other == part->end()) continue;
    // Remembered: a file of many holes would be looked through to its end at each.
    nonzero_at_ = at + static_cast<std::uint64_t>(other - part->begin());
    return false;
  }
  return true;
}

/// The first object behind `offset`, told by its head and by that of the one behind it: text may
/// look like one head. Objects lie at multiples of 8.
Result<std::optional<std::uint64_t>> JournalFile::next_object(std::uint64_t offset) {
  for (std::uint64_t at = align8(offset); at < source_->size(); at += 8) {
    const auto object = object_at(at);
    if (!object) return tl::unexpected(object.error());
    if (!*object) continue;
    const std::uint64_t next = at + align8((*object)->size);
    const auto follower = object_at(next);
    if (!follower) return tl::unexpected(follower.error());
    bool ends = next >= source_->size();
    if (!*follower && !ends) {
      const auto zeros = is_zero(next, std::min(source_->size(), next + 64));
      if (!zeros) return tl::unexpected(zeros.error());
      ends = *zeros;
    }
    if (*follower || ends) return std::optional(at);
  }
  return std::optional<std::uint64_t>();
}

Result<JournalIndex> JournalFile::index() {
  constexpr std::size_t kSamples = 64;
  JournalIndex index;
  index.counted = counted_;
  if (source_->size() < first_object_) index.holes.push_back({source_->size(), first_object_});
  ahead_ = kWindow;
  std::vector<std::uint64_t> samples;
  std::uint64_t last = first_object_;  // of the last object, whose size may be wrong
  std::uint64_t at = first_object_;
  while (at < source_->size()) {
    const auto object = object_at(at);
    if (!object) return tl::unexpected(object.error());
    if (*object) {
      if ((*object)->type == kData && samples.size() < kSamples) samples.push_back(at);
      if ((*object)->type == kEntry && (index.entries.empty() || at > index.entries.back()))
        index.entries.push_back(at);
      if (index.entries.size() >= kMostEntries) {
        index.holes.push_back({at, source_->size()});
        break;
      }
      last = at;
      at += align8((*object)->size);
      continue;
    }
    const auto empty = is_zero(at, source_->size());
    if (!empty) return tl::unexpected(empty.error());
    if (*empty && at > tail_object_) break;  // room for entries to come
    if (index.holes.size() >= kMostHoles) {
      index.holes.back().end = source_->size();
      break;
    }
    // From within the last object on: one wrong bit of its size leads anywhere.
    std::optional<std::uint64_t> next;
    if (!*empty) {
      const auto found = next_object(last + 8);
      if (!found) return tl::unexpected(found.error());
      next = *found;
    }
    const std::uint64_t end = next.value_or(source_->size());
    index.holes.push_back({end < at ? last : at, end});
    last = at = end;
  }
  ahead_ = kFieldsAhead;
  if (Result<void> settled = settle_flags(samples); !settled)
    return tl::unexpected(settled.error());
  return index;
}

/// The flags of the header as the data bear them out: it may be the header that is damaged.
Result<void> JournalFile::settle_flags(const std::vector<std::uint64_t>& samples) {
  std::size_t most = 0;
  const bool keyed = keyed_;
  const bool compact = compact_;
  for (const unsigned change : {0U, 1U, 2U, 3U}) {
    const bool try_keyed = keyed != ((change & 1U) != 0);
    const bool try_compact = compact != ((change & 2U) != 0);
    std::size_t sound = 0;
    for (const std::uint64_t sample : samples) {
      const auto data = load_data(sample, try_keyed, try_compact);
      if (!data) return tl::unexpected(data.error());
      sound += data->is_sound ? 1 : 0;
    }
    if (sound <= most) continue;
    most = sound;
    keyed_ = try_keyed;
    compact_ = try_compact;
  }
  return {};
}

Result<JournalFile::Data> JournalFile::load_data(std::uint64_t offset, bool keyed, bool compact) {
  Data data;
  const auto object = object_at(offset);
  if (!object) return tl::unexpected(object.error());
  const std::size_t start = compact ? kCompactPayload : kPayload;
  if (!*object || (*object)->type != kData || (*object)->size <= start) return data;
  const std::uint64_t length = (*object)->size - start;
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
                           : unpack_journal_payload(packed, (*object)->flags, kMostChecked);
  if (!payload) {
    // Larger than what is checked, or corrupt: large ones pass, packed ones as what they may be.
    data.is_sound = length > kMostChecked;
    if (data.is_sound && (*object)->flags == 0) take_field(packed);
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

Result<const JournalFile::Data*> JournalFile::data_at(std::uint64_t offset) {
  const auto known = known_.find(offset);
  if (known != known_.end()) return &known->second;
  Result<Data> data = load_data(offset, keyed_, compact_);
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
  ReadEntry read;
  read.is_sound = false;
  const auto object = object_at(offset);
  if (!object) return tl::unexpected(object.error());
  const std::size_t item = compact_ ? kCompactItem : kItem;
  if (!*object || (*object)->type != kEntry || (*object)->size > kEntryItems + kMostItems * item)
    return read;
  const auto found = bytes(offset, static_cast<std::size_t>((*object)->size));
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
  return read;
}

}  // namespace pidometer
