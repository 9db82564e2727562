// The way from object to object of a journal, and around what is damaged.
#include <algorithm>

#include "tsk_reader/systemd_journal/journal_file.h"
#include "tsk_reader/systemd_journal/journal_layout.h"

namespace pidometer {

using namespace journal_layout;

namespace {

/// Entries of one file: 128 MiB is the largest file that journald makes unasked, with some 200,000.
constexpr std::size_t kMostEntries = 20'000'000;
constexpr std::size_t kMostHoles = 100'000;

/// Zeros that end the last object, where room for entries follows it.
constexpr std::size_t kLookedAt = 64;

bool is_set(std::byte byte) {
  return byte != std::byte{0};
}

/// Ascending; neighbours are one, and so is all that is too much.
void add_hole(std::vector<ByteRange>& holes, ByteRange hole) {
  if (!holes.empty() && (holes.back().end >= hole.begin || holes.size() >= kMostHoles))
    holes.back().end = std::max(holes.back().end, hole.end);
  else
    holes.push_back(hole);
}

}  // namespace

Result<JournalIndex> JournalFile::index() {
  Result<Walk> walk = walk_by_sizes();
  if (!walk) return tl::unexpected(walk.error());
  if (Result<void> settled = settle_flags(walk->samples); !settled)
    return tl::unexpected(settled.error());
  Result<JournalIndex> index(std::move(walk->index));
  if (!index->holes.empty() || index->entries.size() != counted_ || walk->objects != objects_)
    index = walk_by_proof();
  indexed_ = true;
  known_.clear();  // what was met on the way and is not mended
  return index;
}

Result<JournalFile::Walk> JournalFile::walk_by_sizes() {
  constexpr std::size_t kSamples = 64;
  Walk walk;
  JournalIndex& index = walk.index;
  index.counted = counted_;
  if (source_->size() < first_object_) index.holes.push_back({source_->size(), first_object_});
  ahead_ = kWindow;
  std::uint64_t last = first_object_;  // of the last object, whose size may be wrong
  std::uint64_t at = first_object_;
  while (at < source_->size() && index.entries.size() < kMostEntries) {
    const auto object = object_at(at);
    if (!object) return tl::unexpected(object.error());
    if (*object) {
      ++walk.objects;
      if ((*object)->type == kData && walk.samples.size() < kSamples) walk.samples.push_back(at);
      if ((*object)->type == kEntry) index.entries.push_back(at);
      last = at;
      at += align8((*object)->size);
      continue;
    }
    const auto room = is_room(at);
    if (!room) return tl::unexpected(room.error());
    if (*room) break;
    // Heads that are none may lead anywhere, and each would cost a window there and back.
    ahead_ = kFieldsAhead;
    index.holes.assign(1, {at, source_->size()});
    // The rest is for the walk by proof, when there are enough to tell the flags by.
    if (walk.samples.size() >= kSamples) break;
    // From within the last object on: one wrong bit of its size leads anywhere.
    const auto next = next_object(last + 8);
    if (!next) return tl::unexpected(next.error());
    if (!*next) break;
    last = at = **next;
  }
  ahead_ = kFieldsAhead;
  return walk;
}

/// Each object is held to its hash, sum or form. What cannot be proved is part of the file where
/// nothing that can be lies within it.
Result<JournalIndex> JournalFile::walk_by_proof() {
  JournalIndex index;
  index.counted = counted_;
  if (source_->size() < first_object_) index.holes.push_back({source_->size(), first_object_});
  const auto first = object_at(first_object_);
  if (!first) return tl::unexpected(first.error());
  std::uint64_t at = *first ? first_object_ : kLeastHeader;
  while (at < source_->size()) {
    auto object = object_at(at);
    if (!object) return tl::unexpected(object.error());
    Result<Proof> proof = Proof::none;
    if (*object) proof = prove(at, **object);
    if (!proof) return tl::unexpected(proof.error());
    if (*proof == Proof::none) {
      const auto mended = mend(at, kEntry);
      if (!mended) return tl::unexpected(mended.error());
      if (*mended) {
        object = object_at(at);
        if (!object) return tl::unexpected(object.error());
        proof = Proof::hashed;
      }
    }
    if (index.entries.size() >= kMostEntries) {
      add_hole(index.holes, {at, source_->size()});
      break;
    }
    if (*object && (*object)->type == kEntry) index.entries.push_back(at);
    if (*proof == Proof::hashed || (*proof == Proof::likely && (*object)->type != kData)) {
      at += align8((*object)->size);
      continue;
    }
    const auto next = walk_damaged(at, *object, *proof, index);
    if (!next) return tl::unexpected(next.error());
    at = *next;
  }
  return index;
}

/// Where to go on from bytes that are no object, or one that nothing proves.
Result<std::uint64_t> JournalFile::walk_damaged(std::uint64_t at, std::optional<Object> object,
                                                Proof proof, JournalIndex& index) {
  if (!object) {
    const auto room = is_room(at);
    if (!room) return tl::unexpected(room.error());
    if (*room) return source_->size();
    const auto next = next_object(at + 8);
    if (!next) return tl::unexpected(next.error());
    const std::uint64_t end = next->value_or(source_->size());
    add_hole(index.holes, {at, end});
    return end;
  }
  const std::uint64_t end = at + align8(object->size);
  const auto within = next_proven(at + 8, std::min(end, source_->size()));
  if (!within) return tl::unexpected(within.error());
  const std::uint64_t next = within->value_or(end);
  // An entry speaks for itself, a large field is none of cron's: unless they are not so large.
  const bool may_be_whole = object->type == kEntry || proof == Proof::likely;
  if (*within || !may_be_whole) add_hole(index.holes, {at, next});
  return next;
}

/// Whether all from there on is room for entries to come.
Result<bool> JournalFile::is_room(std::uint64_t at) {
  if (at <= tail_object_) return false;
  if (!room_at_) {
    // Once, from the end: a file of many holes would be looked through to its end at each.
    std::uint64_t room = source_->size();
    while (room > 0) {
      const std::uint64_t begin = room - std::min<std::uint64_t>(kWindow, room);
      const auto part = bytes(begin, static_cast<std::size_t>(room - begin));
      if (!part) return tl::unexpected(part.error());
      const auto last = std::find_if(part->rbegin(), part->rend(), is_set);
      room -= static_cast<std::uint64_t>(last - part->rbegin());
      if (last != part->rend()) break;
    }
    room_at_ = room;
  }
  return at >= *room_at_;
}

/// The first object behind `offset`, told by its head and by that of the one behind it, since text
/// may look like one head; or by its hash. Objects lie at multiples of 8.
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
      const auto behind = bytes(next, kLookedAt);
      if (!behind) return tl::unexpected(behind.error());
      ends = std::none_of(behind->begin(), behind->end(), is_set);
    }
    if (*follower || ends) return std::optional(at);
    const auto proven = next_proven(at, at + 8);
    if (!proven) return tl::unexpected(proven.error());
    if (*proven) return *proven;
  }
  return std::optional<std::uint64_t>();
}

/// The first object from `offset` on, before `end`, that its hash or its sum proves.
Result<std::optional<std::uint64_t>> JournalFile::next_proven(std::uint64_t offset,
                                                              std::uint64_t end) {
  for (std::uint64_t at = offset; at < end; at += 8) {
    const auto object = object_at(at);
    if (!object) return tl::unexpected(object.error());
    if (!*object || (*object)->type > kEntry || !may_try(**object)) continue;
    const auto proof = prove(at, **object);
    if (!proof) return tl::unexpected(proof.error());
    if (*proof == Proof::hashed) return std::optional(at);
  }
  return std::optional<std::uint64_t>();
}

}  // namespace pidometer
