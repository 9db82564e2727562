#include "tsk_reader/file_system/archive/archive_input.h"

#include <archive.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace pidometer {
namespace {

/// Few calls, and no more than a cache holds.
constexpr std::size_t kBlock = std::size_t{256} << 10;

bool has(std::span<const std::byte> head, std::string_view magic) {
  return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

/// The file's bytes for the decompressor; counts them. Does not own the file.
class ArchiveInput::Packed final : public ByteStream {
 public:
  explicit Packed(ArchiveInput& input) : input_(input) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t got = input_.file_->read_at(input_.packed_, out, damage_);
    input_.packed_ += got;
    return got;
  }
  const std::vector<DamagedRange>& damage() const override { return damage_.all(); }

 private:
  ArchiveInput& input_;
  DamageList damage_;
};

ArchiveInput::ArchiveInput(std::filesystem::path path, std::unique_ptr<OsFile> file,
                           const ArchiveLimits& limits)
    : path_(std::move(path)), file_(std::move(file)), limits_(limits), buffer_(kBlock) {
  std::array<std::byte, kCompressionMagicBytes> bytes{};
  DamageList ignored;
  const auto head = std::span<const std::byte>(bytes).first(file_->read_at(0, bytes, ignored));
  compression_ = detect_compression(head);
  if (compression_ != Compression::none)
    packing_ = Packing::known;
  else if (has(head, "\x04\x22\x4d\x18"))  // LZ4 frame format, magic number
    packing_ = Packing::lz4;
  zip_ = has(head, "PK\x03\x04") || has(head, "PK\x05\x06");
}

Result<std::unique_ptr<ArchiveInput>> ArchiveInput::open(const std::filesystem::path& path,
                                                         const ArchiveLimits& limits) {
  auto file = OsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  std::unique_ptr<ArchiveInput> input(new ArchiveInput(path, std::move(*file), limits));
  input->rewind();
  return input;
}

PathSpec ArchiveInput::layers() const {
  PathSpec layers;
  if (packing_ == Packing::known) layers.push_back(compression_layer(compression_));
  if (packing_ == Packing::lz4) {
    PathSpecLayer layer;
    layer.type_indicator = "COMPRESSED_STREAM";
    layer.compression_method = "lz4";
    layers.push_back(std::move(layer));
  }
  PathSpecLayer layer;
  layer.type_indicator = "OS";
  layer.location = os_location(path_);
  layers.push_back(std::move(layer));
  return layers;
}

void ArchiveInput::rewind() {
  offset_ = packed_ = 0;
  if (packing_ != Packing::known) return;
  // Bounded by the ratio below and by the length of the archive itself.
  unpacked_ = unpack(std::make_unique<Packed>(*this), compression_, kUnknownEnd);
}

bool ArchiveInput::attach(archive* handle) {
  bool ok = archive_read_set_callback_data(handle, this) == ARCHIVE_OK &&
            archive_read_set_read_callback(handle, read_callback) == ARCHIVE_OK;
  if (ok && packing_ == Packing::none)
    ok = archive_read_set_skip_callback(handle, skip_callback) == ARCHIVE_OK &&
         archive_read_set_seek_callback(handle, seek_callback) == ARCHIVE_OK;
  return ok;
}

std::ptrdiff_t ArchiveInput::fill() {
  if (!stopped_.empty()) return -1;
  std::size_t got = 0;
  if (unpacked_) {
    const Result<std::size_t> read = unpacked_->read(buffer_);
    if (!read) {
      stopped_ = read.error().message;
      return -1;
    }
    got = *read;
    const std::uint64_t most = (packed_ + 1) * limits_.most_per_packed_byte;
    if (offset_ + got > limits_.ratio_floor && offset_ + got > most) {
      stopped_ = fmt::format(
          "{} bytes unpack to more than {}, over {} for each: an archive made to exhaust its "
          "reader; the rest is not read",
          packed_, offset_, limits_.most_per_packed_byte);
      return -1;
    }
  } else {
    got = file_->read_at(offset_, buffer_, damage_);
    packed_ = offset_ + got;
  }
  offset_ += got;
  fed_ += got;
  return static_cast<std::ptrdiff_t>(got);
}

std::ptrdiff_t ArchiveInput::read_callback(archive* handle, void* self, const void** bytes) {
  auto* input = static_cast<ArchiveInput*>(self);
  const std::ptrdiff_t got = input->fill();
  if (got < 0) archive_set_error(handle, EIO, "%s", input->stopped_.c_str());
  *bytes = input->buffer_.data();
  return got;
}

std::int64_t ArchiveInput::skip_callback(archive*, void* self, std::int64_t count) {
  auto* input = static_cast<ArchiveInput*>(self);
  const std::uint64_t size = input->file_->size();
  const std::uint64_t left = size > input->offset_ ? size - input->offset_ : 0;
  const std::uint64_t moved =
      std::min(left, static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0)));
  input->offset_ += moved;
  return static_cast<std::int64_t>(moved);
}

std::int64_t ArchiveInput::seek_callback(archive*, void* self, std::int64_t offset, int whence) {
  auto* input = static_cast<ArchiveInput*>(self);
  const auto size = static_cast<std::int64_t>(input->file_->size());
  std::int64_t base = 0;
  if (whence == SEEK_CUR) base = static_cast<std::int64_t>(input->offset_);
  if (whence == SEEK_END) base = size;
  std::int64_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0 || target > size)
    return ARCHIVE_FATAL;
  input->offset_ = static_cast<std::uint64_t>(target);
  return target;
}

void ArchiveInput::drain() {
  if (!unpacked_) return;
  while (fill() > 0) {
  }
}

std::vector<DamagedRange> ArchiveInput::damage() const {
  return unpacked_ ? unpacked_->damage() : damage_.all();
}

}  // namespace pidometer
