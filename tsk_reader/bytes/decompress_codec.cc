#include "tsk_reader/bytes/decompress_codec.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cassert>
#include <string_view>

namespace pidometer {
namespace {

/// `xz -9` needs 65 MiB to unpack (xz(1), "Memory usage"); twice that takes every file that xz
/// makes without being asked for more.
constexpr std::uint64_t kXzMemoryLimit = std::uint64_t{128} << 20;

/// log2 of the largest zstd window: 128 MiB, what zstd(1) itself takes without --long or --memory.
constexpr int kZstdWindowLog = 27;

/// gzip wants its window and a header: zlib.h, inflateInit2, "add 16 to decode only the gzip
/// format".
constexpr int kGzipWindowBits = 15 + 16;

/// Length of a gzip trailer's ISIZE, which zlib has not read yet when the CRC before it is wrong.
constexpr std::size_t kGzipLengthBytes = 4;

template <typename Byte, typename Span>
Byte* library_pointer(Span span) {
  // Libraries of C take char pointers, and input without const; none of them writes to its input.
  return reinterpret_cast<Byte*>(const_cast<std::byte*>(span.data()));  // NOLINT
}

class GzipCodec : public Codec {
 public:
  GzipCodec() {
    const int ok = inflateInit2(&state_, kGzipWindowBits);
    assert(ok == Z_OK);
    static_cast<void>(ok);
  }
  ~GzipCodec() override { inflateEnd(&state_); }
  void reset() override { inflateReset(&state_); }

  CodecStep run(std::span<const std::byte> in, std::span<std::byte> out) override {
    state_.next_in = library_pointer<Bytef>(in);
    state_.avail_in = static_cast<uInt>(in.size());
    state_.next_out = library_pointer<Bytef>(out);
    state_.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&state_, Z_NO_FLUSH);
    CodecStep step{
        in.size() - state_.avail_in, out.size() - state_.avail_out, CodecStep::State::more, {}};
    if (result == Z_STREAM_END) {
      step.state = CodecStep::State::member_end;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      const std::string_view message = state_.msg != nullptr ? state_.msg : "unknown error";
      const bool wrong_crc = message == "incorrect data check";
      step.state = wrong_crc || message == "incorrect length check"
                       ? CodecStep::State::checksum_failed
                       : CodecStep::State::failed;
      if (wrong_crc) step.consumed += std::min<std::size_t>(kGzipLengthBytes, state_.avail_in);
      step.reason = message;
    }
    return step;
  }

 private:
  z_stream state_{};
};

class XzCodec : public Codec {
 public:
  XzCodec() { reset(); }
  ~XzCodec() override { lzma_end(&state_); }

  void reset() override {
    const lzma_ret ok = lzma_stream_decoder(&state_, kXzMemoryLimit, 0);
    assert(ok == LZMA_OK);
    static_cast<void>(ok);
  }

  CodecStep run(std::span<const std::byte> in, std::span<std::byte> out) override {
    state_.next_in = library_pointer<std::uint8_t>(in);
    state_.avail_in = in.size();
    state_.next_out = library_pointer<std::uint8_t>(out);
    state_.avail_out = out.size();
    const lzma_ret result = lzma_code(&state_, LZMA_RUN);
    CodecStep step{
        in.size() - state_.avail_in, out.size() - state_.avail_out, CodecStep::State::more, {}};
    switch (result) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:
        break;
      case LZMA_STREAM_END:
        step.state = CodecStep::State::member_end;
        break;
      case LZMA_MEMLIMIT_ERROR:
        step = {step.consumed, step.produced, CodecStep::State::failed,
                "unpacking needs more than " + std::to_string(kXzMemoryLimit >> 20U) + " MiB"};
        break;
      case LZMA_DATA_ERROR:
        step = {step.consumed, step.produced, CodecStep::State::failed, "wrong data or checksum"};
        break;
      case LZMA_FORMAT_ERROR:
      case LZMA_OPTIONS_ERROR:
        step = {step.consumed, step.produced, CodecStep::State::failed, "header not understood"};
        break;
      default:
        step = {step.consumed, step.produced, CodecStep::State::failed,
                "liblzma error " + std::to_string(static_cast<int>(result))};
    }
    return step;
  }

 private:
  lzma_stream state_ = LZMA_STREAM_INIT;
};

class Bzip2Codec : public Codec {
 public:
  Bzip2Codec() { start(); }
  ~Bzip2Codec() override { BZ2_bzDecompressEnd(&state_); }

  void reset() override {
    BZ2_bzDecompressEnd(&state_);
    state_ = {};
    start();
  }

  CodecStep run(std::span<const std::byte> in, std::span<std::byte> out) override {
    state_.next_in = library_pointer<char>(in);
    state_.avail_in = static_cast<unsigned>(in.size());
    state_.next_out = library_pointer<char>(out);
    state_.avail_out = static_cast<unsigned>(out.size());
    const int result = BZ2_bzDecompress(&state_);
    CodecStep step{
        in.size() - state_.avail_in, out.size() - state_.avail_out, CodecStep::State::more, {}};
    if (result == BZ_STREAM_END) {
      step.state = CodecStep::State::member_end;
    } else if (result != BZ_OK) {
      step.state = CodecStep::State::failed;
      step.reason = result == BZ_DATA_ERROR || result == BZ_DATA_ERROR_MAGIC
                        ? "wrong data or checksum"
                        : "libbz2 error " + std::to_string(result);
    }
    return step;
  }

 private:
  void start() {
    const int ok = BZ2_bzDecompressInit(&state_, /*verbosity=*/0, /*small=*/0);
    assert(ok == BZ_OK);
    static_cast<void>(ok);
  }

  bz_stream state_{};
};

class ZstdCodec : public Codec {
 public:
  ZstdCodec() : state_(ZSTD_createDStream()) {
    ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, kZstdWindowLog);
  }
  ~ZstdCodec() override { ZSTD_freeDStream(state_); }
  void reset() override { ZSTD_DCtx_reset(state_, ZSTD_reset_session_only); }

  CodecStep run(std::span<const std::byte> in, std::span<std::byte> out) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t result = ZSTD_decompressStream(state_, &output, &input);
    CodecStep step{input.pos, output.pos, CodecStep::State::more, {}};
    if (ZSTD_isError(result) != 0) {
      step.state = CodecStep::State::failed;
      step.reason = ZSTD_getErrorName(result);
    } else if (result == 0) {
      step.state = CodecStep::State::member_end;
    }
    return step;
  }

 private:
  ZSTD_DStream* state_;
};

}  // namespace

std::unique_ptr<Codec> make_codec(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipCodec>();
    case Compression::xz:
      return std::make_unique<XzCodec>();
    case Compression::bzip2:
      return std::make_unique<Bzip2Codec>();
    case Compression::zstd:
      return std::make_unique<ZstdCodec>();
    case Compression::none:
      break;
  }
  assert(false);
  return nullptr;
}

}  // namespace pidometer
