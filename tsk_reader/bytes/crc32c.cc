#include "tsk_reader/bytes/crc32c.h"

#include <ext2fs/ext2fs.h>

namespace pidometer {

std::uint32_t crc32c(std::uint32_t crc, std::span<const std::byte> bytes) {
  return ext2fs_crc32c_le(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace pidometer
