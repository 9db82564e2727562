#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "tsk_reader/container/mapped/container_file.h"

namespace pidometer {

using VhdId = std::array<std::byte, 16>;

enum class VhdType { fixed, dynamic, differencing };

/// Footer and dynamic header of a VHD (Virtual Hard Disk Image Format Specification 1.0).
struct VhdHeader {
  VhdType type = VhdType::fixed;
  bool footer_at_end = false;
  std::uint64_t size = 0;  ///< bytes of the guest's disk
  VhdId id{};
  std::uint64_t table = 0;    ///< block allocation table
  std::uint64_t entries = 0;  ///< of the table
  std::uint64_t block = 0;    ///< bytes; a power of two from 4 KiB to 256 MiB
  VhdId parent_id{};
  std::vector<std::string> parents;   ///< names the header has for the parent, best first
  std::vector<std::string> problems;  ///< to be told
};

/// Errors say what is wrong, without the file's name.
Result<VhdHeader> read_vhd_header(ContainerFile& file);

}  // namespace pidometer
