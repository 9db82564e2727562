#include "tsk_reader/file_system/btrfs/btrfs_volume.h"

#include <fmt/format.h>

#include <utility>

namespace pidometer {
namespace {

/// btrfs_root_item before generation_v2, as the oldest kernels wrote it.
constexpr std::size_t kOldRootItem = 239;
/// More chunks than a device of 8 EiB in chunks of 1 GiB has in practice; each is 256 MiB or more
/// save on the smallest devices.
constexpr std::size_t kMostChunks = 4'000'000;

}  // namespace

std::optional<BtrfsTreeRoot> parse_btrfs_tree_root(std::span<const std::byte> bytes) {
  if (bytes.size() < kOldRootItem) return std::nullopt;
  const BtrfsTreeRoot root{le64(bytes, 176), le64(bytes, 160),
                           static_cast<std::uint8_t>(read_le(bytes, 238, 1))};
  if (root.level >= kBtrfsMaxLevel || root.logical == 0) return std::nullopt;
  return root;
}

Result<std::unique_ptr<BtrfsVolume>> BtrfsVolume::open(BlockSource& source) {
  BtrfsWarnings warnings;
  auto super = read_btrfs_super(source, warnings);
  if (!super) return tl::unexpected(super.error());
  std::unique_ptr<BtrfsVolume> volume(
      new BtrfsVolume(source, std::move(*super), std::move(warnings)));
  volume->tell_devices();
  volume->read_chunks();
  volume->blocks_.start_operation();
  if (volume->blocks_.read(volume->super_.root_tree, std::nullopt) == nullptr) {
    const BtrfsPlace place = volume->chunks_.find(volume->super_.root_tree.logical);
    return fail(ErrorKind::unreadable, "btrfs filesystem cannot be opened",
                volume->super_.devices > 1
                    ? fmt::format("it needs {} devices, and its root tree is not on this one",
                                  volume->super_.devices)
                : place.copies.empty() ? "its root tree " + place.why_none
                                       : "its root tree is damaged");
  }
  return volume;
}

void BtrfsVolume::tell_devices() {
  if (super_.is_seed)
    warnings_.warn(WarningKind::unsupported,
                   "the volume is a btrfs seed device: what was written since it became one lies "
                   "on the devices that were added to it");
  if (super_.devices <= 1) return;
  warnings_.warn(
      WarningKind::unsupported,
      fmt::format("the btrfs filesystem needs {} devices, and this is device {} alone; what does "
                  "not lie on it is reported as damage",
                  super_.devices, super_.device_id));
}

void BtrfsVolume::read_chunks() {
  if (!add_system_chunks(super_.system_chunks, chunks_))
    warnings_.damaged("the superblock's list of chunks is corrupt; files may be missing");
  blocks_.start_operation();
  std::size_t taken = 0;
  const BtrfsKeyRange all{{btrfs_object::first_chunk, btrfs_item::chunk, 0},
                          {btrfs_object::first_chunk, btrfs_item::chunk + 1, 0}};
  const BtrfsLostKeys lost = trees_.walk(super_.chunk_tree, all, [&](const BtrfsItem& item) {
    auto chunk = parse_btrfs_chunk(item.key, item.data);
    if (!chunk || !chunks_.add(std::move(*chunk)))
      warnings_.damaged(
          fmt::format("the chunk at {} makes no sense; files may be missing", item.key.offset));
    return ++taken < kMostChunks;
  });
  if (!lost.empty()) warnings_.damaged("the chunk tree is damaged; files may be missing");
}

std::optional<BtrfsTreeRoot> BtrfsVolume::tree(std::uint64_t objectid) {
  std::optional<BtrfsTreeRoot> root;
  // A tree has one ROOT_ITEM; where there are several the last one counts.
  trees_.walk(super_.root_tree, btrfs_items_of(objectid, btrfs_item::root),
              [&](const BtrfsItem& item) {
                if (const auto parsed = parse_btrfs_tree_root(item.data)) root = parsed;
                return true;
              });
  return root;
}

}  // namespace pidometer
