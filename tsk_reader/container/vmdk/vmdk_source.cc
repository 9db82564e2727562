#include "tsk_reader/container/vmdk/vmdk_source.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/container/mapped/guest_source.h"
#include "tsk_reader/container/vmdk/vmdk_extents.h"
#include "tsk_reader/container/vmdk/vmdk_header.h"
#include "tsk_reader/container/vmdk/vmdk_sesparse_map.h"
#include "tsk_reader/container/vmdk/vmdk_sparse_map.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSector = 512;

enum class ExtentForm { hosted, esx, sesparse, other };

ExtentForm form_of(ContainerFile& file) {
  std::array<std::byte, 8> magic{};
  if (file.read_table(0, magic)) return ExtentForm::other;
  constexpr std::uint32_t kHosted = 0x564d444b;  // "KDMV"
  constexpr std::uint32_t kEsx = 0x44574f43;     // "COWD"
  if (le32(magic, 0) == kHosted) return ExtentForm::hosted;
  if (le32(magic, 0) == kEsx) return ExtentForm::esx;
  return le64(magic, 0) == kSeSparseMagic ? ExtentForm::sesparse : ExtentForm::other;
}

std::string reason_of(const Error& error) {
  if (error.message.empty()) return error.reason;
  return error.reason.empty() ? error.message : error.message + ": " + error.reason;
}

std::optional<VmdkDescriptor> descriptor_at(ContainerFile& file, std::uint64_t offset,
                                            std::uint64_t length) {
  if (offset >= file.size()) return std::nullopt;
  std::string text(
      static_cast<std::size_t>(std::min({length, kLargestVmdkDescriptor, file.size() - offset})),
      '\0');
  DamageList damage;
  file.read_data(offset, std::as_writable_bytes(std::span(text)), damage);
  return parse_vmdk_descriptor(text);
}

/// The disk while it is put together.
class VmdkOpener {
 public:
  VmdkOpener(const fs::path& path, ImageChain& chain)
      : path_(path), chain_(chain), extents_(std::make_unique<VmdkExtents>()) {}

  Result<std::unique_ptr<BlockSource>> open(std::unique_ptr<ContainerFile> file);

 private:
  tl::unexpected<Error> refuse(Error error) const {
    error.message = "cannot read " + path_.string();
    return tl::unexpected(std::move(error));
  }
  std::optional<Error> add_all(std::unique_ptr<ContainerFile> file);
  void add_extent(const VmdkExtent& extent);
  Result<std::unique_ptr<GuestMap>> sparse_map(std::unique_ptr<ContainerFile> file);
  std::unique_ptr<BlockSource> open_parent();
  void check_parent();
  void warn_of_copies();

  fs::path path_;
  ImageChain& chain_;
  std::unique_ptr<VmdkExtents> extents_;
  std::optional<VmdkDescriptor> descriptor_;
  std::vector<const VmdkSparseMap*> sparse_;
  std::string parent_missing_;
};

Result<std::unique_ptr<GuestMap>> VmdkOpener::sparse_map(std::unique_ptr<ContainerFile> file) {
  const bool has_parent = descriptor_ && descriptor_->has_parent();
  if (form_of(*file) == ExtentForm::sesparse) return open_sesparse_map(std::move(file), has_parent);
  Result<VmdkHeader> header = read_vmdk_header(*file);
  if (!header) return tl::unexpected(header.error());
  for (const std::string& problem : header->problems)
    chain_.warn(WarningKind::damaged_image, file->name() + ": " + problem);
  if (header->footer_missing) {
    chain_.warn(WarningKind::damaged_image,
                file->name() +
                    " is cut off before its grain directory; its grains are found one after "
                    "another, and what is not found is lost");
    return std::make_unique<VmdkStreamMap>(std::move(file), *header);
  }
  auto map = std::make_unique<VmdkSparseMap>(std::move(file), *header, has_parent);
  sparse_.push_back(map.get());
  return map;
}

void VmdkOpener::add_extent(const VmdkExtent& extent) {
  const std::uint64_t bytes = extent.sectors * kSector;
  if (extent.type == "ZERO") {
    extents_->add(bytes, nullptr, {});
    return;
  }
  const std::string name(base_name(extent.file));
  const auto lose = [&](const std::string& why) {
    const std::string reason = "extent " + (name.empty() ? extent.file : name) + " of " +
                               path_.filename().string() + " cannot be read";
    chain_.warn(WarningKind::damaged_image, reason + " (" + why + ")");
    extents_->add(bytes, nullptr, reason);
  };
  Result<std::unique_ptr<OsFile>> opened = chain_.open_part(path_, extent.file);
  if (!opened) return lose(reason_of(opened.error()));
  auto file = std::make_unique<ContainerFile>(std::move(*opened), name);
  if (extent.type == "SPARSE" || extent.type == "VMFSSPARSE" || extent.type == "SESPARSE") {
    if (form_of(*file) == ExtentForm::other) return lose("it is no sparse extent");
    Result<std::unique_ptr<GuestMap>> map = sparse_map(std::move(file));
    if (!map) return lose(reason_of(map.error()));
    extents_->add(bytes, std::move(*map), {});
    return;
  }
  // FLAT, VMFS, VMFSRDM, VMFSRAW and what may come: raw bytes of a file.
  extents_->add(bytes, make_flat_map(std::move(file), extent.offset * kSector, bytes), {});
}

std::optional<Error> VmdkOpener::add_all(std::unique_ptr<ContainerFile> file) {
  const ExtentForm form = form_of(*file);
  if (form == ExtentForm::other) {
    descriptor_ = descriptor_at(*file, 0, kLargestVmdkDescriptor);
  } else if (form == ExtentForm::hosted) {
    const Result<VmdkHeader> header = read_vmdk_header(*file);
    if (!header) return header.error();
    if (header->descriptor != 0)
      descriptor_ = descriptor_at(*file, header->descriptor, header->descriptor_bytes);
  }
  if (descriptor_ && descriptor_->encrypted)
    return Error{ErrorKind::unsupported,
                 {},
                 "it is an encrypted VMDK",
                 "decrypt it in VMware and give the result"};
  if (form == ExtentForm::other) {
    if (!descriptor_ || descriptor_->extents.empty())
      return Error{
          ErrorKind::unreadable, {}, "its descriptor names no extent", "look for another copy"};
    if (!descriptor_->bad_lines.empty())
      return Error{ErrorKind::unreadable,
                   {},
                   "its descriptor has a line that makes no sense: " + descriptor_->bad_lines[0],
                   "look for another copy"};
    constexpr std::uint64_t kMostSectors = std::uint64_t{1} << 47;
    std::uint64_t sectors = 0;
    for (const VmdkExtent& extent : descriptor_->extents) {
      sectors += extent.sectors;
      if (sectors > kMostSectors)
        return Error{ErrorKind::unreadable, {}, "its extents are larger than any disk", {}};
    }
    if (sectors == 0)
      return Error{ErrorKind::unreadable, {}, "its extents are a disk of no bytes", {}};
    for (const VmdkExtent& extent : descriptor_->extents) add_extent(extent);
    return std::nullopt;
  }
  if (!descriptor_)
    chain_.warn(WarningKind::damaged_image,
                file->name() +
                    " is an extent of a VMDK without its descriptor: the disk may have more "
                    "extents, and a parent");
  // The descriptor inside names this very file, by the name it had when it was made.
  Result<std::unique_ptr<GuestMap>> map = sparse_map(std::move(file));
  if (!map) return map.error();
  const std::uint64_t bytes = (*map)->size();
  if (bytes == 0) return Error{ErrorKind::unreadable, {}, "its header says a disk of no bytes", {}};
  extents_->add(bytes, std::move(*map), {});
  return std::nullopt;
}

std::unique_ptr<BlockSource> VmdkOpener::open_parent() {
  if (!descriptor_ || !descriptor_->has_parent()) return nullptr;
  const std::string name = path_.filename().string();
  Result<std::unique_ptr<BlockSource>> below = chain_.open_below(path_, descriptor_->parent, false);
  if (below) {
    check_parent();
    return std::move(*below);
  }
  parent_missing_ = "the parent of " + name + " is missing";
  chain_.warn(WarningKind::damaged_image, "the parent " + descriptor_->parent + " of " + name +
                                              " cannot be read (" + reason_of(below.error()) +
                                              "); what only it holds is lost");
  return nullptr;
}

/// A parent that was written to after its child was made has another content identifier.
void VmdkOpener::check_parent() {
  const fs::path parent = path_.parent_path() / base_name(descriptor_->parent);
  Result<std::unique_ptr<OsFile>> file = OsFile::open(parent);
  if (!file) return;
  const std::optional<VmdkDescriptor> its = read_vmdk_descriptor(**file);
  if (its && its->cid == descriptor_->parent_cid) return;
  chain_.warn(WarningKind::damaged_image,
              path_.filename().string() + ": the parent " + parent.filename().string() +
                  " is another, or was changed since (its CID differs); what comes from it may be "
                  "of another time");
}

void VmdkOpener::warn_of_copies() {
  for (const VmdkSparseMap* map : sparse_)
    if (map->copies_differ())
      chain_.warn(WarningKind::damaged_image,
                  map->file().name() +
                      ": the two copies of its grain tables differ; where one makes no sense the "
                      "other is used");
}

Result<std::unique_ptr<BlockSource>> VmdkOpener::open(std::unique_ptr<ContainerFile> file) {
  if (std::optional<Error> error = add_all(std::move(file))) return refuse(std::move(*error));
  GuestParts parts;
  parts.path_spec = container_path_spec("VMDK", path_);
  parts.below = open_parent();
  parts.below_missing = parent_missing_;
  parts.map = std::move(extents_);
  std::unique_ptr<BlockSource> source =
      chain_.finish(std::move(parts), kSector, path_.filename().string());
  warn_of_copies();
  return source;
}

}  // namespace

std::optional<VmdkDescriptor> read_vmdk_descriptor(OsFile& file) {
  std::string text(
      static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), kLargestVmdkDescriptor)), '\0');
  DamageList damage;
  text.resize(file.read_at(0, std::as_writable_bytes(std::span(text)), damage));
  const auto bytes = std::as_bytes(std::span(text));
  if (!text.starts_with("KDMV")) return parse_vmdk_descriptor(text);
  const std::uint64_t begin = le64(bytes, 28) * kSector;
  const std::uint64_t length = le64(bytes, 36) * kSector;
  if (begin == 0 || begin >= text.size()) return std::nullopt;
  return parse_vmdk_descriptor(std::string_view(text).substr(
      static_cast<std::size_t>(begin),
      static_cast<std::size_t>(std::min<std::uint64_t>(length, text.size()))));
}

Result<std::unique_ptr<BlockSource>> open_vmdk_source(std::unique_ptr<OsFile> file,
                                                      const fs::path& path, ImageChain& chain) {
  VmdkOpener opener(path, chain);
  return opener.open(std::make_unique<ContainerFile>(std::move(file), path.filename().string()));
}

}  // namespace pidometer
