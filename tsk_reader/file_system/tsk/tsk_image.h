#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tsk_reader/bytes/structure_reader.h"

struct TSK_IMG_INFO;

namespace pidometer {

/// Our bytes as libtsk sees an image (tsk_img_open_external), so that libtsk opens no file and
/// damage stays visible. The reader must outlive it. 2 MiB each: libtsk's cache is inside.
class TskImage {
 public:
  /// `claimed_size` may exceed the reader's: libtsk refuses a partition table that points past the
  /// end of the image, and a truncated image's table still names what was there.
  TskImage(StructureReader& reader, std::uint64_t claimed_size, std::uint32_t sector_size);
  TskImage(const TskImage&) = delete;
  TskImage& operator=(const TskImage&) = delete;
  ~TskImage();

  /// Never null.
  TSK_IMG_INFO* info() const;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

/// libtsk's message for the last call that failed on this thread, on one line; empties it.
std::string take_tsk_error();

}  // namespace pidometer
