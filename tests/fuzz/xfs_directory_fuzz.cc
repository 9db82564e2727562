// The first byte chooses version, kind bytes and form; the rest is a directory: short form, or a
// directory block.
#include <cstdint>
#include <span>

#include "tests/support/xfs_bytes.h"
#include "tsk_reader/file_system/xfs/xfs_directory.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pidometer;
  if (size < 1) return 0;
  XfsSuperblock super = xfs_geometry((data[0] & 1U) != 0);
  super.file_type = (data[0] & 2U) != 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  XfsNames names;
  if ((data[0] & 4U) != 0) {
    parse_xfs_short_directory(super, bytes, names);
  } else {
    std::vector<std::byte> block(bytes.begin(), bytes.end());
    block.resize(super.directory_block_size());
    parse_xfs_directory_block(super, block, names);
  }
  for (const DirectoryEntry& entry : names.entries)
    if (entry.name.empty() || !super.inode_offset(entry.inode)) __builtin_trap();
  return 0;
}
