#include "tsk_reader/volume/lvm/lvm_volume_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace pidometer {
namespace {

/// 64 PiB: sums and products below it do not overflow.
constexpr std::uint64_t kLargest = std::uint64_t{1} << 56;
/// The metadata counts in sectors of 512 bytes, whatever the disk's are.
constexpr std::uint64_t kSector = 512;

std::string without_dashes(std::string_view uuid) {
  std::string out(uuid);
  out.erase(std::remove(out.begin(), out.end(), '-'), out.end());
  return out;
}

/// LVM2's segment types by what they are called in its manuals (lvmraid, lvmthin, lvmcache,
/// lvmvdo).
std::string type_words(std::string_view type) {
  constexpr std::array kWords = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"thin-pool", "thin pool"},
      {"thin", "thin volume"},
      {"cache-pool", "cache pool"},
      {"cache", "cached volume"},
      {"writecache", "volume with a write cache"},
      {"vdo-pool", "VDO pool"},
      {"vdo", "VDO volume"},
      {"mirror", "mirror"},
      {"snapshot", "snapshot"},
      {"integrity", "volume with integrity data"},
  });
  for (const auto& [name, words] : kWords)
    if (type == name) return std::string(words);
  if (type.starts_with("raid")) return fmt::format("RAID volume ({})", type);
  return fmt::format("volume of the type {}", type);
}

class Reader {
 public:
  Reader(const LvmSection& section, LvmVolumeGroup& out) : section_(section), out_(out) {}

  bool read(std::string& error) {
    out_.name = section_.name;
    out_.uuid = without_dashes(section_.text("id"));
    const auto seqno = section_.number("seqno");
    const auto sectors = section_.number("extent_size");
    if (out_.uuid.empty() || !seqno) {
      error = "the volume group has no id or no seqno";
      return false;
    }
    if (!sectors || *sectors == 0 || *sectors > kLargest / kSector / 2) {
      error = "the volume group has no extent size that makes sense";
      return false;
    }
    out_.seqno = *seqno;
    out_.extent_size = *sectors * kSector;
    most_extents_ = kLargest / out_.extent_size;
    read_pvs();
    read_lvs();
    mark_snapshots();
    return true;
  }

 private:
  void read_pvs() {
    const LvmSection* all = section_.section("physical_volumes");
    if (all == nullptr) return;
    for (const LvmSection& one : all->sections) {
      LvmPvEntry pv;
      pv.name = one.name;
      pv.uuid = without_dashes(one.text("id"));
      pv.device = std::string(one.text("device"));
      pv.missing = one.lists("flags", "MISSING") || one.lists("status", "MISSING");
      const auto start = one.number("pe_start");
      const auto extents = one.number("pe_count");
      if (!start || *start > kLargest / kSector || !extents || *extents > most_extents_)
        out_.problems.push_back(
            fmt::format("the place of the extents of physical volume {} makes no sense", pv.name));
      else
        pv.extents = *extents;
      if (start && *start <= kLargest / kSector) pv.data_start = *start * kSector;
      pv_by_name_.emplace(pv.name, out_.pvs.size());
      out_.pvs.push_back(std::move(pv));
    }
  }

  void read_lvs() {
    const LvmSection* all = section_.section("logical_volumes");
    if (all == nullptr) return;
    for (const LvmSection& one : all->sections) {
      LvmLogicalVolume lv;
      lv.name = one.name;
      lv.index = out_.lvs.size();
      lv.visible = one.lists("status", "VISIBLE");
      for (const LvmSection& segment : one.sections)
        if (segment.name.starts_with("segment")) read_segment(segment, lv);
      std::stable_sort(
          lv.segments.begin(), lv.segments.end(),
          [](const LvmSegment& a, const LvmSegment& b) { return a.first_extent < b.first_extent; });
      for (const LvmSegment& segment : lv.segments) {
        if (segment.first_extent < lv.extents) refuse(lv, "its segments overlap in the metadata");
        lv.extents = std::max(lv.extents, segment.first_extent + segment.extents);
      }
      if (lv.segments.empty()) refuse(lv, "the metadata gives it no segments");
      out_.lvs.push_back(std::move(lv));
    }
  }

  static void refuse(LvmLogicalVolume& lv, std::string why) {
    if (lv.unsupported.empty()) lv.unsupported = std::move(why);
  }

  void read_segment(const LvmSection& section, LvmLogicalVolume& lv) {
    const auto first = section.number("start_extent");
    const auto extents = section.number("extent_count");
    if (!first || !extents || *first > most_extents_ || *extents > most_extents_ - *first ||
        *extents == 0)
      return refuse(lv, fmt::format("{} has no place that makes sense", section.name));
    LvmSegment segment;
    segment.first_extent = *first;
    segment.extents = *extents;
    // `type+FLAG`: flags that older readers need not know (LVM2, lib/format_text/flags.c).
    const std::string_view type = section.text("type");
    segment.type = std::string(type.substr(0, type.find('+')));
    if (segment.type == "linear") segment.type = "striped";
    if (segment.type == "striped") {
      if (!read_stripes(section, segment))
        refuse(lv, fmt::format("the stripes of {} make no sense", section.name));
    } else if (segment.type != "zero" && segment.type != "error") {
      name_type(section, segment.type, lv);
    }
    lv.segments.push_back(std::move(segment));
  }

  void name_type(const LvmSection& section, std::string_view type, LvmLogicalVolume& lv) {
    if (type == "snapshot") {
      // A volume of its own that only ties origin and copy-on-write store together.
      const std::string_view merging = section.text("merging_store");
      snapshots_.push_back({std::string(section.text("origin")),
                            std::string(merging.empty() ? section.text("cow_store") : merging),
                            !merging.empty()});
    }
    std::string words = type_words(type);
    for (const auto& [key, of] :
         {std::pair("thin_pool", "the pool"), std::pair("vdo_pool", "the pool"),
          std::pair("cache_pool", "the cache")})
      if (!section.text(key).empty()) words += fmt::format(" of {} {}", of, section.text(key));
    refuse(lv, words);
  }

  bool read_stripes(const LvmSection& section, LvmSegment& segment) {
    const auto count = section.number("stripe_count");
    const auto* stripes = section.value("stripes");
    if (!count || stripes == nullptr || *count == 0 || *count != stripes->size() / 2 ||
        stripes->size() % 2 != 0 || segment.extents % *count != 0)
      return false;
    if (*count > 1) {
      const auto sectors = section.number("stripe_size");
      if (!sectors || *sectors == 0 || *sectors > out_.extent_size / kSector) return false;
      segment.stripe_size = *sectors * kSector;
      // A stripe that does not go into its extents evenly has no place in device-mapper either.
      if (segment.extents / *count * out_.extent_size % segment.stripe_size != 0) return false;
    }
    const std::uint64_t each = segment.extents / *count;
    for (std::size_t i = 0; i < stripes->size(); i += 2) {
      LvmArea area;
      area.name = (*stripes)[i].text;
      const std::optional<std::int64_t>& first = (*stripes)[i + 1].number;
      if (area.name.empty() || !first || *first < 0) return false;
      area.first_extent = static_cast<std::uint64_t>(*first);
      if (area.first_extent > most_extents_) return false;
      if (const auto pv = pv_by_name_.find(area.name); pv != pv_by_name_.end()) {
        const std::uint64_t has = out_.pvs[pv->second].extents;
        if (area.first_extent > has || each > has - area.first_extent) return false;
        area.pv = pv->second;
      }
      segment.areas.push_back(std::move(area));
    }
    return true;
  }

  /// A copy-on-write store reads as a plain volume, and what it holds is no filesystem; an origin
  /// under a merge is neither the old state nor the new.
  void mark_snapshots() {
    std::map<std::string_view, std::size_t> by_name;
    for (const LvmLogicalVolume& lv : out_.lvs) by_name.emplace(lv.name, lv.index);
    for (const Snapshot& one : snapshots_) {
      if (const auto store = by_name.find(one.store); store != by_name.end()) {
        out_.lvs[store->second].unsupported = fmt::format("snapshot of {}", one.origin);
        out_.lvs[store->second].visible = true;
      }
      const auto origin = by_name.find(one.origin);
      if (one.merging && origin != by_name.end())
        refuse(out_.lvs[origin->second],
               fmt::format("the snapshot {} was being merged into it", one.store));
    }
  }

  struct Snapshot {
    std::string origin;
    std::string store;
    bool merging;
  };
  const LvmSection& section_;
  LvmVolumeGroup& out_;
  std::uint64_t most_extents_ = 0;
  std::map<std::string, std::size_t, std::less<>> pv_by_name_;
  std::vector<Snapshot> snapshots_;
};

}  // namespace

std::string lvm_uuid_text(std::string_view uuid) {
  if (uuid.size() != 32) return std::string(uuid);
  std::string out;
  std::size_t at = 0;
  for (const std::size_t width : std::to_array<std::size_t>({6, 4, 4, 4, 4, 4, 6})) {
    if (at > 0) out += '-';
    out += uuid.substr(at, width);
    at += width;
  }
  return out;
}

std::optional<LvmVolumeGroup> read_volume_group(const LvmSection& metadata, std::string& error) {
  const auto section =
      std::find_if(metadata.sections.begin(), metadata.sections.end(), [](const LvmSection& one) {
        return one.value("extent_size") != nullptr || one.section("physical_volumes") != nullptr;
      });
  if (section == metadata.sections.end()) {
    error = "it describes no volume group";
    return std::nullopt;
  }
  LvmVolumeGroup group;
  if (!Reader(*section, group).read(error)) return std::nullopt;
  return group;
}

}  // namespace pidometer
