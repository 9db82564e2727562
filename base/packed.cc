#include "base/packed.h"

#include <array>
#include <utility>

namespace pidometer {

std::string_view packed_as(std::string_view head) {
  using namespace std::string_view_literals;
  // RFC 1952; the .xz file format 1.1; bzip2; RFC 8878; the LZ4 frame format; compress(1). No line
  // of a log and no JSON begins so.
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kMagics{
      {{"\x1f\x8b"sv, "gzip"},
       {"\xfd\x37zXZ"sv, "xz"},
       {"BZh"sv, "bzip2"},
       {"\x28\xb5\x2f\xfd"sv, "zstd"},
       {"\x04\x22\x4d\x18"sv, "lz4"},
       {"\x1f\x9d"sv, "compress"}}};
  for (const auto& [magic, name] : kMagics)
    if (head.starts_with(magic)) return name;
  return {};
}

}  // namespace pidometer
