#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tsk_reader/container/mapped/container_file.h"

namespace pidometer {

/// Subclusters of an extended L2 entry.
inline constexpr std::uint32_t kQcow2Subclusters = 32;

/// A qcow2 header as far as reading needs it (qemu, docs/interop/qcow2.txt). Offsets are bytes of
/// the file; all of them unchecked but what the comments say.
struct Qcow2Header {
  std::uint32_t version = 0;       ///< 2 or 3
  std::uint32_t cluster_bits = 0;  ///< 9 to 21
  std::uint64_t size = 0;          ///< bytes of the guest's disk
  std::uint64_t l1_offset = 0;
  std::uint64_t l1_entries = 0;      ///< no more than kMostL1Entries
  std::uint64_t refcounts = 0;       ///< table of the blocks of reference counts
  std::uint64_t refcount_bytes = 0;  ///< of that table
  std::uint32_t snapshots = 0;
  std::uint64_t snapshots_offset = 0;
  bool dirty = false;          ///< not closed; its reference counts may be wrong
  bool corrupt = false;        ///< qemu found its tables corrupt and said so
  bool external_data = false;  ///< clusters lie in a file of their own
  bool extended_l2 = false;    ///< L2 entries of 16 bytes with 32 subclusters
  bool zstd = false;
  std::string backing_file;    ///< as written; empty where there is none
  std::string backing_format;  ///< "raw", "qcow2"; empty where it is not said
  std::string data_file;       ///< as written

  std::uint64_t cluster() const { return std::uint64_t{1} << cluster_bits; }
  /// The least that an entry can say something of: a cluster, or a part of one.
  std::uint64_t subcluster() const {
    return extended_l2 ? cluster() / kQcow2Subclusters : cluster();
  }
};

/// As qemu's QCOW_MAX_L1_SIZE (block/qcow2.h): 32 MiB.
inline constexpr std::uint64_t kMostL1Entries = (std::uint64_t{32} << 20) / 8;

/// Errors name what is wrong, without the file's name: encryption, an unknown feature, a header
/// that makes no sense.
Result<Qcow2Header> read_qcow2_header(ContainerFile& file);

/// The name of the file that a header calls its backing file. qemu writes
/// `json:{"driver":"qcow2","file":{"driver":"file","filename":"base.img"}}` where a plain name does
/// not say enough; the file's name is all that can be looked for here.
std::string qcow2_file_name(std::string_view backing);

/// The names of the snapshots, as far as they can be read; no more than 20.
std::vector<std::string> qcow2_snapshot_names(ContainerFile& file, const Qcow2Header& header);

}  // namespace pidometer
