// Copies of inodes, and the maps that they tell of. The first byte says which: an inode's raw bytes
// with the blocks of its map behind them, or patches of a volume whose journal holds copies of
// inode tables and directories (records of 2 bytes length, 3 bytes offset, the bytes).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "tests/support/made_ext.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/ext/journal_inodes.h"
#include "tsk_reader/file_system/ext/old_inode.h"

using namespace pidometer;

namespace {

constexpr std::size_t kInode = 256;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Extents and lost parts of a map: in order, apart, within the file and the volume.
void check_map(const FileMap& map, std::uint64_t volume_size) {
  std::uint64_t end = 0;
  std::uint64_t mapped = 0;
  for (const FileExtent& extent : map.extents) {
    require(extent.length > 0 && extent.begin >= end);
    end = extent.begin + extent.length;
    require(end <= map.size);
    require(extent.source < volume_size && extent.length <= volume_size - extent.source);
    mapped += extent.length;
  }
  require(mapped <= volume_size);
  end = 0;
  for (const DamagedRange& lost : map.lost.all()) {
    require(lost.range.begin >= end && lost.range.begin < lost.range.end && !lost.reason.empty());
    end = lost.range.end;
    // What is lost has no place: else bytes would be told of as lost and delivered all the same.
    for (const FileExtent& extent : map.extents)
      require(lost.range.end <= extent.begin || lost.range.begin >= extent.begin + extent.length);
  }
  if (map.missing_tail) require(map.missing_tail->range.begin == map.size);
}

void map_raw_inode(std::span<const std::byte> bytes, std::uint8_t kind) {
  const std::uint32_t block_size = 1024U << (kind >> 1U & 3U);
  if (bytes.size() < kInode) {
    require(
        !parse_old_inode(bytes.first(std::min<std::size_t>(bytes.size(), 127))).is_regular_file());
    return;
  }
  const OldInode inode = parse_old_inode(bytes.first(kInode));
  const auto blocks = bytes.subspan(kInode);
  constexpr std::uint64_t kBlocks = 4096;
  const FileMap map =
      map_old_inode(inode, block_size, kBlocks, [&](std::uint64_t block, std::span<std::byte> out) {
        require(block < kBlocks && out.size() == block_size);
        // The blocks behind the inode repeat over the volume; every seventh is lost.
        const std::size_t there = blocks.size() / block_size;
        if (there == 0 || block % 7 == 6) return false;
        const auto from = blocks.subspan(block % there * block_size, block_size);
        std::copy(from.begin(), from.end(), out.begin());
        return true;
      });
  require(map.size <= inode.size);
  require(map.size == inode.size || map.missing_tail);
  check_map(map, kBlocks * block_size);
}

/// A deleted log (inode 14, two pieces, its name in an old directory block), one that was trimmed
/// (15), a third by its block map (13).
test::MadeJournal made_journal() {
  test::MadeJournal journal({.incompatible = 1, .blocks = 32}, 32);
  test::MadeInode one{.size = 5000};
  std::string deleted = one.bytes();
  test::put_extent_header(deleted, 40, 2, 0);
  test::put_extent(deleted, 40, 0, 0, 2, 12);
  test::put_extent(deleted, 40, 1, 2, 3, 18);
  std::string trimmed = test::MadeInode{.generation = 6, .size = 2048}.bytes();
  test::put_extent_header(trimmed, 40, 1, 0);
  test::put_extent(trimmed, 40, 0, 0, 2, 24);
  std::string mapped = test::MadeInode{.flags = 0, .size = 13 * 1024}.bytes();
  for (std::size_t i = 0; i < 3; ++i) test::put_le(mapped, 40 + 4 * i, 26 + i, 4);
  test::put_le(mapped, 40 + 48, 29, 4);
  std::string pointers(1024, '\0');
  test::put_le(pointers, 0, 30, 4);
  journal
      .descriptor({{5, mapped + deleted + trimmed + std::string(kInode, '\0'), true},
                   {8, test::directory_block({{"cron", 15}, {"cron.1", 14}}, 1024)},
                   {29, pointers}})
      .commit();
  journal.descriptor({{8, test::directory_block({{"cron", 15}}, 1024), true}}).commit();
  return journal;
}

void read_patched_journal(std::span<const std::byte> patches, std::uint8_t kind) {
  const test::MadeJournal journal = made_journal();
  std::string bytes = journal.bytes();
  for (std::size_t at = 0; at + 5 <= patches.size();) {
    const auto length = std::min<std::size_t>(le16(patches, at), patches.size() - at - 5);
    const std::size_t place = static_cast<std::size_t>(read_le(patches, at + 2, 3)) % bytes.size();
    const std::size_t count = std::min(length, bytes.size() - place);
    std::transform(patches.begin() + static_cast<std::ptrdiff_t>(at + 5),
                   patches.begin() + static_cast<std::ptrdiff_t>(at + 5 + count),
                   bytes.begin() + static_cast<std::ptrdiff_t>(place),
                   [](std::byte byte) { return static_cast<char>(byte); });
    at += 5 + length;
  }
  MemorySource volume(bytes, {{{(kind & 2U) != 0 ? 13U * 1024 : 0, 13U * 1024}, "bad"}});
  test::MadeExt file_system(journal);
  file_system.free(12, 14).free(19, 20).free(21, 32).name("cron", 15);
  ExtFile live;
  live.node = {15, NodeKind::file, 1000, {}};
  live.generation = 6;
  live.links = 1;
  live.map.size = 1000;
  live.map.add({0, 1000, 20 * 1024});
  file_system.live(live);
  const std::uint64_t folders[] = {test::MadeExt::kDirectory};
  const auto files = find_journal_inodes(file_system, volume, folders);
  if (!files) return;
  require(std::count_if(files->begin(), files->end(), [](const DeletedFile& file) {
            return file.name.empty();
          }) <= static_cast<std::ptrdiff_t>(kMostNamelessInodes));
  const std::vector<ByteRange> free = *file_system.unallocated();
  std::uint64_t inode = 0;
  for (const DeletedFile& file : *files) {
    require(file.method == RecoveryMethod::journal_inode && file.node.kind == NodeKind::file);
    require(file.node.inode >= std::max<std::uint64_t>(inode, 1) && file.node.inode <= 16);
    inode = file.node.inode;
    require(!file.map.extents.empty());
    check_map(file.map, 32 * 1024);
    // No byte of another file's: only what is free, or the file's own.
    for (const FileExtent& extent : file.map.extents)
      for (std::uint64_t at = extent.source; at < extent.source + extent.length; ++at)
        require(std::any_of(
                    free.begin(), free.end(),
                    [&](const ByteRange& range) { return at >= range.begin && at < range.end; }) ||
                (inode == 15 && at >= 20 * 1024 && at < 20 * 1024 + 1000));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 256 * 1024) return 0;
  const auto rest = std::as_bytes(std::span(data + 1, size - 1));
  if ((data[0] & 1) == 0)
    map_raw_inode(rest, data[0]);
  else
    read_patched_journal(rest, data[0]);
  return 0;
}
