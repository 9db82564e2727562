#include "tsk_reader/container/mapped/map_survey.h"

#include <algorithm>
#include <set>
#include <vector>

namespace pidometer {
namespace {

/// Placements looked at: 4 TiB in clusters of 64 KiB, some ten seconds. Tables that give more do so
/// by pointing at one another.
constexpr std::uint64_t kMostPlacements = std::uint64_t{1} << 26;

/// The least placements that are looked at, whatever the files' sizes.
constexpr std::uint64_t kFewPlacements = 65536;

/// Units of a file that are kept book of: 128 MiB of bits.
constexpr std::uint64_t kMostUnits = std::uint64_t{1} << 30;

/// Ranges of damage kept here; reading finds the others again.
constexpr std::size_t kMostRanges = 100'000;

/// Whether the end of the file may lie inside a packed unit: only unpacking tells, for the length
/// that the map knows is rounded up, or the most that there can be.
bool may_be_cut_off(const Placement& placement) {
  if (placement.kind != Placement::Kind::packed) return false;
  const std::uint64_t end = placement.file->size();
  return placement.offset < end && end - placement.offset < placement.packed_bytes;
}

}  // namespace

std::string claimed_twice_reason(const ContainerFile& file) {
  return file.name() +
         ": two entries of its tables claim the same place, and nothing says which is right";
}

std::string truncated_reason(const ContainerFile& file) {
  return file.name() + " is truncated";
}

void MapSurvey::mark(const FileRange& range) {
  const std::uint64_t units = range.file->size() / unit_ + 1;
  if (units > kMostUnits) {
    complete_ = false;
    return;
  }
  Bits& bits = bits_[range.file];
  if (bits.used.empty()) bits.used.resize(static_cast<std::size_t>(units));
  const std::uint64_t first = range.offset / unit_;
  if (first >= units) return;
  const std::uint64_t count =
      range.length / unit_ + ((range.offset % unit_ + range.length % unit_ + unit_ - 1) / unit_);
  const std::uint64_t last = first + std::min(count, units - first);
  for (auto at = static_cast<std::size_t>(first); at < last; ++at) {
    if (!bits.used[at]) {
      bits.used[at] = true;
      continue;
    }
    if (bits.twice.empty()) bits.twice.resize(bits.used.size());
    bits.twice[at] = true;
    any_twice_ = true;
  }
}

void MapSurvey::add_damage(std::uint64_t at, std::uint64_t length, const Placement& placement,
                           const std::string& below_missing) {
  if (damage_.all().size() >= kMostRanges) return;
  switch (placement.kind) {
    case Placement::Kind::lost:
      damage_.add({at, at + length}, placement.reason);
      break;
    case Placement::Kind::below:
      if (!below_missing.empty()) damage_.add({at, at + length}, below_missing);
      break;
    case Placement::Kind::stored: {
      const std::uint64_t end = placement.file->size();
      const std::uint64_t whole = placement.offset >= end ? 0 : end - placement.offset;
      if (whole < length) damage_.add({at + whole, at + length}, truncated_reason(*placement.file));
      break;
    }
    case Placement::Kind::packed:
      if (placement.offset >= placement.file->size())
        damage_.add({at, at + length}, truncated_reason(*placement.file));
      break;
    case Placement::Kind::zeros:
      break;
  }
}

MapSurvey MapSurvey::of(GuestMap& map, std::uint64_t unit, const std::string& below_missing) {
  MapSurvey survey;
  survey.unit_ = unit;
  const std::uint64_t size = map.size();
  std::set<const ContainerFile*> files;
  std::uint64_t most = kFewPlacements;
  for (const FileRange& range : map.structures()) {
    survey.mark(range);
    if (files.insert(range.file).second) most += map.most_placements(range.file->size());
  }
  // A map that names no structures keeps its tables elsewhere.
  most = files.empty() ? kMostPlacements : std::min(most, kMostPlacements);
  std::uint64_t steps = 0;
  const auto walk = [&](const auto& visit) {
    for (std::uint64_t at = 0; at < size;) {
      if (++steps > most) {
        survey.complete_ = false;
        return;
      }
      const Placement placement = map.place(at);
      const std::uint64_t length = std::clamp<std::uint64_t>(placement.length, 1, size - at);
      visit(at, length, placement);
      at += length;
    }
  };
  walk([&](std::uint64_t at, std::uint64_t length, const Placement& placement) {
    if (placement.kind == Placement::Kind::stored)
      survey.mark({placement.file, placement.offset, length});
    survey.add_damage(at, length, placement, below_missing);
    if (may_be_cut_off(placement)) {
      std::vector<std::byte> unpacked;
      if (const auto why = map.unpack(placement, unpacked))
        survey.damage_.add({at, at + length}, *why);
    }
  });
  for (auto& [file, bits] : survey.bits_) bits.used = {};
  steps = 0;
  if (survey.any_twice_)
    walk([&](std::uint64_t at, std::uint64_t length, const Placement& placement) {
      if (placement.kind == Placement::Kind::stored && survey.claimed_twice(placement))
        survey.damage_.add({at, at + length}, claimed_twice_reason(*placement.file));
    });
  return survey;
}

bool MapSurvey::claimed_twice(const Placement& placement) const {
  if (!any_twice_) return false;
  const auto bits = bits_.find(placement.file);
  if (bits == bits_.end()) return false;
  const std::vector<bool>& twice = bits->second.twice;
  const std::uint64_t first = placement.offset / unit_;
  const std::uint64_t count = (placement.length + unit_ - 1) / unit_;
  for (std::uint64_t at = first; at < twice.size() && at - first < count; ++at)
    if (twice[static_cast<std::size_t>(at)]) return true;
  return false;
}

}  // namespace pidometer
