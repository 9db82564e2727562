#include "tsk_reader/file_system/ext/jbd2_fast_commit.h"

#include <vector>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

// Tags: type and length of the value in 16 bits each, little-endian; none crosses a block.
constexpr std::size_t kTagHeader = 4;
constexpr std::uint16_t kTail = 8;
constexpr std::uint16_t kHead = 9;

}  // namespace

bool has_fast_commit(const Jbd2Log& log, std::uint32_t transaction) {
  const Jbd2Superblock& super = log.super();
  if (!super.has_fast_commit()) return false;
  std::vector<std::byte> block(super.block_size);
  std::uint32_t checksum = 0;
  bool begun = false;
  // The area begins one block behind the ring's end (journal_load_superblock()).
  for (std::uint32_t at = super.ring_end() + 1; at < super.blocks; ++at) {
    if (!log.read(at, block).done) return false;
    const std::span<const std::byte> bytes(block);
    for (std::size_t place = 0; place + kTagHeader <= bytes.size();) {
      const std::uint16_t type = le16(bytes, place);
      const std::size_t length = le16(bytes, place + 2);
      if (length > bytes.size() - place - kTagHeader) return false;
      if (type == 0 || type > kHead || (type == kHead) == begun) return false;
      if (type == kHead) {
        if (length < 8 || le32(bytes, place + kTagHeader + 4) != transaction) return false;
        begun = true;
        checksum = 0;
      }
      if (type == kTail) {
        // The checksum covers the tail's transaction number and ends before itself.
        checksum = jbd2_checksum(checksum, bytes.subspan(place, kTagHeader + 4));
        return length >= 8 && le32(bytes, place + kTagHeader) == transaction &&
               le32(bytes, place + kTagHeader + 4) == checksum;
      }
      checksum = jbd2_checksum(checksum, bytes.subspan(place, kTagHeader + length));
      place += kTagHeader + length;
    }
  }
  return false;
}

}  // namespace pidometer
