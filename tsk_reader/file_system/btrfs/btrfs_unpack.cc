#include "tsk_reader/file_system/btrfs/btrfs_unpack.h"

#include <fmt/format.h>
#include <lzo/lzo1x.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/btrfs/btrfs_items.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

/// Gives what `bytes` holds up to `produced`; zeros follow data that ended well.
BtrfsUnpacked finished(std::vector<std::byte> bytes, std::size_t produced, std::string failure) {
  if (!failure.empty()) bytes.resize(produced);
  return {std::move(bytes), std::move(failure)};
}

BtrfsUnpacked unpack_zlib(Bytes packed, std::size_t unpacked) {
  std::vector<std::byte> out(unpacked);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {{}, "zlib cannot be set up"};
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&stream, Z_FINISH);
  const std::size_t produced = out.size() - stream.avail_out;
  inflateEnd(&stream);
  // A full buffer is all that was asked for: the kernel does not look at what follows either.
  const bool good = code == Z_STREAM_END || stream.avail_out == 0;
  return finished(std::move(out), produced, good ? "" : "its zlib data are corrupt");
}

BtrfsUnpacked unpack_zstd(Bytes packed, std::size_t unpacked) {
  std::vector<std::byte> out(unpacked);
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     &ZSTD_freeDCtx);
  if (context == nullptr) return {{}, "zstd cannot be set up"};
  // The kernel's window is 128 KiB (ZSTD_BTRFS_MAX_WINDOWLOG).
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 17);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  std::string failure;
  while (to.pos < to.size) {
    const std::size_t before_in = in.pos;
    const std::size_t before_out = to.pos;
    const std::size_t left = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(left) != 0) {
      failure = fmt::format("its zstd data are corrupt: {}", ZSTD_getErrorName(left));
      break;
    }
    if (left == 0) break;
    if (in.pos == before_in && to.pos == before_out) {
      failure = "its zstd data end too early";
      break;
    }
  }
  return finished(std::move(out), to.pos, std::move(failure));
}

BtrfsUnpacked unpack_lzo(Bytes packed, std::size_t unpacked, std::size_t sector_size) {
  constexpr std::size_t kLength = 4;
  std::vector<std::byte> out(unpacked);
  const std::size_t claimed = le32(packed, 0);
  if (packed.size() < kLength || claimed < kLength) return {{}, "its lzo header is corrupt"};
  const std::size_t total = std::min(claimed, packed.size());
  std::size_t at = kLength;
  std::size_t produced = 0;
  // One segment makes one sector, and a header of 8 bytes at least: both bound the loop.
  while (at < total && produced < unpacked) {
    // A segment's length never crosses the end of a sector.
    const std::size_t left = sector_size - at % sector_size;
    if (left < kLength) at += left;
    if (at + kLength > total) return finished(std::move(out), produced, "its lzo data are cut");
    const std::size_t length = le32(packed, at);
    at += kLength;
    if (length == 0 || length > total - at)
      return finished(std::move(out), produced, "a length in its lzo data is corrupt");
    std::vector<std::byte> segment(sector_size);
    lzo_uint got = segment.size();
    const int code =
        lzo1x_decompress_safe(reinterpret_cast<const unsigned char*>(packed.data()) + at, length,
                              reinterpret_cast<unsigned char*>(segment.data()), &got, nullptr);
    if (code != LZO_E_OK) return finished(std::move(out), produced, "its lzo data are corrupt");
    const std::size_t wanted = std::min<std::size_t>(got, unpacked - produced);
    std::copy_n(segment.begin(), wanted, out.begin() + static_cast<std::ptrdiff_t>(produced));
    produced += wanted;
    at += length;
  }
  const bool cut = total < claimed && produced < unpacked;
  return finished(std::move(out), produced, cut ? "its lzo data are cut" : "");
}

}  // namespace

BtrfsUnpacked unpack_btrfs_extent(std::uint8_t compression, Bytes packed, std::size_t unpacked,
                                  std::size_t sector_size) {
  if (packed.size() > kBtrfsLargestPacked || unpacked > kBtrfsLargestPacked)
    return {{}, "it is larger than any compressed extent"};
  switch (compression) {
    case static_cast<std::uint8_t>(BtrfsCompression::zlib):
      return unpack_zlib(packed, unpacked);
    case static_cast<std::uint8_t>(BtrfsCompression::lzo):
      return unpack_lzo(packed, unpacked, sector_size);
    case static_cast<std::uint8_t>(BtrfsCompression::zstd):
      return unpack_zstd(packed, unpacked);
    default:
      return {{}, fmt::format("btrfs compression {} is not known", compression)};
  }
}

}  // namespace pidometer
