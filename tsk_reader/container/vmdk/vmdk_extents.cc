#include "tsk_reader/container/vmdk/vmdk_extents.h"

#include <algorithm>
#include <utility>

namespace pidometer {
namespace {

class FlatMap final : public GuestMap {
 public:
  FlatMap(std::unique_ptr<ContainerFile> file, std::uint64_t offset, std::uint64_t bytes)
      : file_(std::move(file)), offset_(offset), bytes_(bytes) {}

  std::uint64_t size() const override { return bytes_; }
  Placement place(std::uint64_t offset) override {
    Placement placement;
    placement.kind = Placement::Kind::stored;
    placement.length = bytes_ - offset;
    placement.file = file_.get();
    placement.offset = offset_ + offset;
    return placement;
  }

 private:
  std::unique_ptr<ContainerFile> file_;
  std::uint64_t offset_;
  std::uint64_t bytes_;
};

}  // namespace

void VmdkExtents::add(std::uint64_t bytes, std::unique_ptr<GuestMap> map, std::string missing) {
  // place() divides by nothing, but an extent of no bytes would never be reached.
  if (bytes == 0) return;
  extents_.push_back({size_, bytes, std::move(map), std::move(missing)});
  size_ += bytes;
}

const VmdkExtents::Extent& VmdkExtents::at(std::uint64_t offset) const {
  const auto after = std::upper_bound(
      extents_.begin(), extents_.end(), offset,
      [](std::uint64_t wanted, const Extent& extent) { return wanted < extent.begin; });
  return *(after - 1);
}

Placement VmdkExtents::place(std::uint64_t offset) {
  const Extent& extent = at(offset);
  const std::uint64_t within = offset - extent.begin;
  Placement placement;
  if (extent.map == nullptr) {
    placement.kind = extent.missing.empty() ? Placement::Kind::zeros : Placement::Kind::lost;
    placement.length = extent.bytes - within;
    placement.reason = extent.missing;
  } else if (within >= extent.map->size()) {
    placement.length = extent.bytes - within;
    placement.reason = "an extent is shorter than the descriptor says";
  } else {
    placement = extent.map->place(within);
    placement.unit_begin += extent.begin;
  }
  placement.length = std::min(placement.length, extent.bytes - within);
  return placement;
}

std::vector<FileRange> VmdkExtents::structures() {
  std::vector<FileRange> ranges;
  for (const Extent& extent : extents_) {
    if (extent.map == nullptr) continue;
    const std::vector<FileRange> own = extent.map->structures();
    ranges.insert(ranges.end(), own.begin(), own.end());
  }
  return ranges;
}

std::optional<std::string> VmdkExtents::unpack(const Placement& packed,
                                               std::vector<std::byte>& out) {
  const Extent& extent = at(packed.unit_begin);
  Placement inner = packed;
  inner.unit_begin -= extent.begin;
  if (extent.map == nullptr) return extent.missing;
  return extent.map->unpack(inner, out);
}

std::unique_ptr<GuestMap> make_flat_map(std::unique_ptr<ContainerFile> file, std::uint64_t offset,
                                        std::uint64_t bytes) {
  return std::make_unique<FlatMap>(std::move(file), offset, bytes);
}

}  // namespace pidometer
