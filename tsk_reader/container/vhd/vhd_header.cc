#include "tsk_reader/container/vhd/vhd_header.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/bytes/utf16_name.h"
#include "tsk_reader/container/vhd/vhd_footer.h"

namespace pidometer {
namespace {

constexpr std::size_t kDynamicBytes = 1024;
/// 2^56 bytes is more than any disk: sums of offsets stay in 64 bits.
constexpr std::uint64_t kLargestDisk = std::uint64_t{1} << 56;

using Footer = std::array<std::byte, kVhdFooterBytes>;
using Dynamic = std::array<std::byte, kDynamicBytes>;

VhdId id_at(std::span<const std::byte> bytes, std::size_t at) {
  VhdId id{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), id.size(), id.begin());
  return id;
}

tl::unexpected<Error> senseless(const std::string& reason) {
  return fail(ErrorKind::unreadable, {}, "its VHD header makes no sense: " + reason,
              "look for another copy");
}

/// At the end; a dynamic VHD has a copy at its start.
Result<Footer> find_footer(ContainerFile& file, std::vector<std::string>& problems) {
  Footer last{};
  Footer first{};
  if (file.size() < kVhdFooterBytes) return senseless("the file is too short");
  const bool has_last =
      !file.read_table(file.size() - kVhdFooterBytes, last) && is_vhd_footer(last);
  if (has_last) return last;
  if (!file.read_table(0, first) && is_vhd_footer(first)) {
    problems.emplace_back("it has no footer at its end: the file was cut off, or not closed");
    return first;
  }
  constexpr std::string_view kCookie = "conectix";
  const bool marked =
      std::equal(kCookie.begin(), kCookie.end(), first.begin(),
                 [](char c, std::byte b) { return static_cast<std::byte>(c) == b; });
  if (!marked) return senseless("neither its beginning nor its end is a footer");
  problems.emplace_back("the checksums of both copies of its footer are wrong");
  return first;
}

/// The parent's name, and what the locators for Windows say (W2ru relative, W2ku absolute).
void read_parent_names(ContainerFile& file, const Dynamic& bytes, VhdHeader& header) {
  constexpr std::size_t kNameAt = 64;
  constexpr std::size_t kNameBytes = 512;
  constexpr std::size_t kLocatorsAt = 576;
  constexpr std::uint32_t kRelative = 0x57327275;  // "W2ru"
  constexpr std::uint32_t kAbsolute = 0x57326b75;  // "W2ku"
  constexpr std::uint32_t kLongestName = 65536;
  for (const std::uint32_t wanted : {kRelative, kAbsolute}) {
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t at = kLocatorsAt + 24 * i;
      const std::uint32_t length = be32(bytes, at + 8);
      if (be32(bytes, at) != wanted || length == 0 || length > kLongestName) continue;
      std::vector<std::byte> name(length);
      if (!file.read_table(be64(bytes, at + 16), name))
        header.parents.push_back(utf16_name(name, Utf16Order::little));
    }
  }
  header.parents.push_back(
      utf16_name(std::span(bytes).subspan(kNameAt, kNameBytes), Utf16Order::big));
  std::erase(header.parents, std::string());
}

}  // namespace

Result<VhdHeader> read_vhd_header(ContainerFile& file) {
  constexpr std::uint32_t kFixed = 2;
  constexpr std::uint32_t kDynamic = 3;
  constexpr std::uint32_t kDifferencing = 4;
  VhdHeader header;
  const Result<Footer> footer = find_footer(file, header.problems);
  if (!footer) return tl::unexpected(footer.error());
  const std::uint32_t type = be32(*footer, 60);
  header.size = be64(*footer, 48);
  header.id = id_at(*footer, 68);
  header.footer_at_end = header.problems.empty();
  if (header.size == 0 || header.size > kLargestDisk)
    return senseless("a disk of " + std::to_string(header.size) + " bytes");
  if (std::to_integer<unsigned>((*footer)[84]) != 0)
    header.problems.emplace_back(
        "its machine was in a saved state: what only its memory held is missing");
  if (type == kFixed) return header;
  if (type != kDynamic && type != kDifferencing)
    return senseless("a disk of type " + std::to_string(type));
  header.type = type == kDynamic ? VhdType::dynamic : VhdType::differencing;
  Dynamic dynamic{};
  if (const auto why = file.read_table(be64(*footer, 16), dynamic))
    return fail(ErrorKind::unreadable, {}, "its dynamic header " + *why, "look for another copy");
  constexpr std::string_view kCookie = "cxsparse";
  if (!std::equal(kCookie.begin(), kCookie.end(), dynamic.begin(),
                  [](char c, std::byte b) { return static_cast<std::byte>(c) == b; }))
    return senseless("its dynamic header has no mark");
  if (!vhd_checksum_holds(dynamic, 36))
    header.problems.emplace_back("the checksum of its dynamic header is wrong");
  header.table = be64(dynamic, 16);
  header.entries = be32(dynamic, 28);
  header.block = be32(dynamic, 32);
  if (header.block < 4096 || header.block > (std::uint64_t{1} << 28) ||
      (header.block & (header.block - 1)) != 0)
    return senseless("blocks of " + std::to_string(header.block) + " bytes");
  if (header.table > kLargestDisk) return senseless("its block table lies nowhere");
  header.parent_id = id_at(dynamic, 40);
  if (header.type == VhdType::differencing) read_parent_names(file, dynamic, header);
  return header;
}

}  // namespace pidometer
