#include "tsk_reader/bytes/decompress.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/bytes/decompress_codec.h"
#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

/// Stored bytes fetched at a time: two E01 chunks, and few enough calls for a hash.
constexpr std::size_t kInputBytes = 65536;

bool starts_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

class UnpackingStream : public ByteStream {
 public:
  UnpackingStream(std::unique_ptr<ByteStream> stored, Compression compression,
                  std::uint64_t most_decoded)
      : stored_(std::move(stored)),
        compression_(compression),
        codec_(make_codec(compression)),
        most_decoded_(most_decoded) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    std::size_t filled = 0;
    while (filled < out.size() && !finished_) {
      if (input_begin_ == input_end_ && !stored_ended_) {
        const Result<void> more = refill();
        // What is unpacked already goes out first; the error comes again with the next call.
        if (!more && filled > 0) return filled;
        if (!more) return tl::unexpected(more.error());
      }
      if (between_members_ && !start_next_member()) continue;
      filled += decode(out.subspan(filled));
    }
    if (finished_ && !stored_ended_) {
      const Result<void> drained = drain();
      if (!drained && filled == 0) return tl::unexpected(drained.error());
    }
    return filled;
  }

  const std::vector<DamagedRange>& damage() const override { return damage_.all(); }

 private:
  std::span<const std::byte> input() const {
    return std::span(input_).subspan(input_begin_, input_end_ - input_begin_);
  }

  /// Appends to what is left of the input; the buffer always has room for a magic.
  Result<void> refill() {
    std::memmove(input_.data(), input_.data() + input_begin_, input_end_ - input_begin_);
    input_end_ -= input_begin_;
    input_begin_ = 0;
    const Result<std::size_t> got = stored_->read(std::span(input_).subspan(input_end_));
    if (!got) return tl::unexpected(got.error());
    stored_ended_ = *got == 0;
    note_end(std::span(input_).subspan(input_end_, *got));
    input_end_ += *got;
    stored_offset_ += *got;
    return {};
  }

  void note_end(std::span<const std::byte> more) {
    const std::size_t news = std::min(more.size(), last_.size());
    std::shift_left(last_.begin(), last_.end(), static_cast<std::ptrdiff_t>(news));
    std::ranges::copy(more.last(news), last_.end() - static_cast<std::ptrdiff_t>(news));
  }

  /// Whether the stored bytes end with a trailer of gzip, RFC 1952's ISIZE, although the decoder
  /// wants more: not their end is missing, then, but bytes before it are corrupt, and it took the
  /// trailer for some of them. Where it went astray it unpacked some more or less than there was.
  /// The last bytes of a log that is cut short look so by chance once in 2^32 / 1.5 sizes.
  bool ends_with_its_trailer() const {
    if (compression_ != Compression::gzip) return false;
    const std::uint64_t said = le32(last_, 0);
    const std::uint64_t size = decoded_ - vouched_;
    return size > 0 && said >= size / 2 && said <= size * 2;
  }

  Result<void> drain() {
    while (!stored_ended_) {
      input_begin_ = input_end_ = 0;
      const Result<void> more = refill();
      if (!more) return more;
    }
    return {};
  }

  /// The first offset of the stored bytes that is damaged and not behind us.
  std::optional<DamagedRange> stored_damage() const {
    const std::uint64_t at = stored_offset_ - input().size();
    for (const DamagedRange& range : stored_->damage()) {
      if (range.range.end > at) return range;
    }
    return std::nullopt;
  }

  std::string words(std::string_view what) const {
    std::string text(compression_name(compression_));
    text += ' ';
    text += what;
    return text;
  }

  void finish() { finished_ = true; }

  /// True when a member begins here; finishes at the end of the stored bytes or at bytes that are
  /// no member.
  bool start_next_member() {
    while (input_begin_ < input_end_ && input_[input_begin_] == std::byte{0}) ++input_begin_;
    if (input().size() < kCompressionMagicBytes && !stored_ended_) {
      // An error of the stored stream comes again when the members go on.
      if (!refill()) finish();
      return false;
    }
    if (input().empty()) {
      finish();
      return false;
    }
    if (detect_compression(input()) != compression_) {
      damage_.add({decoded_, kUnknownEnd},
                  words("data is followed by bytes that are no part of it"));
      finish();
      return false;
    }
    codec_->reset();
    between_members_ = false;
    return true;
  }

  std::size_t decode(std::span<std::byte> out) {
    std::span<const std::byte> in = input();
    bool stopped_by_damage = false;
    if (!damaged_) {
      if (const std::optional<DamagedRange> next = stored_damage()) {
        const std::uint64_t at = stored_offset_ - in.size();
        const std::uint64_t sound = next->range.begin > at ? next->range.begin - at : 0;
        if (sound < in.size()) {
          in = in.first(static_cast<std::size_t>(sound));
          stopped_by_damage = true;
        }
      }
    }
    const std::size_t room =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), most_decoded_ - decoded_));
    const CodecStep step = codec_->run(in, out.first(room));
    // A codec may take a few bytes beyond what it was given (a trailer that it passes over).
    input_begin_ += std::min(step.consumed, input().size());
    decoded_ += step.produced;
    switch (step.state) {
      case CodecStep::State::more:
        if (step.consumed == 0 && step.produced == 0) stall(stopped_by_damage);
        break;
      case CodecStep::State::member_end:
        between_members_ = true;
        vouched_ = decoded_;
        break;
      case CodecStep::State::checksum_failed:
        between_members_ = true;
        // Known damage explains it, and everything from there on is marked already.
        if (!damaged_) {
          damage_.add({vouched_, decoded_}, words("checksum does not match: " + step.reason));
        }
        vouched_ = decoded_;
        break;
      case CodecStep::State::failed:
        fail_here(step.reason);
        break;
    }
    if (decoded_ >= most_decoded_ && !finished_) {
      damage_.add({decoded_, kUnknownEnd},
                  words("data unpacks to more than " + std::to_string(most_decoded_ >> 30U) +
                        " GiB; the rest is not read"));
      finish();
    }
    return step.produced;
  }

  /// The codec did nothing: why?
  void stall(bool stopped_by_damage) {
    if (stopped_by_damage) {
      // All that the sound bytes hold is out. What follows may be anything; it is unpacked still,
      // since later members can be whole, and marked.
      const std::optional<DamagedRange> next = stored_damage();
      damage_.add({decoded_, kUnknownEnd}, words("data is damaged: ") + next->reason);
      damaged_ = true;
    } else if (!input().empty()) {
      fail_here("the decoder makes no progress");
    } else if (stored_ended_ && !damaged_ && ends_with_its_trailer()) {
      fail_here("its end does not stand where it should");
    } else if (stored_ended_) {
      damage_.add({decoded_, kUnknownEnd}, words("data ends too early"));
      finish();
    }
  }

  void fail_here(const std::string& reason) {
    // The checksums of all four formats come after the bytes that they cover, so what went wrong
    // may lie before the place where the decoder noticed. Known damage of the stored bytes explains
    // the failure and leaves what is before it sound.
    if (!damaged_) {
      damage_.add({vouched_, decoded_},
                  words("data is corrupt further on, and no checksum vouches for these bytes"));
    }
    damage_.add({decoded_, kUnknownEnd}, words("data is corrupt: ") + reason);
    finish();
  }

  std::unique_ptr<ByteStream> stored_;
  Compression compression_;
  std::unique_ptr<Codec> codec_;
  std::uint64_t most_decoded_;
  std::array<std::byte, kInputBytes> input_;
  std::array<std::byte, 4> last_{};  // of the stored bytes that were read
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::uint64_t stored_offset_ = 0;  // of input_end_
  std::uint64_t decoded_ = 0;
  std::uint64_t vouched_ = 0;  // decoded offset up to which a checksum was right
  bool stored_ended_ = false;
  bool between_members_ = false;
  bool damaged_ = false;
  bool finished_ = false;
  DamageList damage_;
};

}  // namespace

Compression detect_compression(std::span<const std::byte> head) {
  using namespace std::string_view_literals;
  if (starts_with(head, "\x1f\x8b\x08"sv)) return Compression::gzip;
  if (starts_with(head,
                  "\xfd"
                  "7zXZ\0"sv)) {
    return Compression::xz;
  }
  if (starts_with(head, "\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  // A zstd file may begin with a frame to be skipped, magic 0x184D2A50 to 0x184D2A5F (RFC 8878,
  // 3.1.2).
  if (starts_with(head.subspan(std::min<std::size_t>(1, head.size())), "\x2a\x4d\x18"sv) &&
      (std::to_integer<unsigned>(head[0]) & 0xf0U) == 0x50U) {
    return Compression::zstd;
  }
  if (starts_with(head, "BZh"sv) && head.size() >= kCompressionMagicBytes &&
      head[3] >= std::byte{'1'} && head[3] <= std::byte{'9'} &&
      (starts_with(head.subspan(4), "\x31\x41\x59\x26\x53\x59"sv) ||
       starts_with(head.subspan(4), "\x17\x72\x45\x38\x50\x90"sv))) {
    return Compression::bzip2;
  }
  return Compression::none;
}

std::string_view compression_name(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return "gzip";
    case Compression::xz:
      return "xz";
    case Compression::bzip2:
      return "bzip2";
    case Compression::zstd:
      return "zstd";
    case Compression::none:
      break;
  }
  return {};
}

PathSpecLayer compression_layer(Compression compression) {
  PathSpecLayer layer;
  if (compression == Compression::gzip) {
    layer.type_indicator = "GZIP";
  } else {
    layer.type_indicator = "COMPRESSED_STREAM";
    layer.compression_method = compression_name(compression);
  }
  return layer;
}

std::optional<Timestamp> gzip_time(std::span<const std::byte> head) {
  constexpr std::size_t kTimeOffset = 4;
  if (detect_compression(head) != Compression::gzip || head.size() < kTimeOffset + 4) {
    return std::nullopt;
  }
  std::uint32_t seconds = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    seconds |= std::to_integer<std::uint32_t>(head[kTimeOffset + i]) << (8 * i);
  }
  if (seconds == 0) return std::nullopt;
  return Timestamp(std::chrono::seconds(seconds));
}

std::unique_ptr<ByteStream> unpack(std::unique_ptr<ByteStream> stored, Compression compression,
                                   std::uint64_t most_decoded) {
  return std::make_unique<UnpackingStream>(std::move(stored), compression, most_decoded);
}

}  // namespace pidometer
