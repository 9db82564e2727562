#include "tsk_reader/file_system/btrfs/btrfs_tree_block.h"

#include <utility>

namespace pidometer {
namespace {

constexpr std::size_t kItemBytes = 25;   ///< btrfs_item: key, offset, size
constexpr std::size_t kChildBytes = 33;  ///< btrfs_key_ptr: key, address, generation

}  // namespace

BtrfsTreeBlock::BtrfsTreeBlock(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {
  if (bytes_.size() < kBtrfsHeaderBytes || level() >= kBtrfsMaxLevel) {
    fault_ = "it is no tree block";
    return;
  }
  const std::size_t count = le32(bytes_, 96);
  const std::size_t width = level() == 0 ? kItemBytes : kChildBytes;
  if (count > (bytes_.size() - kBtrfsHeaderBytes) / width) {
    fault_ = "it claims more items than fit";
    return;
  }
  count_ = count;
  for (std::size_t i = 1; i < count_ && sorted_; ++i) sorted_ = key(i - 1) < key(i);
  if (!sorted_) fault_ = "its keys are out of order";
}

std::size_t BtrfsTreeBlock::at(std::size_t index) const {
  return kBtrfsHeaderBytes + index * (level() == 0 ? kItemBytes : kChildBytes);
}

BtrfsKey BtrfsTreeBlock::key(std::size_t index) const {
  return btrfs_key_at(bytes_, at(index));
}

bool BtrfsTreeBlock::has_data(std::size_t index) const {
  const std::uint64_t begin = le32(bytes_, at(index) + 17);
  const std::uint64_t size = le32(bytes_, at(index) + 21);
  return begin + size <= bytes_.size() - kBtrfsHeaderBytes;
}

std::span<const std::byte> BtrfsTreeBlock::data(std::size_t index) const {
  if (!has_data(index)) return {};
  return std::span(bytes_).subspan(kBtrfsHeaderBytes + le32(bytes_, at(index) + 17),
                                   le32(bytes_, at(index) + 21));
}

std::uint64_t BtrfsTreeBlock::child(std::size_t index) const {
  return le64(bytes_, at(index) + 17);
}

std::uint64_t BtrfsTreeBlock::child_generation(std::size_t index) const {
  return le64(bytes_, at(index) + 25);
}

}  // namespace pidometer
