#include "tsk_reader/bytes/utf16_name.h"

#include <cstdint>

#include "base/utf8.h"

namespace pidometer {
std::string utf16_name(std::span<const std::byte> bytes, Utf16Order order) {
  const auto unit = [&](std::size_t at) {
    const auto first = std::to_integer<std::uint32_t>(bytes[at]);
    const auto second = std::to_integer<std::uint32_t>(bytes[at + 1]);
    return order == Utf16Order::little ? second << 8 | first : first << 8 | second;
  };
  std::string out;
  for (std::size_t at = 0; at + 2 <= bytes.size(); at += 2) {
    std::uint32_t character = unit(at);
    if (character == 0) break;
    if (character >= 0xd800 && character < 0xe000) {
      const std::uint32_t low = at + 4 <= bytes.size() ? unit(at + 2) : 0;
      if (character < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
        character = 0x10000 + ((character - 0xd800) << 10 | (low - 0xdc00));
        at += 2;
      } else {
        character = 0xfffd;
      }
    }
    append_utf8(out, character);
  }
  return out;
}

}  // namespace pidometer
