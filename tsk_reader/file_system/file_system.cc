#include "tsk_reader/file_system/file_system.h"

#include <fmt/format.h>

namespace pidometer {

std::vector<TreeRoot> FileSystem::roots() const {
  TreeRoot only;
  only.inode = root();
  return {only};
}

Result<std::vector<ByteRange>> FileSystem::replayed(std::uint64_t) {
  return std::vector<ByteRange>{};
}

Result<std::vector<ByteRange>> FileSystem::unallocated() {
  return fail(ErrorKind::unsupported,
              fmt::format("the free space of {} is not known to its reader", type_indicator()));
}

Result<std::vector<ByteRange>> FileSystem::slack(std::uint64_t) {
  return std::vector<ByteRange>{};
}

Result<std::vector<DeletedFile>> FileSystem::deleted_files(std::span<const std::uint64_t>) {
  return std::vector<DeletedFile>{};
}

}  // namespace pidometer
