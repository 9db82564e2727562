#include "tsk_reader/container/vhd/vhd_footer.h"

#include <algorithm>
#include <string_view>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {

bool vhd_checksum_holds(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (i < at || i >= at + 4) sum += std::to_integer<std::uint32_t>(bytes[i]);
  return ~sum == be32(bytes, at);
}

bool is_vhd_footer(std::span<const std::byte> bytes) {
  constexpr std::string_view kCookie = "conectix";
  constexpr std::size_t kChecksumAt = 64;
  return bytes.size() == kVhdFooterBytes &&
         std::equal(kCookie.begin(), kCookie.end(), bytes.begin(),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; }) &&
         vhd_checksum_holds(bytes, kChecksumAt);
}

}  // namespace pidometer
