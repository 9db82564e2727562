#include "tsk_reader/file_system/ext/ext_directory_block.h"

#include <string_view>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {

bool parse_ext_directory_block(std::span<const std::byte> block, std::vector<DirectoryEntry>& out) {
  constexpr std::size_t kHeader = 8;
  for (std::size_t at = 0; at + kHeader <= block.size();) {
    const std::uint32_t inode = le32(block, at);
    // A record of 64 KiB does not fit 16 bits: 0 or 65535 stand for the rest of such a block.
    std::size_t length = le16(block, at + 4);
    if (block.size() >= 65536 && (length == 0 || length == 65535)) length = block.size() - at;
    const std::size_t name_length = std::to_integer<std::size_t>(block[at + 6]);
    if (length < kHeader || length > block.size() - at || name_length > length - kHeader)
      return false;
    const std::string_view name(reinterpret_cast<const char*>(block.data()) + at + kHeader,
                                name_length);
    if (inode != 0 && name != "." && name != ".." && !name.empty() &&
        out.size() < kMaxDirectoryEntries)
      out.push_back({std::string(name), inode});
    at += length;
  }
  return true;
}

}  // namespace pidometer
