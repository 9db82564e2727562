#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsk_reader/container/mapped/guest_map.h"
#include "tsk_reader/container/vmdk/vmdk_header.h"

namespace pidometer {

/// A sparse extent through its grain directory and tables. Offsets are those of the extent. Where
/// the tables are there twice, both are read: an entry that only one copy has, or that makes no
/// sense in one, comes from the other; two that contradict one another are lost.
class VmdkSparseMap final : public GuestMap {
 public:
  /// `has_parent`: what is not allocated lies below.
  VmdkSparseMap(std::unique_ptr<ContainerFile> file, const VmdkHeader& header, bool has_parent);

  std::uint64_t size() const override { return header_.size; }
  Placement place(std::uint64_t offset) override;
  std::vector<FileRange> structures() override {
    return {{file_.get(), 0, std::min(header_.data, file_->size())}};
  }
  std::optional<std::string> unpack(const Placement& packed, std::vector<std::byte>& out) override;

  /// Whether entries were met that the two copies of the tables have differently.
  bool copies_differ() const { return copies_differ_; }
  const ContainerFile& file() const { return *file_; }

 private:
  /// One copy's answer for a grain.
  struct Entry {
    std::uint32_t value = 0;   ///< sector of the grain; 0: not allocated
    bool whole_table = false;  ///< true of all grains of the table
    std::string problem;       ///< why there is no answer
  };
  Entry read_entry(std::uint64_t directory, std::uint64_t table, std::uint64_t index);
  Entry combine(Entry first, Entry second);
  bool plausible(std::uint32_t value) const;
  Placement unallocated(std::uint64_t length) const;

  std::unique_ptr<ContainerFile> file_;
  VmdkHeader header_;
  bool has_parent_;
  bool copies_differ_ = false;
};

/// A stream-optimised extent that was cut off before its grain directory: its grains, found one
/// after another by their markers (Virtual Disk Format 5.0, "Stream-Optimized Compressed Sparse
/// Extents"). What was not found is lost.
class VmdkStreamMap final : public GuestMap {
 public:
  VmdkStreamMap(std::unique_ptr<ContainerFile> file, const VmdkHeader& header);

  std::uint64_t size() const override { return header_.size; }
  Placement place(std::uint64_t offset) override;
  std::optional<std::string> unpack(const Placement& packed, std::vector<std::byte>& out) override;

 private:
  struct Grain {
    std::uint64_t index = 0;   ///< of the grain in the extent
    std::uint64_t offset = 0;  ///< of its marker in the file
  };
  void find_grains();

  std::unique_ptr<ContainerFile> file_;
  VmdkHeader header_;
  std::vector<Grain> grains_;  ///< by index
};

/// The most bytes of a file that a compressed grain takes, with its marker.
std::uint64_t longest_grain(const VmdkHeader& header);

/// A compressed grain at `packed.offset`; the marker before it must name its place.
std::optional<std::string> unpack_grain(ContainerFile& file, const VmdkHeader& header,
                                        const Placement& packed, std::vector<std::byte>& out);

}  // namespace pidometer
