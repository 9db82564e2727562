#include "tsk_reader/file_system/btrfs/btrfs_items.h"

#include "tsk_reader/bytes/crc32c.h"
#include "tsk_reader/bytes/file_time.h"

namespace pidometer {
namespace {

std::string text_at(std::span<const std::byte> bytes, std::size_t at, std::size_t length) {
  return {reinterpret_cast<const char*>(bytes.data()) + at, length};
}

}  // namespace

std::string btrfs_uuid_text(const BtrfsUuid& uuid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (uuid == BtrfsUuid{}) return {};
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[std::to_integer<std::size_t>(uuid[i] >> 4)];
    text += kDigits[std::to_integer<std::size_t>(uuid[i] & std::byte{15})];
  }
  return text;
}

NodeKind BtrfsInode::kind() const {
  switch (mode & 0xf000U) {
    case 0x8000U:
      return NodeKind::file;
    case 0x4000U:
      return NodeKind::directory;
    case 0xa000U:
      return NodeKind::symlink;
    default:
      return NodeKind::other;
  }
}

std::optional<Timestamp> btrfs_time_at(std::span<const std::byte> bytes, std::size_t at) {
  return file_time(static_cast<std::int64_t>(le64(bytes, at)), le32(bytes, at + 8));
}

std::optional<BtrfsInode> parse_btrfs_inode(std::span<const std::byte> bytes) {
  if (bytes.size() < kBtrfsInodeBytes) return std::nullopt;
  BtrfsInode inode;
  inode.generation = le64(bytes, 0);
  inode.size = le64(bytes, 16);
  inode.links = le32(bytes, 40);
  inode.mode = le32(bytes, 52);
  inode.flags = le64(bytes, 64);
  inode.changed = btrfs_time_at(bytes, 124);
  inode.modified = btrfs_time_at(bytes, 136);
  // mkfs leaves the otime of the first folders at 0
  if (le64(bytes, 148) != 0) inode.created = btrfs_time_at(bytes, 148);
  return inode;
}

bool parse_btrfs_names(std::span<const std::byte> bytes, std::vector<BtrfsName>& out) {
  constexpr std::size_t kHeader = 30;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < kHeader) return false;
    const std::size_t data_length = le16(bytes, at + 25);
    const std::size_t name_length = le16(bytes, at + 27);
    if (name_length == 0 || name_length + data_length > bytes.size() - at - kHeader) return false;
    out.push_back({text_at(bytes, at + kHeader, name_length), btrfs_key_at(bytes, at), 0});
    at += kHeader + name_length + data_length;
  }
  return true;
}

std::uint64_t btrfs_name_hash(std::string_view name) {
  return crc32c(~std::uint32_t{1}, std::as_bytes(std::span(name)));
}

bool parse_btrfs_refs(const BtrfsKey& key, std::span<const std::byte> bytes,
                      std::vector<BtrfsInodeRef>& out) {
  const bool extended = key.type == btrfs_item::inode_extref;
  const std::size_t header = extended ? 18 : 10;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < header) return false;
    BtrfsInodeRef ref;
    ref.parent = extended ? le64(bytes, at) : key.offset;
    ref.index = le64(bytes, at + (extended ? 8 : 0));
    const std::size_t length = le16(bytes, at + header - 2);
    if (length == 0 || length > bytes.size() - at - header) return false;
    ref.name = text_at(bytes, at + header, length);
    out.push_back(std::move(ref));
    at += header + length;
  }
  return true;
}

std::optional<BtrfsFileExtent> parse_btrfs_file_extent(const BtrfsKey& key,
                                                       std::span<const std::byte> bytes) {
  constexpr std::size_t kInlineHeader = 21;
  constexpr std::size_t kWhole = 53;
  if (bytes.size() < kInlineHeader) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(read_le(bytes, 20, 1));
  if (type > static_cast<std::uint8_t>(BtrfsFileExtent::Kind::preallocated)) return std::nullopt;
  BtrfsFileExtent extent;
  extent.begin = key.offset;
  extent.kind = static_cast<BtrfsFileExtent::Kind>(type);
  extent.generation = le64(bytes, 0);
  extent.unpacked = le64(bytes, 8);
  extent.compression = static_cast<std::uint8_t>(read_le(bytes, 16, 1));
  extent.encoded = read_le(bytes, 17, 3) != 0;
  if (extent.kind == BtrfsFileExtent::Kind::inline_bytes) {
    const auto stored = bytes.subspan(kInlineHeader);
    extent.bytes.assign(stored.begin(), stored.end());
    if (extent.compression == 0) extent.unpacked = stored.size();
    return extent;
  }
  if (bytes.size() < kWhole) return std::nullopt;
  extent.disk = le64(bytes, 21);
  extent.disk_bytes = le64(bytes, 29);
  extent.skip = le64(bytes, 37);
  extent.length = le64(bytes, 45);
  return extent;
}

}  // namespace pidometer
