#include "tsk_reader/container/mapped/inflate_unit.h"

#include <zlib.h>
#include <zstd.h>

#include <memory>

namespace pidometer {
namespace {

constexpr const char* kCorrupt = "compressed data is corrupt";
constexpr const char* kShort = "compressed data ends too early";
constexpr const char* kLong = "compressed data is longer than its place";

std::optional<std::string> inflate_all(int window, std::span<const std::byte> packed,
                                       std::span<std::byte> out) {
  z_stream z{};
  if (inflateInit2(&z, window) != Z_OK) return "zlib has no memory";
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&z, inflateEnd);
  // zlib takes its input as not const and does not write to it.
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));  // NOLINT
  z.avail_in = static_cast<uInt>(packed.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());  // NOLINT
  z.avail_out = static_cast<uInt>(out.size());
  const int end = inflate(&z, Z_FINISH);
  if (end == Z_STREAM_END) {
    if (z.avail_out != 0) return kShort;
    return std::nullopt;
  }
  if (end != Z_BUF_ERROR) return kCorrupt;
  if (z.avail_out != 0) return kShort;
  // qemu takes a cluster that is full before its stream has ended (qcow2-threads.c,
  // qcow2_zlib_decompress); where zlib's frame ends in a checksum, that has to follow.
  if (window < 0) return std::nullopt;
  return kLong;
}

/// qemu's cluster is one frame, with or without its size in the header.
std::optional<std::string> unpack_zstd(std::span<const std::byte> packed,
                                       std::span<std::byte> out) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  if (context == nullptr) return "zstd has no memory";
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  for (;;) {
    const std::size_t in_before = in.pos;
    const std::size_t out_before = to.pos;
    const std::size_t left = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(left) != 0) return kCorrupt;
    if (left == 0) return to.pos == to.size ? std::nullopt : std::optional<std::string>(kShort);
    if (in.pos == in_before && to.pos == out_before) return to.pos == to.size ? kLong : kShort;
  }
}

}  // namespace

std::optional<std::string> inflate_unit(UnitCodec codec, std::span<const std::byte> packed,
                                        std::vector<std::byte>& out) {
  constexpr int kNoFrame = -15;
  constexpr int kZlibFrame = 15;
  if (codec == UnitCodec::zstd) return unpack_zstd(packed, out);
  return inflate_all(codec == UnitCodec::deflate ? kNoFrame : kZlibFrame, packed, out);
}

}  // namespace pidometer
