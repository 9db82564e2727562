#include "report/pack.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <new>

namespace pidometer {
namespace {

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>((value & 0x7fU) | 0x80U);
  out += static_cast<char>(value);
}

}  // namespace

std::string pack(std::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 6) != Z_OK)
    throw std::bad_alloc();  // the only way it can fail: the buffer is as large as zlib asks for
  packed.resize(size);
  // EVP_EncodeBlock counts in int: by blocks of a size that is whole in base64.
  constexpr std::size_t kBlock = std::size_t{3} << 20;
  std::string text;
  text.reserve((size + 2) / 3 * 4 + 1);
  for (std::size_t at = 0; at < packed.size(); at += kBlock) {
    const std::size_t length = std::min(kBlock, packed.size() - at);
    const std::size_t begin = text.size();
    text.resize(begin + (length + 2) / 3 * 4 + 1);
    const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + begin),
                                        reinterpret_cast<const unsigned char*>(packed.data() + at),
                                        static_cast<int>(length));
    text.resize(begin + static_cast<std::size_t>(written));
  }
  return text;
}

std::string encode_points(const std::vector<ClockPoint>& points) {
  std::string out;
  std::int64_t time = 0;
  std::int64_t pid = 0;
  for (const ClockPoint& point : points) {
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(point.time).time_since_epoch().count();
    put_varint(out, zigzag(seconds - time));
    put_varint(out,
               zigzag(point.pid - pid) * 4 + (point.judged ? 1U : 0U) + (point.apart ? 2U : 0U));
    if (point.judged) put_varint(out, zigzag(std::llround(point.unexplained)));
    time = seconds;
    pid = point.pid;
  }
  return out;
}

}  // namespace pidometer
