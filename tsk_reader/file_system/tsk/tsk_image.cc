#include "tsk_reader/file_system/tsk/tsk_image.h"

#include <tsk/libtsk.h>

#include <algorithm>

namespace pidometer {

/// libtsk casts between this and its first member.
struct TskImage::Handle {
  TSK_IMG_INFO info;
  StructureReader* reader;
  std::uint64_t claimed_size;

  static ssize_t read(TSK_IMG_INFO* info, TSK_OFF_T offset, char* out, size_t length) {
    auto* handle = reinterpret_cast<Handle*>(info);
    if (offset < 0) return -1;
    const auto begin = static_cast<std::uint64_t>(offset);
    if (begin >= handle->claimed_size) return 0;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, handle->claimed_size - begin));
    const std::span bytes(reinterpret_cast<std::byte*>(out), count);
    // What was only claimed is zeros and no damage: the image never had it.
    const std::uint64_t real = handle->reader->size();
    const auto inside =
        begin < real ? static_cast<std::size_t>(std::min<std::uint64_t>(count, real - begin)) : 0;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(inside), bytes.end(), std::byte{0});
    if (inside > 0 && !handle->reader->read_at(begin, bytes.first(inside))) return -1;
    return static_cast<ssize_t>(count);
  }
  static void close(TSK_IMG_INFO*) {}
  static void print(TSK_IMG_INFO*, FILE*) {}
};

TskImage::TskImage(StructureReader& reader, std::uint64_t claimed_size, std::uint32_t sector_size)
    : handle_(new Handle{}) {  // {} zeroes it, as tsk_img_open_external expects
  handle_->reader = &reader;
  handle_->claimed_size = claimed_size;
  tsk_img_open_external(&handle_->info, static_cast<TSK_OFF_T>(claimed_size), sector_size,
                        &Handle::read, &Handle::close, &Handle::print);
}

TskImage::~TskImage() {
  tsk_img_close(&handle_->info);
}

TSK_IMG_INFO* TskImage::info() const {
  return &handle_->info;
}

std::string take_tsk_error() {
  const char* text = tsk_error_get();
  std::string message = text == nullptr ? "libtsk gave no reason" : text;
  tsk_error_reset();
  std::replace(message.begin(), message.end(), '\n', ' ');
  return message;
}

}  // namespace pidometer
