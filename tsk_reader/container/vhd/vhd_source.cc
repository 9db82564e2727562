#include "tsk_reader/container/vhd/vhd_source.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/container/mapped/guest_source.h"
#include "tsk_reader/container/vhd/vhd_footer.h"
#include "tsk_reader/container/vhd/vhd_header.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSector = 512;

class VhdMap final : public GuestMap {
 public:
  VhdMap(std::unique_ptr<ContainerFile> file, VhdHeader header)
      : file_(std::move(file)), header_(std::move(header)) {}

  std::uint64_t size() const override { return header_.size; }
  Placement place(std::uint64_t offset) override;
  std::vector<FileRange> structures() override {
    if (header_.type == VhdType::fixed) return {};
    return {{file_.get(), 0, kVhdFooterBytes},
            {file_.get(), header_.table, header_.entries * 4},
            {file_.get(), file_->size() - kVhdFooterBytes,
             header_.footer_at_end ? kVhdFooterBytes : 0}};
  }

 private:
  Placement make(Placement::Kind kind, std::uint64_t length, std::string reason = {}) const {
    Placement placement;
    placement.kind = kind;
    placement.length = length;
    if (!reason.empty()) placement.reason = file_->name() + ": " + std::move(reason);
    return placement;
  }
  Placement stored(std::uint64_t at, std::uint64_t length) const {
    Placement placement = make(Placement::Kind::stored, length);
    placement.file = file_.get();
    placement.offset = at;
    return placement;
  }
  Placement differing(std::uint64_t bitmap, std::uint64_t data, std::uint64_t within,
                      std::uint64_t length);

  std::unique_ptr<ContainerFile> file_;
  VhdHeader header_;
};

Placement VhdMap::place(std::uint64_t offset) {
  using Kind = Placement::Kind;
  if (header_.type == VhdType::fixed) return stored(offset, header_.size - offset);
  const std::uint64_t index = offset / header_.block;
  const std::uint64_t within = offset % header_.block;
  const std::uint64_t length = std::min(header_.block - within, header_.size - offset);
  if (index >= header_.entries)
    return make(Kind::lost, length, "its block table is too short for the disk");
  std::array<std::byte, 4> bytes{};
  if (const auto why = file_->read_table(header_.table + index * 4, bytes))
    return make(Kind::lost, length, "its block table " + *why);
  constexpr std::uint32_t kUnused = 0xffffffff;
  const std::uint32_t sector = be32(bytes, 0);
  if (sector == kUnused)
    return make(header_.type == VhdType::differencing ? Kind::below : Kind::zeros, length);
  if (sector == 0) return make(Kind::lost, length, "an entry of its block table is corrupt");
  // A bit a sector, in whole sectors, stands before the block's bytes.
  const std::uint64_t bitmap = sector * kSector;
  const std::uint64_t bitmap_bytes =
      (header_.block / kSector / 8 + kSector - 1) / kSector * kSector;
  const std::uint64_t data = bitmap + bitmap_bytes;
  // Sectors that a dynamic disk never wrote are zeros in the block too.
  if (header_.type == VhdType::dynamic) return stored(data + within, length);
  return differing(bitmap, data, within, length);
}

Placement VhdMap::differing(std::uint64_t bitmap, std::uint64_t data, std::uint64_t within,
                            std::uint64_t length) {
  std::vector<std::byte> bits(static_cast<std::size_t>((header_.block / kSector + 7) / 8));
  const std::uint64_t first = within / kSector;
  if (const auto why = file_->read_table(bitmap, bits))
    return make(Placement::Kind::lost, length, "the sector bitmap of a block " + *why);
  const auto is_here = [&](std::uint64_t sector) {
    const auto byte = std::to_integer<unsigned>(bits[static_cast<std::size_t>(sector / 8)]);
    return (byte >> (7 - sector % 8) & 1) != 0;
  };
  const bool here = is_here(first);
  std::uint64_t last = first + 1;
  const std::uint64_t sectors = header_.block / kSector;
  while (last < sectors && is_here(last) == here) ++last;
  const std::uint64_t run = std::min(length, last * kSector - within);
  if (here) return stored(data + within, run);
  return make(Placement::Kind::below, run);
}

void check_parent(const VhdHeader& header, const std::string& name, const fs::path& parent,
                  ImageChain& chain) {
  Result<std::unique_ptr<OsFile>> file = OsFile::open(parent);
  if (!file) return;
  ContainerFile opened(std::move(*file), parent.filename().string());
  const Result<VhdHeader> its = read_vhd_header(opened);
  if (its && its->id == header.parent_id) return;
  chain.warn(WarningKind::damaged_image,
             name + ": the parent " + opened.name() +
                 " is another (its identifier differs); what comes from it may be wrong");
}

}  // namespace

Result<std::unique_ptr<BlockSource>> open_vhd_source(std::unique_ptr<OsFile> os_file,
                                                     const fs::path& path, ImageChain& chain) {
  const std::string name = path.filename().string();
  auto file = std::make_unique<ContainerFile>(std::move(os_file), name);
  Result<VhdHeader> header = read_vhd_header(*file);
  if (!header) {
    header.error().message = "cannot read " + path.string();
    return tl::unexpected(header.error());
  }
  for (const std::string& problem : header->problems)
    chain.warn(WarningKind::damaged_image, name + ": " + problem);
  GuestParts parts;
  parts.path_spec = container_path_spec("VHDI", path);
  if (header->type == VhdType::differencing) {
    fs::path parent;
    parts.below = chain.open_parent(path, header->parents, parent, parts.below_missing);
    if (parts.below) check_parent(*header, name, parent, chain);
  }
  parts.map = std::make_unique<VhdMap>(std::move(file), std::move(*header));
  return chain.finish(std::move(parts), kSector, name);
}

}  // namespace pidometer
