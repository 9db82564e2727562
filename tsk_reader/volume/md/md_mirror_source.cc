#include "tsk_reader/volume/md/md_mirror_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pidometer {

MdMirrorSource::MdMirrorSource(std::vector<MirrorLeg> legs, std::uint64_t size)
    : legs_(std::move(legs)), size_(size) {}

Result<void> MdMirrorSource::read_leg(const MirrorLeg& leg, std::uint64_t offset,
                                      std::span<std::byte> out) {
  return leg.source->read_at(leg.data_offset + offset, out);
}

std::vector<DamagedRange> MdMirrorSource::leg_damage(const MirrorLeg& leg, ByteRange range) const {
  DamageList all;
  for (const DamagedRange& one : leg.bad.clipped(range)) all.add(one.range, one.reason);
  for (const DamagedRange& one :
       leg.source->damage({leg.data_offset + range.begin, leg.data_offset + range.end}))
    all.add({one.range.begin - leg.data_offset, one.range.end - leg.data_offset}, one.reason);
  return all.all();
}

Result<void> MdMirrorSource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  const std::uint64_t left = offset < size_ ? size_ - offset : 0;
  const auto inside = static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size()));
  if (inside < out.size()) {
    const auto rest = out.subspan(inside);
    std::fill(rest.begin(), rest.end(), std::byte{0});
    past_end_.add({offset + inside, offset + out.size()}, "past the end of the array");
  }
  if (inside == 0) return {};
  const auto part = out.first(inside);
  const ByteRange range{offset, offset + inside};
  if (Result<void> done = read_leg(legs_[0], offset, part); !done) {
    // The first no longer answers at all.
    for (std::size_t leg = 1; leg < legs_.size(); ++leg) {
      if (!read_leg(legs_[leg], offset, part)) continue;
      if (!leg_damage(legs_[leg], range).empty()) continue;
      substituted_.add(range,
                       fmt::format("{}; read from {}", done.error().message, legs_[leg].place));
      return {};
    }
    return done;
  }
  if (legs_.size() > 1)
    for (const DamagedRange& bad : leg_damage(legs_[0], range))
      mend(bad.range, bad.reason,
           part.subspan(static_cast<std::size_t>(bad.range.begin - offset),
                        static_cast<std::size_t>(bad.range.end - bad.range.begin)),
           1);
  else
    // What md itself knows to be wrong is no evidence, as what cannot be read is none.
    for (const DamagedRange& bad : legs_[0].bad.clipped(range))
      std::fill_n(part.begin() + static_cast<std::ptrdiff_t>(bad.range.begin - offset),
                  bad.range.end - bad.range.begin, std::byte{0});
  return {};
}

/// Fills `out` (the bytes of `range`) from the legs after the first, as far as they are whole;
/// zeros stay in the rest.
void MdMirrorSource::mend(ByteRange range, const std::string& reason, std::span<std::byte> out,
                          std::size_t leg) {
  std::fill(out.begin(), out.end(), std::byte{0});
  if (leg >= legs_.size()) return;
  std::vector<std::byte> other(out.size());
  if (!read_leg(legs_[leg], range.begin, other)) return mend(range, reason, out, leg + 1);
  const auto bad = leg_damage(legs_[leg], range);
  const auto at = [&](std::uint64_t offset) {
    return static_cast<std::size_t>(offset - range.begin);
  };
  std::uint64_t good_from = range.begin;
  const auto take = [&](std::uint64_t end) {
    if (good_from >= end) return;
    std::copy(other.begin() + static_cast<std::ptrdiff_t>(at(good_from)),
              other.begin() + static_cast<std::ptrdiff_t>(at(end)),
              out.begin() + static_cast<std::ptrdiff_t>(at(good_from)));
    substituted_.add({good_from, end}, fmt::format("{}; read from {}", reason, legs_[leg].place));
  };
  for (const DamagedRange& one : bad) {
    take(one.range.begin);
    mend(one.range, reason,
         out.subspan(at(one.range.begin), at(one.range.end) - at(one.range.begin)), leg + 1);
    good_from = one.range.end;
  }
  take(range.end);
}

std::vector<DamagedRange> MdMirrorSource::damage(ByteRange range) const {
  DamageList all;
  const ByteRange inside{range.begin, std::min(range.end, size_)};
  if (inside.begin < inside.end) {
    std::vector<DamagedRange> common = leg_damage(legs_[0], inside);
    for (std::size_t leg = 1; leg < legs_.size() && !common.empty(); ++leg) {
      std::vector<DamagedRange> both;
      for (const DamagedRange& one : common)
        for (const DamagedRange& other : leg_damage(legs_[leg], one.range))
          both.push_back({other.range, one.reason});
      common = std::move(both);
    }
    for (const DamagedRange& one : common) all.add(one.range, one.reason);
  }
  for (const DamagedRange& one : past_end_.clipped(range)) all.add(one.range, one.reason);
  return all.all();
}

PathSpec MdMirrorSource::path_spec() const {
  // dfVFS has no word for md; of a mirror its bytes are a range of any member's.
  PathSpecLayer layer;
  layer.type_indicator = "DATA_RANGE";
  layer.start_offset = legs_[0].data_offset;
  PathSpec spec = legs_[0].source->path_spec();
  spec.insert(spec.begin(), std::move(layer));
  return spec;
}

}  // namespace pidometer
