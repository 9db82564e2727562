// The input patches a small filesystem: records of 2 bytes length, 3 bytes offset, the bytes. All
// of it is then read: the log is replayed, the tree walked to some depth, every file read.
#include <algorithm>
#include <cstdint>
#include <span>

#include "tests/support/memory_source.h"
#include "tests/support/xfs_bytes.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/xfs/file_system_xfs.h"

namespace {

using namespace pidometer;

/// Root (inode 16, short form) with `cron` (17, one extent) and `log` (18, a directory block).
std::string small_image() {
  std::string image(180 * 1024, '\0');
  image.replace(0, 512, xfs_superblock());
  const auto inode = [&](std::uint64_t number, std::uint32_t mode, int format, std::uint64_t size) {
    const std::size_t at = number / 2 * 1024 + number % 2 * 512;
    put_be(image, at, 0x494e, 2);
    put_be(image, at + 2, mode, 2);
    image[at + 4] = 3;
    image[at + 5] = static_cast<char>(format);
    put_be(image, at + 16, 1, 4);
    put_be(image, at + 56, size, 8);
    put_be(image, at + 76, format == 2 ? 1 : 0, 4);
    put_be(image, at + 152, number, 8);
    image.replace(at + 160, 16, kXfsUuid);
    return at;
  };
  const auto extent = [&](std::size_t at, std::uint64_t start, std::uint64_t count) {
    put_be(image, at + 176 + 8, start << 21U | count, 8);
  };
  std::size_t at = inode(16, 040755, 1, 6 + 12 + 11);
  image.replace(at + 176, 29,
                std::string("\2\0\0\0\0\20\4\0\140cron\1\0\0\0\21\3\0\170log\2\0\0\0\22", 29));
  seal_xfs(image, at, 512, 100);
  at = inode(17, 0100644, 2, 3000);
  extent(at, 60, 3);
  seal_xfs(image, at, 512, 100);
  at = inode(18, 040755, 2, 1024);
  extent(at, 64, 1);
  seal_xfs(image, at, 512, 100);
  at = 64 * 1024;
  image.replace(at, 4, "XDD3");
  put_be(image, at + 64, 17, 8);
  image.replace(at + 72, 6, std::string("\4cron\1", 6));
  put_be(image, at + 64 + 14, 64, 2);
  put_be(image, at + 80, 0xFFFF0000U | (1024 - 80), 4);
  put_be(image, at + 1022, 80, 2);
  seal_xfs(image, at, 1024, 4);
  return image;
}

void walk(FileSystem& file_system, std::uint64_t directory, int depth) {
  const auto entries = file_system.list(directory);
  if (!entries || depth > 4) return;
  std::size_t seen = 0;
  for (const DirectoryEntry& entry : *entries) {
    if (++seen > 20) return;
    const auto node = file_system.stat(entry.inode);
    if (!node) continue;
    if (node->kind == NodeKind::directory) walk(file_system, entry.inode, depth + 1);
    (void)file_system.read_link(entry.inode);
    (void)file_system.replayed(entry.inode);
    auto stream = file_system.open(entry.inode);
    if (!stream) continue;
    std::vector<std::byte> buffer(65536);
    for (int i = 0; i < 50; ++i) {
      const auto got = (*stream)->read(buffer);
      if (!got || *got == 0) break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string image = small_image();
  for (std::size_t at = 0; at + 5 <= size;) {
    const auto number = [&](std::size_t from, std::size_t width) {
      return static_cast<std::size_t>(read_le(std::as_bytes(std::span(data, size)), from, width));
    };
    const std::size_t length = std::min(number(at, 2), size - at - 5);
    const std::size_t place = number(at + 2, 3) % image.size();
    const std::size_t count = std::min(length, image.size() - place);
    image.replace(place, count, reinterpret_cast<const char*>(data) + at + 5, count);
    at += 5 + length;
  }
  MemorySource source(std::move(image));
  const auto file_system = open_xfs(source);
  if (!file_system) return 0;
  walk(**file_system, (*file_system)->root(), 0);
  (void)(*file_system)->unallocated();
  return 0;
}
