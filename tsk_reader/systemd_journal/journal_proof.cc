// What the bytes of a journal's objects, and the flags of its header, can be held to.
#include <algorithm>
#include <array>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/systemd_journal/journal_file.h"
#include "tsk_reader/systemd_journal/journal_hash.h"
#include "tsk_reader/systemd_journal/journal_layout.h"

namespace pidometer {

using namespace journal_layout;

namespace {

/// Bytes that are hashed for heads that may be none: some dozen tries for each damaged object.
/// Made-up objects within one another would have each byte tried thousands of times.
constexpr std::uint64_t kMostTried = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostTriedEach = 4;
/// An item of 4 bytes is a field that is looked up, a packed field some hundred times its size.
constexpr std::uint64_t kEntryCost = 4;
constexpr std::uint64_t kPackedCost = std::uint64_t{128} << 10;
/// Heads with a wrong bit: more are made up, and stay what they are.
constexpr std::size_t kMostMended = 100'000;

void flip(std::span<std::byte> bytes, std::size_t bit) {
  bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
}

}  // namespace

/// Whether there are places of objects alone, or none (0). Ascending ones stand in arrays of
/// entries, where all behind the last is 0.
Result<bool> JournalFile::holds_places(std::uint64_t begin, std::uint64_t end, std::size_t width,
                                       bool ascending) {
  std::uint64_t last = 0;
  bool ended = false;
  for (std::uint64_t at = begin; at + width <= end;) {
    const std::uint64_t whole = (end - at) / width * width;
    const auto part = bytes(at, static_cast<std::size_t>(std::min<std::uint64_t>(whole, kWindow)));
    if (!part) return tl::unexpected(part.error());
    for (std::size_t i = 0; i + width <= part->size(); i += width) {
      const std::uint64_t place = width == kCompactItem ? le32(*part, i) : le64(*part, i);
      if (place == 0) {
        ended = true;
        continue;
      }
      if (place < kLeastHeader || place >= end_ || place % 8 != 0) return false;
      if (ascending && (ended || place <= last)) return false;
      last = place;
    }
    at += part->size();
  }
  return true;
}

Result<JournalFile::Proof> JournalFile::prove(std::uint64_t offset, const Object& object) {
  const std::uint64_t end = offset + object.size;
  switch (object.type) {
    case kData: {
      const auto data = load_data(offset, object, keyed_, compact_);
      if (!data) return tl::unexpected(data.error());
      if (!data->is_sound) return Proof::none;
      return data->is_summed ? Proof::hashed : Proof::likely;
    }
    case kField: {
      if (object.size <= kFieldPayload || object.size > kMostChecked) return Proof::none;
      const auto stored = bytes(offset, static_cast<std::size_t>(object.size));
      if (!stored) return tl::unexpected(stored.error());
      const auto name = stored->subspan(kFieldPayload);
      const std::uint64_t hash = keyed_ ? siphash24(name, file_id_) : jenkins_hash64(name);
      return hash == le64(*stored, kObjectHead) ? Proof::hashed : Proof::none;
    }
    case kEntry: {
      const auto entry = read_entry(offset, object);
      if (!entry) return tl::unexpected(entry.error());
      if (entry->is_proven) return Proof::hashed;
      return entry->is_sound && entry->lost_fields == 0 ? Proof::likely : Proof::none;
    }
    case kArray:
    case kDataTable:
    case kFieldTable: {
      const bool is_array = object.type == kArray;
      const std::size_t width = is_array && compact_ ? kCompactItem : sizeof(std::uint64_t);
      const auto link = is_array ? holds_places(offset + kObjectHead, offset + kArrayItems,
                                                sizeof(std::uint64_t), false)
                                 : Result<bool>(true);
      if (!link) return tl::unexpected(link.error());
      const auto items =
          holds_places(offset + (is_array ? kArrayItems : kObjectHead), end, width, is_array);
      if (!items) return tl::unexpected(items.error());
      return *link && *items ? Proof::likely : Proof::none;
    }
    case kTag:
      return object.size == kTagSize ? Proof::likely : Proof::none;
    default:
      return Proof::none;
  }
}

bool JournalFile::may_try(const Object& object) {
  if (object.size > kMostChecked) return false;
  const std::uint64_t cost = object.type == kEntry ? object.size * kEntryCost
                             : object.flags != 0   ? object.size + kPackedCost
                                                   : object.size;
  if (tried_ + cost > kMostTried + kMostTriedEach * source_->size()) return false;
  tried_ += cost;
  return true;
}

/// Whether there is an object, of a type up to `last_type`, with one wrong bit in its head: its
/// hash or its sum says so. From then on it is read as it was.
Result<bool> JournalFile::mend(std::uint64_t offset, std::uint8_t last_type) {
  const auto stored = bytes(offset, kObjectHead);
  if (!stored) return tl::unexpected(stored.error());
  if (stored->size() < kObjectHead || mended_.size() >= kMostMended) return false;
  std::array<std::byte, kObjectHead> head{};
  std::copy(stored->begin(), stored->end(), head.begin());
  for (std::size_t bit = 0; bit < kObjectHead * 8; ++bit) {
    flip(head, bit);
    const std::optional<Object> object = parse_head(offset, head);
    flip(head, bit);
    if (!object || object->type > last_type || !may_try(*object)) continue;
    const auto proof = prove(offset, *object);
    if (!proof) return tl::unexpected(proof.error());
    if (*proof != Proof::hashed) continue;
    mended_.insert_or_assign(offset, *object);
    known_.erase(offset);  // what was made of it when it was damaged
    return true;
  }
  return false;
}

Result<std::size_t> JournalFile::count_sound(const std::vector<std::uint64_t>& samples, bool keyed,
                                             bool compact) {
  std::size_t sound = 0;
  for (const std::uint64_t sample : samples) {
    const auto object = object_at(sample);
    if (!object) return tl::unexpected(object.error());
    if (!*object) continue;
    const auto data = load_data(sample, **object, keyed, compact);
    if (!data) return tl::unexpected(data.error());
    sound += data->is_sound ? 1 : 0;
  }
  return sound;
}

/// The flags of the header as the data bear them out: it may be the header that is damaged.
Result<void> JournalFile::settle_flags(const std::vector<std::uint64_t>& samples) {
  std::size_t most = 0;
  const bool keyed = keyed_;
  const bool compact = compact_;
  for (const unsigned change : {0U, 1U, 2U, 3U}) {
    const bool try_keyed = keyed != ((change & 1U) != 0);
    const bool try_compact = compact != ((change & 2U) != 0);
    const auto sound = count_sound(samples, try_keyed, try_compact);
    if (!sound) return tl::unexpected(sound.error());
    if (*sound <= most) continue;
    most = *sound;
    keyed_ = try_keyed;
    compact_ = try_compact;
  }
  if (most > 0 || !keyed_) return {};
  if (const auto settled = settle_key(samples); !settled) return tl::unexpected(settled.error());
  return {};
}

/// The file's ID, by which all hashes were made, with one wrong bit.
Result<bool> JournalFile::settle_key(const std::vector<std::uint64_t>& samples) {
  for (std::size_t bit = 0; bit < file_id_.size() * 8; ++bit) {
    flip(file_id_, bit);
    const auto sound = count_sound(samples, true, compact_);
    if (!sound) return tl::unexpected(sound.error());
    if (*sound > 0) return true;
    flip(file_id_, bit);
  }
  return false;
}

}  // namespace pidometer
