#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pidometer::test {

/// zlib's deflateInit2(): what stands around the deflated bytes.
enum class DeflateForm : int { raw = -15, gzip = 15 + 16 };

/// Bytes as `gzip` or a ZIP archive packs them. `time` (seconds since 1970) goes into the header of
/// gzip; 0: none.
inline std::string deflated(std::string_view plain, DeflateForm form = DeflateForm::gzip,
                            std::uint32_t time = 0) {
  z_stream z{};
  deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, static_cast<int>(form), MAX_MEM_LEVEL,
               Z_DEFAULT_STRATEGY);
  gz_header header{};
  header.time = time;
  if (time != 0) deflateSetHeader(&z, &header);
  std::string out(deflateBound(&z, static_cast<uLong>(plain.size())), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace pidometer::test
