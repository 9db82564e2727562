#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "tests/support/temporary_folder.h"
#include "tsk_reader/container/block_source_open.h"

namespace pidometer {

inline void put_be(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i)
    bytes[at + i] = static_cast<char>(value >> (8 * (width - 1 - i)) & 0xff);
}

/// Opens bytes as the program opens a virtual disk of that name.
class DiskTest : public testing::Test {
 protected:
  explicit DiskTest(std::string name) : name_(std::move(name)) {}

  Result<std::unique_ptr<BlockSource>> open(const std::string& bytes) {
    InputGroup group;
    group.kind = InputKind::image;
    group.segments = {folder_.write(name_, bytes)};
    group.name = name_;
    report_ = {};
    return open_block_source(group, report_);
  }

  TemporaryFolder folder_;
  InputReport report_;

 private:
  std::string name_;
};

}  // namespace pidometer
