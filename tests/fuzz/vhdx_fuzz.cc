// A VHDX of any bytes. Its structures lie megabytes apart: the input is a list of pieces (offset in
// sectors of 512 bytes, 4 bytes; length, 2 bytes; the bytes) of a file of 8 MiB, and the checksums
// of headers, region tables and the log's first entry are made right, so that what they guard is
// reached.

#include <algorithm>
#include <cstring>

#include "tests/fuzz/container_fuzz.h"

namespace {

constexpr std::size_t kFileBytes = std::size_t{8} << 20;

void mend(std::vector<std::uint8_t>& file, std::size_t at, std::size_t length) {
  if (at + length > file.size() || length < 8) return;
  std::memset(file.data() + at + 4, 0, 4);
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = at; i < at + length; ++i) {
    crc ^= file[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  crc = ~crc;
  std::memcpy(file.data() + at + 4, &crc, 4);
}

std::uint32_t number(const std::vector<std::uint8_t>& file, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, file.data() + at, 4);
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::vector<std::uint8_t> file(kFileBytes);
  std::fill(file.begin(), file.end(), std::uint8_t{0});
  while (size >= 6) {
    std::uint32_t sector = 0;
    std::uint16_t length = 0;
    std::memcpy(&sector, data, 4);
    std::memcpy(&length, data + 4, 2);
    data += 6;
    size -= 6;
    const std::size_t at = sector % (kFileBytes / 512) * 512;
    const std::size_t count = std::min({size, std::size_t{length}, kFileBytes - at});
    std::memcpy(file.data() + at, data, count);
    data += count;
    size -= count;
  }
  constexpr std::size_t kLog = 1 << 20;
  mend(file, 0x10000, 4096);
  mend(file, 0x20000, 4096);
  mend(file, 0x30000, 65536);
  mend(file, 0x40000, 65536);
  if (const std::uint32_t length = number(file, kLog + 8); length <= 65536)
    mend(file, kLog, length);
  return pidometer::read_container(file.data(), file.size(), pidometer::Content::vhdx);
}
