// The journal of ext3 and ext4. Input: one volume of 1 KiB blocks that is all journal, its
// superblock first. All checksums are made right beforehand where the first byte is odd, since a
// fuzzer does not guess them.
#include <ext2fs/ext2fs.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/support/memory_source.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/bytes/overlay_source.h"
#include "tsk_reader/file_system/ext/jbd2_blocks.h"
#include "tsk_reader/file_system/ext/jbd2_recovery.h"

using namespace pidometer;

namespace {

constexpr std::size_t kBlock = 1024;

std::uint32_t checksum(std::uint32_t seed, const char* bytes, std::size_t size) {
  return ext2fs_crc32c_le(seed, reinterpret_cast<const unsigned char*>(bytes), size);
}
void put32(char* at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) at[i] = static_cast<char>(value >> (24 - 8 * i) & 0xFF);
}

/// Puts right what checksums v2 and v3 keep in blocks of jbd2's own.
void seal(std::string& bytes) {
  const std::uint32_t seed = checksum(~0U, bytes.data() + 48, 16);
  for (std::size_t at = 0; at + kBlock <= bytes.size(); at += kBlock) {
    const auto block = std::as_bytes(std::span(bytes).subspan(at, kBlock));
    const Jbd2Header header = parse_jbd2_header(block);
    if (!header.valid) continue;
    const std::size_t place = at == 0 ? 252 : header.type == 2 ? 16 : kBlock - 4;
    put32(bytes.data() + at + place, 0);
    put32(bytes.data() + at + place, checksum(at == 0 ? ~0U : seed, bytes.data() + at, kBlock));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 + kBlock || size > 256 * kBlock) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  bytes.resize(bytes.size() / kBlock * kBlock);
  if ((data[0] & 1) != 0) seal(bytes);
  MemorySource volume(bytes, {{{3 * kBlock, (data[0] & 2) != 0 ? 4 * kBlock : 3 * kBlock}, "bad"}});
  FileMap map;
  map.size = bytes.size();
  map.add({0, map.size, 0});
  const auto log = Jbd2Log::open(volume, map, kBlock);
  if (!log) return 0;
  const Jbd2Recovery recovery = recover_jbd2(*log, volume.size());
  OverlaySource overlay(volume, kBlock);
  std::vector<MovedBlock> moved;
  for (const Jbd2LoggedBlock& one : recovery.blocks) {
    const auto place = log->place(one.journal_block);
    // What stands must be readable, inside the volume, and there once a block.
    if (!place || *place + kBlock > volume.size() || one.block >= volume.size() / kBlock)
      std::abort();
    if (!moved.empty() && moved.back().block >= one.block) std::abort();
    moved.push_back({one.block, *place, {}, one.escaped});
  }
  overlay.set_moved(std::move(moved));
  if (read_range(overlay, 0, bytes.size()).size() != bytes.size()) std::abort();
  for (const Jbd2LoggedBlock& one : find_logged_blocks(*log)) logged_copy_holds(*log, one);
  return 0;
}
