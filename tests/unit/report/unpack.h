#pragma once

#include <openssl/evp.h>
#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace pidometer {

/// What a browser makes of pack().
inline std::string unpack(std::string_view base64) {
  std::string packed(base64.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(packed.data()),
                                   reinterpret_cast<const unsigned char*>(base64.data()),
                                   static_cast<int>(base64.size()));
  if (size < 0) throw std::runtime_error("no base64");
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw std::runtime_error("zlib");
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(size);
  std::string out;
  int status = Z_OK;
  while (status == Z_OK) {
    char block[65536];
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = sizeof block;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(block, sizeof block - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("the stream is broken");
  return out;
}

}  // namespace pidometer
