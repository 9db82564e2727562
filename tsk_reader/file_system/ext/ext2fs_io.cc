#include "tsk_reader/file_system/ext/ext2fs_io.h"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

namespace pidometer {
namespace {

errcode_t open_channel(const char* name, int flags, io_channel* out);

errcode_t close_channel(io_channel channel) {
  if (--channel->refcount > 0) return 0;
  std::free(channel->name);
  delete channel;
  return 0;
}

errcode_t set_block_size(io_channel channel, int block_size) {
  if (block_size <= 0 || block_size > 65536) return EXT2_ET_INVALID_ARGUMENT;
  channel->block_size = block_size;
  return 0;
}

/// `count` blocks; a negative count is bytes (libext2fs's convention).
errcode_t read_blocks(io_channel channel, unsigned long long block, int count, void* data) {
  auto& reader = *static_cast<StructureReader*>(channel->private_data);
  const auto block_size = static_cast<std::uint64_t>(channel->block_size);
  const std::uint64_t length = count < 0
                                   ? static_cast<std::uint64_t>(-static_cast<long long>(count))
                                   : static_cast<std::uint64_t>(count) * block_size;
  if (reader.reads() >= kMostReadsPerOperation) return EXT2_ET_SHORT_READ;
  if (block > reader.size() / block_size + (std::uint64_t{1} << 40)) return EXT2_ET_BAD_BLOCK_NUM;
  const std::span out(static_cast<std::byte*>(data), length);
  return reader.read_at(block * block_size, out) ? 0 : EXT2_ET_SHORT_READ;
}
errcode_t read_blocks_32(io_channel channel, unsigned long block, int count, void* data) {
  return read_blocks(channel, block, count, data);
}

// Evidence is read-only, whatever a library thinks it has to repair.
errcode_t refuse_write(io_channel, unsigned long, int, const void*) {
  return EXT2_ET_RO_FILSYS;
}
errcode_t refuse_write_64(io_channel, unsigned long long, int, const void*) {
  return EXT2_ET_RO_FILSYS;
}
errcode_t flush_nothing(io_channel) {
  return 0;
}
errcode_t ignore_option(io_channel, const char*, const char*) {
  return EXT2_ET_INVALID_ARGUMENT;
}

struct_io_manager make_manager() {
  struct_io_manager manager{};
  manager.magic = EXT2_ET_MAGIC_IO_MANAGER;
  manager.name = "pidometer block source";
  manager.open = open_channel;
  manager.close = close_channel;
  manager.set_blksize = set_block_size;
  manager.read_blk = read_blocks_32;
  manager.read_blk64 = read_blocks;
  manager.write_blk = refuse_write;
  manager.write_blk64 = refuse_write_64;
  manager.write_byte = refuse_write;
  manager.flush = flush_nothing;
  manager.set_option = ignore_option;
  return manager;
}

io_manager manager() {
  static struct_io_manager the_manager = make_manager();
  return &the_manager;
}

/// libext2fs hands its io_manager a name and nothing else: the name is the reader's address.
errcode_t open_channel(const char* name, int flags, io_channel* out) {
  if ((flags & IO_FLAG_RW) != 0) return EXT2_ET_RO_FILSYS;
  std::uintptr_t address = 0;
  const char* end = name + std::strlen(name);
  if (std::from_chars(name, end, address, 16).ptr != end || address == 0)
    return EXT2_ET_BAD_DEVICE_NAME;
  auto* channel = new struct_io_channel{};
  channel->magic = EXT2_ET_MAGIC_IO_CHANNEL;
  channel->manager = manager();
  channel->name = ::strdup(name);
  channel->block_size = 1024;
  channel->refcount = 1;
  channel->private_data = reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
  *out = channel;
  return 0;
}

}  // namespace

errcode_t open_ext2fs_handle(StructureReader& reader, int flags, ext2_filsys* handle) {
  std::string name(2 * sizeof(std::uintptr_t), '\0');
  const auto written = std::to_chars(name.data(), name.data() + name.size(),
                                     reinterpret_cast<std::uintptr_t>(&reader), 16);
  name.resize(static_cast<std::size_t>(written.ptr - name.data()));
  return ext2fs_open2(name.c_str(), nullptr, flags & ~EXT2_FLAG_RW, 0, 0, manager(), handle);
}

}  // namespace pidometer
