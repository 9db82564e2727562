#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tsk_reader/container/mapped/container_file.h"

namespace pidometer {

using VhdxGuid = std::array<std::byte, 16>;

/// The current one of the two headers ([MS-VHDX] 2.2.2).
struct VhdxHeader {
  VhdxGuid data_write_id{};  ///< a child names it as its parent's
  VhdxGuid log_id{};         ///< all zeros: the log is empty
  std::uint64_t log_offset = 0;
  std::uint64_t log_bytes = 0;
  std::vector<std::string> problems;  ///< to be told

  bool has_log() const { return log_id != VhdxGuid{}; }
};

/// What regions and metadata say ([MS-VHDX] 2.2.3, 2.6).
struct VhdxLayout {
  std::uint64_t size = 0;    ///< bytes of the guest's disk
  std::uint64_t block = 0;   ///< bytes, a power of two from 1 to 256 MiB
  std::uint64_t sector = 0;  ///< 512 or 4096
  std::uint64_t table = 0;   ///< block allocation table
  std::uint64_t table_bytes = 0;
  bool has_parent = false;
  VhdxGuid parent_id{};              ///< data_write_id of the parent, where it can be told
  std::vector<std::string> parents;  ///< names the parent locator has, best first
  std::vector<std::string> problems;

  /// Payload blocks for which one sector bitmap block stands.
  std::uint64_t chunk_ratio() const { return (sector << 23U) / block; }
};

/// Errors say what is wrong, without the file's name.
Result<VhdxHeader> read_vhdx_header(ContainerFile& file);

/// After the log was replayed.
Result<VhdxLayout> read_vhdx_layout(ContainerFile& file);

/// A GUID as it is written, `2DC27766-F623-4200-9D64-115E9BFD4A08`, as it is stored; zeros where
/// the text is none.
VhdxGuid vhdx_guid(std::string_view text);

/// The CRC-32C of a structure whose own field at `at` counts as zeros.
bool vhdx_checksum_holds(std::span<const std::byte> bytes, std::size_t at);

}  // namespace pidometer
