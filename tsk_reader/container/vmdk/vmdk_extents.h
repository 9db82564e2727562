#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tsk_reader/container/mapped/guest_map.h"

namespace pidometer {

/// The extents of a VMDK one after another.
class VmdkExtents final : public GuestMap {
 public:
  /// `map` may be shorter than `bytes`, or longer: then only its beginning counts. Null: the extent
  /// is zeros where `missing` is empty, else lost for that reason.
  void add(std::uint64_t bytes, std::unique_ptr<GuestMap> map, std::string missing);

  std::uint64_t size() const override { return size_; }
  Placement place(std::uint64_t offset) override;
  std::vector<FileRange> structures() override;
  std::optional<std::string> unpack(const Placement& packed, std::vector<std::byte>& out) override;

 private:
  struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t bytes = 0;
    std::unique_ptr<GuestMap> map;
    std::string missing;
  };
  const Extent& at(std::uint64_t offset) const;

  std::vector<Extent> extents_;
  std::uint64_t size_ = 0;
};

/// A flat extent: the bytes of `file` from `offset` on.
std::unique_ptr<GuestMap> make_flat_map(std::unique_ptr<ContainerFile> file, std::uint64_t offset,
                                        std::uint64_t bytes);

}  // namespace pidometer
