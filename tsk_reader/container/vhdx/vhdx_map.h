#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tsk_reader/container/mapped/guest_map.h"
#include "tsk_reader/container/vhdx/vhdx_header.h"

namespace pidometer {

/// The block allocation table of a VHDX and its sector bitmaps ([MS-VHDX] 2.4, 2.5).
class VhdxMap final : public GuestMap {
 public:
  VhdxMap(std::unique_ptr<ContainerFile> file, VhdxLayout layout);

  std::uint64_t size() const override { return layout_.size; }
  Placement place(std::uint64_t offset) override;
  std::vector<FileRange> structures() override {
    constexpr std::uint64_t kHeaders = std::uint64_t{1} << 20U;
    return {{file_.get(), 0, kHeaders}, {file_.get(), layout_.table, layout_.table_bytes}};
  }

 private:
  Placement make(Placement::Kind kind, std::uint64_t length, std::string reason = {}) const;
  Placement stored(std::uint64_t at, std::uint64_t length) const;
  Placement partly(std::uint64_t block, std::uint64_t data, std::uint64_t within,
                   std::uint64_t length);
  /// An entry of the table; the reason where it cannot be read.
  std::optional<std::string> read_entry(std::uint64_t index, std::uint64_t& entry);

  std::unique_ptr<ContainerFile> file_;
  VhdxLayout layout_;
};

}  // namespace pidometer
