#include "tsk_reader/volume/lvm/lvm_volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tsk_reader/volume/mapped_source.h"
#include "tsk_reader/volume/volume_names.h"

namespace pidometer {
namespace {

/// Volumes on volumes of their group (a move under way) are two deep; metadata that goes round in
/// circles must end.
constexpr int kDeepest = 8;

/// Each listed volume is looked into; hosts of containers have some hundreds.
constexpr std::size_t kMostVolumes = 4096;

/// A logical volume as far as it is known.
struct Built {
  std::unique_ptr<MappedSource> source;  ///< null where it cannot be read
  std::string unsupported;
  std::uint64_t start = 0;  ///< of its first extent, bytes into the image
  std::set<const LvmMember*> members;
  std::set<std::string> missing;  ///< "physical volume UUID (pv1) is missing"
  std::set<std::size_t> joined;   ///< volumes it lies on whose members are among its own
  bool done = false;
};

/// Some of many, for a message.
std::string list_words(const std::set<std::string>& all) {
  constexpr std::size_t kMost = 5;
  std::string out;
  std::size_t count = 0;
  for (const std::string& one : all) {
    if (++count > kMost) return out + fmt::format(" and {} more", all.size() - kMost);
    out += (count > 1 ? ", " : "") + one;
  }
  return out;
}

class Builder {
 public:
  explicit Builder(const LvmGroup& group) : group_(group), built_(group.metadata->lvs.size()) {
    for (const LvmLogicalVolume& lv : group.metadata->lvs) by_name_.emplace(lv.name, lv.index);
  }

  LvmVolumes run() {
    const auto& lvs = group_.metadata->lvs;
    std::vector<const LvmLogicalVolume*> visible;
    for (const LvmLogicalVolume& lv : lvs)
      if (lv.visible) visible.push_back(&lv);
    if (visible.size() > kMostVolumes) {
      warn(WarningKind::unsupported, {},
           fmt::format("volume group {}: only the first {} of {} logical volumes are read",
                       group_.metadata->name, kMostVolumes, visible.size()));
      visible.resize(kMostVolumes);
    }
    for (const LvmLogicalVolume* lv : visible) build(*lv, 0);
    for (const LvmLogicalVolume* lv : visible)
      out_.volumes.push_back(volume(*lv, built_[lv->index]));
    for (Built& built : built_)
      if (built.source) out_.below.push_back(std::move(built.source));
    return std::move(out_);
  }

 private:
  void warn(WarningKind kind, std::string volume, std::string message) {
    Warning& warning = out_.warnings.emplace_back();
    warning.kind = kind;
    warning.volume = std::move(volume);
    warning.message = std::move(message);
  }

  std::string missing_words(const LvmPvEntry& pv) const {
    return fmt::format("physical volume {} ({}{}{}) is missing", lvm_uuid_text(pv.uuid), pv.name,
                       pv.device.empty() ? "" : ", last seen as ", pv.device);
  }

  /// False where the volume cannot be read.
  bool area(const LvmArea& from, std::uint64_t extents, int depth, Built& built, MappedArea& to) {
    const LvmVolumeGroup& vg = *group_.metadata;
    const std::uint64_t offset = from.first_extent * vg.extent_size;
    if (from.pv) {
      const LvmPvEntry& pv = vg.pvs[*from.pv];
      const LvmMember* member = group_.pvs[*from.pv];
      if (member == nullptr) {
        to.reason = missing_words(pv);
        built.missing.insert(to.reason);
        return true;
      }
      to.source = member->source;
      to.offset = pv.data_start + offset;
      if (built.members.empty()) built.start = member->start + to.offset;
      built.members.insert(member);
      return true;
    }
    const auto name = by_name_.find(from.name);
    if (name == by_name_.end()) {
      built.unsupported = fmt::format("it lies on {}, which the metadata does not know", from.name);
      return false;
    }
    const LvmLogicalVolume& lv = vg.lvs[name->second];
    Built& below = build(lv, depth + 1);
    if (!below.source || extents > lv.extents || from.first_extent > lv.extents - extents) {
      built.unsupported =
          fmt::format("it lies on {}: {}", from.name,
                      below.unsupported.empty() ? "an impossible place in it" : below.unsupported);
      return false;
    }
    to.source = below.source.get();
    to.offset = offset;
    if (built.members.empty()) built.start = below.start + offset;
    if (built.joined.insert(lv.index).second) {
      built.members.insert(below.members.begin(), below.members.end());
      built.missing.insert(below.missing.begin(), below.missing.end());
    }
    return true;
  }

  Built& build(const LvmLogicalVolume& lv, int depth) {
    Built& built = built_[lv.index];
    if (built.done) return built;
    built.done = true;  // a circle finds it without a source
    built.unsupported = lv.unsupported;
    if (depth > kDeepest) built.unsupported = "volumes lie on one another too deep";
    if (!built.unsupported.empty()) return built;
    const std::uint64_t extent_size = group_.metadata->extent_size;
    std::vector<MappedSegment> segments;
    PathSpec parent;
    for (const LvmSegment& one : lv.segments) {
      MappedSegment& segment = segments.emplace_back(MappedSegment{
          one.first_extent * extent_size, one.extents * extent_size, one.stripe_size, {}});
      if (one.type == "error") segment.areas.push_back({nullptr, 0, "LVM2 error segment"});
      for (const LvmArea& from : one.areas) {
        MappedArea& to = segment.areas.emplace_back();
        if (!area(from, one.extents / one.areas.size(), depth, built, to)) return built;
        if (!parent.empty() || to.source == nullptr) continue;
        parent = to.source->path_spec();
        if (!from.pv && !parent.empty()) parent.erase(parent.begin());  // one LVM layer is enough
      }
    }
    PathSpecLayer layer;
    layer.type_indicator = "LVM";
    layer.location = fmt::format("/lvm{}", lv.index + 1);
    layer.volume_index = static_cast<std::uint32_t>(lv.index);
    parent.insert(parent.begin(), std::move(layer));
    built.source = std::make_unique<MappedSource>(std::move(segments), lv.extents * extent_size,
                                                  std::move(parent));
    return built;
  }

  /// "linear, 2 segments on 2 physical volumes (p3, p1 of b.raw)".
  std::string layout_words(const LvmLogicalVolume& lv, const Built& built) const {
    std::size_t stripes = 1;
    for (const LvmSegment& one : lv.segments) stripes = std::max(stripes, one.areas.size());
    const std::size_t volumes = built.members.size() + built.missing.size();
    std::string words = fmt::format(
        "{}, {} segment{} on {} physical volume{}",
        stripes > 1 ? fmt::format("striped over {}", stripes) : "linear", lv.segments.size(),
        lv.segments.size() == 1 ? "" : "s", volumes, volumes == 1 ? "" : "s");
    const char* sign = " (";
    for (const LvmMember* member : group_.members)
      if (built.members.contains(member)) words += std::exchange(sign, ", ") + member->place;
    return built.members.empty() ? words : words + ")";
  }

  Volume volume(const LvmLogicalVolume& lv, Built& built) {
    const LvmVolumeGroup& vg = *group_.metadata;
    Volume out;
    out.name = fmt::format("lvm-{}-{}", safe_volume_name(vg.name), safe_volume_name(lv.name));
    out.start = built.start;
    out.size = lv.extents * vg.extent_size;
    out.assembled = true;
    out.volume_group = vg.name;
    out.logical_volume = lv.name;
    out.description = "LVM2 logical volume";
    if (built.source) {
      out.description += ", " + layout_words(lv, built);
      const std::uint64_t missing = built.source->missing_bytes();
      const std::string who = list_words(built.missing);
      if (missing == out.size && !built.missing.empty()) {
        built.unsupported = who + "; nothing of the volume is left";
      } else if (!built.missing.empty()) {
        warn(WarningKind::damaged_image, out.name,
             fmt::format(
                 "{} of {} bytes of the volume are lost: {}; give the image that holds it as well",
                 missing, out.size, who));
      }
    }
    if (built.unsupported.empty() && built.source) {
      out.source = std::move(built.source);
    } else {
      out.content = "LVM2 logical volume";
      out.unsupported =
          fmt::format("LVM2 logical volume: {}: {}", built.unsupported,
                      lv.unsupported.empty() ? "not readable" : "not read by this version");
    }
    return out;
  }

  const LvmGroup& group_;
  std::vector<Built> built_;
  std::map<std::string_view, std::size_t> by_name_;
  LvmVolumes out_;
};

}  // namespace

LvmVolumes make_logical_volumes(const LvmGroup& group) {
  return Builder(group).run();
}

}  // namespace pidometer
