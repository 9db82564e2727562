#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tsk_reader/container/mapped/guest_map.h"
#include "tsk_reader/container/qcow2/qcow2_header.h"

namespace pidometer {

/// The two levels of a qcow2's tables, read as they are needed.
class Qcow2Map final : public GuestMap {
 public:
  /// `data` is the external data file; null where clusters lie in `file` itself, or where the
  /// external one is missing: then `data_missing` says so.
  Qcow2Map(std::unique_ptr<ContainerFile> file, std::unique_ptr<ContainerFile> data,
           std::string data_missing, Qcow2Header header);

  std::uint64_t size() const override { return header_.size; }
  Placement place(std::uint64_t offset) override;
  std::uint64_t most_placements(std::uint64_t bytes) const override;
  std::vector<FileRange> structures() override;
  std::optional<std::string> unpack(const Placement& packed, std::vector<std::byte>& out) override;

 private:
  std::uint64_t entry_bytes() const { return header_.extended_l2 ? 16 : 8; }
  Placement unallocated(std::uint64_t length) const;
  Placement cluster(std::uint64_t offset, std::uint64_t entry, std::uint64_t bitmap);
  Placement subclusters(std::uint64_t offset, std::uint64_t host, std::uint64_t bitmap);
  Placement stored(std::uint64_t host, std::uint64_t length);
  Placement lost(std::uint64_t length, std::string reason) const;

  std::unique_ptr<ContainerFile> file_;
  std::unique_ptr<ContainerFile> data_;
  std::string data_missing_;
  Qcow2Header header_;
};

}  // namespace pidometer
