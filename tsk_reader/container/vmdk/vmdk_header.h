#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tsk_reader/container/mapped/container_file.h"

namespace pidometer {

/// The header of a sparse extent: hosted (KDMV; VMware, Virtual Disk Format 5.0) or of ESX (COWD).
/// Bytes and byte offsets, not sectors.
struct VmdkHeader {
  std::uint64_t size = 0;           ///< of the extent's part of the disk
  std::uint64_t grain = 0;          ///< a power of two, or any multiple of 512 in COWD
  std::uint64_t table_entries = 0;  ///< in one grain table
  std::uint64_t directory = 0;
  std::optional<std::uint64_t> second_directory;  ///< the redundant copy
  std::uint64_t descriptor = 0;                   ///< 0: none inside
  std::uint64_t descriptor_bytes = 0;
  std::uint64_t data = 0;    ///< where the tables end and grains begin
  bool zero_grains = false;  ///< an entry of 1 means zeros
  bool compressed = false;
  bool markers = false;               ///< grains are preceded by their place
  bool directory_at_end = false;      ///< and in `directory` already; false where it was not found
  bool footer_missing = false;        ///< it should be in a footer, and the file has none: cut off
  std::vector<std::string> problems;  ///< to be told: not closed, broken by a text transfer
};

/// Largest grain taken: VMware's are 4 to 64 KiB, qemu's at most 2 MiB; one is held in memory.
inline constexpr std::uint64_t kLargestGrain = std::uint64_t{16} << 20;

/// `file` begins with KDMV or COWD. Errors say what is wrong, without the file's name.
Result<VmdkHeader> read_vmdk_header(ContainerFile& file);

}  // namespace pidometer
