#include "tsk_reader/bytes/utf16_name.h"

#include <cstdint>

namespace pidometer {
namespace {

void append_utf8(std::uint32_t character, std::string& out) {
  const auto add = [&](std::uint32_t value) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
  };
  if (character < 0x80) {
    add(character);
  } else if (character < 0x800) {
    add(0xc0 | character >> 6);
    add(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    add(0xe0 | character >> 12);
    add(0x80 | (character >> 6 & 0x3f));
    add(0x80 | (character & 0x3f));
  } else {
    add(0xf0 | character >> 18);
    add(0x80 | (character >> 12 & 0x3f));
    add(0x80 | (character >> 6 & 0x3f));
    add(0x80 | (character & 0x3f));
  }
}

}  // namespace

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
    append_utf8(character, out);
  }
  return out;
}

}  // namespace pidometer
