#include "tsk_reader/container/content_sniffer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "tsk_reader/bytes/decompress.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/container/ddrescue/ddrescue_map.h"
#include "tsk_reader/container/ewf/ewf_segment.h"
#include "tsk_reader/container/vhd/vhd_footer.h"

namespace pidometer {
namespace {

using namespace std::string_view_literals;

/// Reaches btrfs' superblock (64 KiB + 64) with a sector to spare; all other marks lie before it.
constexpr std::size_t kHeadBytes = 65536 + 4096;

/// Of a packed file: enough to unpack some lines, whole bzip2 blocks of text among them.
constexpr std::size_t kPackedHeadBytes = std::size_t{1} << 20;

/// What the marks of disks are looked for in: one sector.
constexpr std::size_t kSectorBytes = 512;

/// Text may hold this share of control characters (binary data: 10%), and this share of bytes above
/// 127 (two bytes a letter in Greek or Cyrillic user and command names, but lines are English).
constexpr double kMaxControlShare = 0.02;
constexpr double kMaxHighShare = 0.35;

struct Mark {
  std::size_t offset;
  std::string_view magic;
  Content content;
  std::string_view what;
  bool in_text = false;  ///< such a file is text around its mark
};

/// One row a format, the first that fits counts. Sources: each format's own specification.
constexpr std::array kMarks = {
    Mark{0, "EVF2\r\n\x81\0"sv, Content::other_container, "an EnCase 7 image (Ex01)"},
    Mark{0, "LEF2\r\n\x81\0"sv, Content::other_container, "an EnCase 7 logical file (Lx01)"},
    Mark{0, "LVF\x09\x0d\x0a\xff\0"sv, Content::other_container, "an EnCase logical file (L01)"},
    Mark{0, "QFI\xfb"sv, Content::qcow2, "a qcow2 image"},
    Mark{0, "KDMV"sv, Content::vmdk, "a VMDK image"},
    Mark{0, "COWD"sv, Content::vmdk, "a VMDK image of ESX"},
    Mark{0, "\xbe\xba\xfe\xca\0\0\0\0\x01\0\0\0"sv, Content::vmdk, "a seSparse VMDK image"},
    Mark{0, "# Disk DescriptorFile"sv, Content::vmdk_descriptor, "a VMDK descriptor", true},
    Mark{0, "vhdxfile"sv, Content::vhdx, "a VHDX image"},
    Mark{0, "conectix"sv, Content::vhd, "a dynamic VHD image"},
    Mark{0x40, "\x7f\x10\xda\xbe"sv, Content::other_container, "a VirtualBox image (VDI)"},
    Mark{0, "AFF10\r\n\0"sv, Content::other_container, "an AFF image"},
    Mark{0, "LPKSHHRH"sv, Content::log, "a systemd journal"},
    Mark{0, "\x89PNG\r\n\x1a\n"sv, Content::foreign, "a PNG picture"},
    Mark{0, "\xff\xd8\xff"sv, Content::foreign, "a JPEG picture"},
    Mark{0, "GIF8"sv, Content::foreign, "a GIF picture"},
    Mark{0, "%PDF-"sv, Content::foreign, "a PDF document", true},
    Mark{0,
         "\x7f"
         "ELF"sv,
         Content::foreign, "a program (ELF)"},
    Mark{0, "SQLite format 3\0"sv, Content::foreign, "an SQLite database"},
    Mark{0, "7z\xbc\xaf\x27\x1c"sv, Content::archive, "a 7z archive"},
    Mark{0, "Rar!\x1a\x07"sv, Content::foreign, "a RAR archive"},
    Mark{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, Content::foreign, "an OLE document"},
    Mark{257, "ustar"sv, Content::archive, "a tar archive"},
    Mark{0, "070701"sv, Content::archive, "a cpio archive"},
    Mark{0, "070702"sv, Content::archive, "a cpio archive"},
    Mark{0, "070707"sv, Content::archive, "a cpio archive"},
    Mark{0, "\x04\x22\x4d\x18"sv, Content::archive, "an archive packed by lz4"},
    Mark{0, "PK\x05\x06"sv, Content::archive, "an empty zip archive"},
    Mark{0, "\x1f\x9d"sv, Content::foreign, "a file packed by compress (.Z)"},
    Mark{1080, "\x53\xef"sv, Content::disk, "an ext2, ext3 or ext4 filesystem"},
    Mark{0, "XFSB"sv, Content::disk, "an XFS filesystem"},
    Mark{65600, "_BHRfS_M"sv, Content::disk, "a btrfs filesystem"},
    Mark{0, "LABELONE"sv, Content::disk, "an LVM2 physical volume"},
    Mark{512, "LABELONE"sv, Content::disk, "an LVM2 physical volume"},
    Mark{1024, "H+"sv, Content::disk, "an HFS+ filesystem"},
    Mark{1024, "HX"sv, Content::disk, "an HFSX filesystem"},
    Mark{32769, "CD001"sv, Content::disk, "an ISO 9660 filesystem"},
    Mark{9564, "\x54\x19\x01\x00"sv, Content::disk, "a UFS1 filesystem"},
    Mark{66908, "\x19\x01\x54\x19"sv, Content::disk, "a UFS2 filesystem"},
    Mark{1024, "LABELONE"sv, Content::disk, "an LVM2 physical volume"},
    Mark{1536, "LABELONE"sv, Content::disk, "an LVM2 physical volume"},
    Mark{0, "\xfc\x4e\x2b\xa9"sv, Content::disk, "an md RAID member"},
    Mark{4096, "\xfc\x4e\x2b\xa9"sv, Content::disk, "an md RAID member"},
    // Named and not read: a volume of theirs is evidence all the same.
    Mark{0, "LUKS\xba\xbe"sv, Content::disk, "a LUKS volume"},
    Mark{0, "HM\1\0"sv, Content::disk, "an LVM1 physical volume"},
    Mark{0, "HM\2\0"sv, Content::disk, "an LVM1 physical volume"},
    Mark{0, "dmvdo001"sv, Content::disk, "a VDO volume"},
    Mark{0, "integrt\0"sv, Content::disk, "a dm-integrity volume"},
    Mark{516, "!Stra0tis\x86\xff\2^"sv, Content::disk, "a Stratis pool member"},
    Mark{4120, "\xc6\x85\x73\xf6"sv, Content::disk, "a bcache or bcachefs device"},
    Mark{1024, "\x10\x20\xf5\xf2"sv, Content::disk, "an F2FS filesystem"},
    Mark{32768, "JFS1"sv, Content::disk, "a JFS filesystem"},
    Mark{65588, "ReIsEr"sv, Content::disk, "a ReiserFS filesystem"},
    // The first pair of a pool's label, `version`, as OpenZFS packs it (vdev_label.c, nvpair.c).
    Mark{16396, "\0\0\0\x24\0\0\0\x20\0\0\0\7version\0"sv, Content::disk, "a ZFS pool member"},
    Mark{512, "EFI PART"sv, Content::disk, "a GPT partition table"},
    Mark{4096, "EFI PART"sv, Content::disk, "a GPT partition table"},
    Mark{510, "\x55\xaa"sv, Content::disk, "a boot sector"},
};

bool has_at(std::span<const std::byte> bytes, std::size_t offset, std::string_view magic) {
  return bytes.size() >= offset + magic.size() &&
         std::memcmp(bytes.data() + offset, magic.data(), magic.size()) == 0;
}

struct ByteCounts {
  std::size_t seen = 0;  ///< not NUL
  std::size_t control = 0;
  std::size_t high = 0;
  std::size_t lines = 0;

  /// Few control characters and few bytes above 127.
  bool mostly_printable() const {
    const auto total = static_cast<double>(seen);
    return seen > 0 && static_cast<double>(control) <= kMaxControlShare * total &&
           static_cast<double>(high) <= kMaxHighShare * total;
  }
};

ByteCounts count_bytes(std::span<const std::byte> bytes) {
  ByteCounts counts;
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    // Blocks of NULs stand in logs where a crash took the data and kept the length.
    if (value == 0) continue;
    ++counts.seen;
    if (value == '\n') ++counts.lines;
    if (value >= 0x80) ++counts.high;
    if ((value < 0x20 && value != '\n' && value != '\r' && value != '\t') || value == 0x7f) {
      ++counts.control;
    }
  }
  return counts;
}

/// `whole`: the bytes are all that there is; then a single line need not have an end.
bool is_text(std::span<const std::byte> bytes, bool whole = false) {
  const ByteCounts counts = count_bytes(bytes);
  return (counts.lines > 0 || whole) && counts.mostly_printable();
}

/// Of one sector. A line may be longer than that, but then no NUL stands in it, as one does in the
/// header of every tar and of every disk.
bool is_text_sector(std::span<const std::byte> sector) {
  const ByteCounts counts = count_bytes(sector);
  return (counts.lines > 0 || counts.seen == sector.size()) && counts.mostly_printable();
}

/// Whether the mark may stand in a line of a log: behind its beginning whoever can write to a log
/// can place any text; at its beginning text only.
bool may_be_in_a_log(const Mark& mark) {
  if (mark.in_text) return false;
  return mark.offset > 0 || std::all_of(mark.magic.begin(), mark.magic.end(),
                                        [](char c) { return c >= ' ' && c <= '~'; });
}

Sniffed by_mark(std::span<const std::byte> head) {
  for (const Mark& mark : kMarks) {
    if (!has_at(head, mark.offset, mark.magic)) continue;
    // A disk or an archive that bears the mark is no text around it. Its sector alone counts: on a
    // small volume, or in a tar, the log itself may lie in the head.
    const std::size_t sector = mark.offset / kSectorBytes * kSectorBytes;
    const std::size_t length = std::min(kSectorBytes, head.size() - sector);
    if (may_be_in_a_log(mark) && is_text_sector(head.subspan(sector, length))) continue;
    return {mark.content, std::string(mark.what)};
  }
  return {};
}

/// A tar of before POSIX has no mark: its header's sum, in octal digits, is right (tar(5),
/// "Old-Style Archive Format"); the sum's own field counts as blanks.
bool is_old_tar(std::span<const std::byte> head) {
  constexpr std::size_t kSum = 148;
  if (head.size() < kSectorBytes || head[0] == std::byte{0}) return false;
  unsigned want = 0;
  unsigned digits = 0;
  for (std::size_t i = kSum; i < kSum + 8; ++i) {
    const auto c = std::to_integer<unsigned>(head[i]);
    if (c >= '0' && c <= '7') {
      want = want * 8 + (c - '0');
      ++digits;
    } else if (c != ' ' && c != 0) {
      return false;
    }
  }
  unsigned sum = 0;
  for (std::size_t i = 0; i < kSectorBytes; ++i)
    sum += i >= kSum && i < kSum + 8 ? unsigned{' '} : std::to_integer<unsigned>(head[i]);
  return digits >= 4 && sum == want;
}

/// A stream over bytes in memory, for the head of a packed file.
class HeadStream : public ByteStream {
 public:
  explicit HeadStream(std::span<const std::byte> bytes) : bytes_(bytes) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size());
    std::copy_n(bytes_.begin(), count, out.begin());
    bytes_ = bytes_.subspan(count);
    return count;
  }
  const std::vector<DamagedRange>& damage() const override { return none_; }

 private:
  std::span<const std::byte> bytes_;
  std::vector<DamagedRange> none_;
};

std::vector<std::byte> sample(OsFile& file, std::uint64_t offset, std::size_t length) {
  std::vector<std::byte> bytes(length);
  DamageList ignored;
  bytes.resize(file.read_at(offset, bytes, ignored));
  return bytes;
}

/// A footer with its checksum in the last sector (Virtual Hard Disk Image Format
/// Specification 1.0).
bool is_fixed_vhd(OsFile& file) {
  constexpr std::size_t kTypeAt = 60;
  constexpr std::uint32_t kFixed = 2;
  if (file.size() < 2 * kVhdFooterBytes) return false;
  const std::vector<std::byte> footer =
      sample(file, file.size() - kVhdFooterBytes, kVhdFooterBytes);
  return is_vhd_footer(footer) && be32(footer, kTypeAt) == kFixed;
}

/// AFF4 is a zip whose first entry is its description, or whose comment is its name (AFF4 Standard
/// 1.0, 5.1 and 5.2).
bool is_aff4(OsFile& file, std::span<const std::byte> head) {
  constexpr std::size_t kNameAt = 30;
  constexpr std::size_t kEndBytes = 22;
  constexpr std::size_t kLongestComment = 1024;
  if (has_at(head, kNameAt, "container.description"sv)) return true;
  const std::uint64_t length = std::min<std::uint64_t>(file.size(), kEndBytes + kLongestComment);
  const std::vector<std::byte> tail =
      sample(file, file.size() - length, static_cast<std::size_t>(length));
  for (std::size_t at = 0; at + kEndBytes < tail.size(); ++at)
    if (has_at(tail, at, "PK\x05\x06"sv)) return has_at(tail, at + kEndBytes, "aff4://"sv);
  return false;
}

/// collection.tar.gz, collection.tgz.
bool is_named_tar(const std::filesystem::path& name) {
  const std::string extension = name.extension().string();
  return name.stem().extension() == ".tar" || extension == ".tgz" || extension == ".tbz2" ||
         extension == ".txz" || extension == ".tzst";
}

Sniffed sniff_packed(OsFile& file, const std::filesystem::path& name, Compression compression) {
  const std::vector<std::byte> packed = sample(file, 0, kPackedHeadBytes);
  const std::unique_ptr<ByteStream> stream =
      unpack(std::make_unique<HeadStream>(packed), compression);
  std::vector<std::byte> head(kHeadBytes);
  const Result<std::size_t> got = stream->read(head);
  head.resize(got ? *got : 0);
  const std::string packer(compression_name(compression));
  Sniffed inner = by_mark(head);
  if (inner.content == Content::disk || inner.content == Content::other_container ||
      is_virtual_disk(inner.content)) {
    return {Content::packed_disk, inner.what + " packed by " + packer};
  }
  // Where nothing comes out the name is all there is to go by.
  if (head.empty() && is_named_tar(name))
    return {Content::archive, "a damaged tar archive packed by " + packer};
  if (inner.content == Content::archive || (inner.content == Content::unknown && is_old_tar(head)))
    return {Content::archive, inner.what.empty() ? "a tar archive packed by " + packer
                                                 : inner.what + " packed by " + packer};
  if (inner.content == Content::foreign)
    return {Content::foreign, inner.what + " packed by " + packer};
  if (inner.content == Content::log) return {Content::log, inner.what + " packed by " + packer};
  // A packed log so damaged that nothing comes out is still a log with damage; what unpacks to
  // binary data is most likely a disk.
  if (head.empty() || is_text(head, head.size() < kHeadBytes))
    return {Content::log, "text packed by " + packer};
  return {Content::packed_disk, "binary data packed by " + packer};
}

}  // namespace

Sniffed sniff_content(OsFile& file, const std::filesystem::path& name) {
  if (file.size() == 0) return {Content::empty, "an empty file"};
  const std::vector<std::byte> head = sample(file, 0, kHeadBytes);
  if (looks_like_ewf(head)) return {Content::ewf, "an E01 segment"};
  const Compression compression = detect_compression(head);
  if (compression != Compression::none) return sniff_packed(file, name, compression);
  // Before the marks: a fixed VHD is a raw disk up to its footer.
  if (is_fixed_vhd(file)) return {Content::vhd, "a fixed VHD image"};
  Sniffed marked = by_mark(head);
  if (marked.content != Content::unknown) return marked;
  if (is_ddrescue_map({reinterpret_cast<const char*>(head.data()), head.size()}))  // NOLINT
    return {Content::ddrescue_map, "a map of GNU ddrescue"};
  if (has_at(head, 0, "PK\x03\x04"sv)) {
    if (is_aff4(file, head)) return {Content::other_container, "an AFF4 image"};
    return {Content::archive, "a zip archive"};
  }
  if (is_old_tar(head)) return {Content::archive, "a tar archive"};
  if (is_text(head, file.size() <= kHeadBytes)) return {Content::log, "text"};
  for (const std::uint64_t offset :
       {file.size() / 2, file.size() - std::min<std::uint64_t>(file.size(), kHeadBytes)}) {
    if (is_text(sample(file, offset, kHeadBytes))) return {Content::log, "text"};
  }
  // Text went first, and only E01 to E99 count: `cron.log` and `a.exe` fit the scheme of names too.
  const std::optional<std::uint32_t> number = ewf_segment_name(name);
  if (number && *number < 100) return {Content::ewf_destroyed, "an E01 by its name only"};
  return {};
}

bool is_virtual_disk(Content content) {
  switch (content) {
    case Content::qcow2:
    case Content::vmdk:
    case Content::vmdk_descriptor:
    case Content::vhd:
    case Content::vhdx:
      return true;
    default:
      return false;
  }
}

std::optional<Error> content_error(const Sniffed& sniffed, const std::string& name) {
  switch (sniffed.content) {
    case Content::ewf:
    case Content::qcow2:
    case Content::vmdk:
    case Content::vmdk_descriptor:
    case Content::vhd:
    case Content::vhdx:
    case Content::disk:
    case Content::ddrescue_map:
    case Content::archive:
    case Content::log:
      return std::nullopt;
    case Content::empty:
      return Error{ErrorKind::not_evidence, name + " is no evidence", "it is empty",
                   "check how the file was copied"};
    case Content::ewf_destroyed:
      return Error{ErrorKind::unreadable, "cannot read " + name,
                   "its name says E01, and its header and first section are destroyed",
                   "look for another copy of this segment"};
    case Content::other_container:
      return Error{ErrorKind::unsupported, "cannot read " + name,
                   "it is " + sniffed.what + ", which pidometer does not read",
                   "convert it to a raw image or an E01"};
    case Content::packed_disk:
      return Error{ErrorKind::unsupported, "cannot read " + name, "it is " + sniffed.what,
                   "unpack it first"};
    case Content::foreign:
      return Error{ErrorKind::not_evidence, name + " is no evidence", "it is " + sniffed.what,
                   "give an image, a log file or a folder of log files"};
    case Content::unknown:
      break;
  }
  return Error{ErrorKind::not_evidence, name + " is no evidence",
               "it holds neither text nor a boot sector, a partition table or a known filesystem",
               "say --as image or --as log where you know better"};
}

}  // namespace pidometer
