#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pidometer {

/// A line of a descriptor's extent description: `RW 8388608 SPARSE "disk-s001.vmdk"`.
struct VmdkExtent {
  std::uint64_t sectors = 0;
  std::string type;          ///< FLAT, VMFS, SPARSE, VMFSSPARSE, SESPARSE, ZERO, ...
  std::string file;          ///< as written; empty for ZERO
  std::uint64_t offset = 0;  ///< sectors into the file, for flat extents
};

/// A VMDK's text descriptor (VMware, Virtual Disk Format 5.0, "The Descriptor File").
struct VmdkDescriptor {
  std::uint32_t cid = 0;
  std::uint32_t parent_cid = 0xffffffff;  ///< ffffffff: no parent
  std::string create_type;
  std::string parent;  ///< parentFileNameHint, as written
  bool encrypted = false;
  std::vector<VmdkExtent> extents;
  std::vector<std::string> bad_lines;  ///< extent lines that make no sense

  bool has_parent() const { return parent_cid != 0xffffffff; }
};

/// Real ones have some hundred bytes; those of 2 GiB pieces of a large disk 64 KiB.
inline constexpr std::uint64_t kLargestVmdkDescriptor = std::uint64_t{1} << 20;

/// Nothing where the text is none.
std::optional<VmdkDescriptor> parse_vmdk_descriptor(std::string_view text);

}  // namespace pidometer
