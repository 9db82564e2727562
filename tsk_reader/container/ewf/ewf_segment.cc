#include "tsk_reader/container/ewf/ewf_segment.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/container/ewf/ewf_chunks.h"

namespace pidometer {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "EVF\x09\x0d\x0a\xff\0"sv;
constexpr std::size_t kFileHeaderBytes = 13;
constexpr std::size_t kSectionHeaderBytes = 76;
constexpr std::size_t kTypeBytes = 16;
constexpr std::size_t kVolumeBytes = 1052;

/// A table section covers at least 16,375 chunks (EnCase) of at least 4 KiB, three sections each: a
/// segment of 1 TB stays below this.
constexpr std::size_t kMaxSections = 100000;

/// `error2` sections name a range of sectors in 8 bytes; more ranges than this are one bad disk too
/// many, or a mutant.
constexpr std::uint32_t kMaxReadErrors = 1000000;

constexpr std::array kTypes = {"header"sv,  "header2"sv, "xheader"sv, "volume"sv, "disk"sv,
                               "data"sv,    "sectors"sv, "table"sv,   "table2"sv, "next"sv,
                               "done"sv,    "hash"sv,    "xhash"sv,   "digest"sv, "error2"sv,
                               "session"sv, "ltree"sv,   "ltypes"sv};

struct Section {
  std::string_view type;
  std::uint64_t offset = 0;
  std::uint64_t next = 0;
  std::uint64_t size = 0;

  ByteRange data() const { return {offset + kSectionHeaderBytes, offset + size}; }
};

std::optional<Section> parse_section(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (bytes.size() < kSectionHeaderBytes) return std::nullopt;
  for (const std::string_view type : kTypes) {
    std::array<char, kTypeBytes> padded{};
    std::copy(type.begin(), type.end(), padded.begin());
    if (std::memcmp(bytes.data(), padded.data(), kTypeBytes) != 0) continue;
    if (ewf_checksum(bytes.first(kSectionHeaderBytes - 4)) !=
        le32(bytes, kSectionHeaderBytes - 4)) {
      return std::nullopt;
    }
    Section section{type, offset, le64(bytes, 16), le64(bytes, 24)};
    // `next` and `done` have no data, and some writers give them size 0.
    section.size = std::max<std::uint64_t>(section.size, kSectionHeaderBytes);
    return section;
  }
  return std::nullopt;
}

std::optional<Section> section_at(OsFile& file, std::uint64_t offset) {
  const auto bytes = ewf_bytes(file, offset, kSectionHeaderBytes);
  return bytes ? parse_section(*bytes, offset) : std::nullopt;
}

/// The next intact section header at or after `from`, by looking at every byte.
std::optional<Section> find_section(OsFile& file, std::uint64_t from) {
  constexpr std::size_t kStep = std::size_t{1} << 20;
  std::vector<std::byte> bytes(kStep + kSectionHeaderBytes);
  for (std::uint64_t at = from; at < file.size(); at += kStep) {
    DamageList ignored;
    const std::size_t got = file.read_at(at, bytes, ignored);
    for (std::size_t i = 0; i < kStep && i + kSectionHeaderBytes <= got; ++i) {
      // No type is longer than seven letters: a cheap test that few other places pass.
      if (bytes[i + 8] != std::byte{0} || bytes[i] < std::byte{'d'} || bytes[i] > std::byte{'x'}) {
        continue;
      }
      if (const auto found =
              parse_section(std::span(bytes).subspan(i, kSectionHeaderBytes), at + i)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4U];
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15U];
  }
  return text;
}

std::optional<EwfSet> parse_volume(std::span<const std::byte> data) {
  if (data.size() < kVolumeBytes ||
      ewf_checksum(data.first(kVolumeBytes - 4)) != le32(data, kVolumeBytes - 4)) {
    return std::nullopt;
  }
  EwfSet set;
  set.chunk_count = le32(data, 4);
  set.sector_size = le32(data, 12);
  const std::uint64_t chunk_size = std::uint64_t{le32(data, 8)} * set.sector_size;
  // EnCase's largest is 32,768 sectors of 512 bytes.
  constexpr std::uint64_t kLargestChunk = std::uint64_t{16} << 20;
  if (chunk_size == 0 || chunk_size > kLargestChunk) return std::nullopt;
  set.chunk_size = static_cast<std::uint32_t>(chunk_size);
  const std::uint64_t most = set.chunk_count * chunk_size;
  const std::uint64_t sectors = le64(data, 16);
  if (sectors > most / set.sector_size) return std::nullopt;
  set.media_size = sectors * set.sector_size;
  if (set.media_size + chunk_size <= most) return std::nullopt;
  set.identifier = hex(data.subspan(64, 16));
  return set;
}

class SegmentReader {
 public:
  SegmentReader(OsFile& file, EwfDepth depth, EwfSegment& segment)
      : file_(file), depth_(depth), segment_(segment) {}

  /// False where not a single section was found.
  bool read() {
    std::uint64_t offset = kFileHeaderBytes;
    bool ended = false;
    bool any = false;
    for (std::size_t count = 0; count < kMaxSections && !ended; ++count) {
      std::optional<Section> section = section_at(file_, offset);
      if (!section) {
        note(offset >= file_.size()
                 ? "it is cut short"
                 : "a section header at byte " + std::to_string(offset) + " is damaged or cut off");
        section = find_section(file_, offset);
        bridge({offset + kSectionHeaderBytes, section ? section->offset : file_.size()}, section);
        if (!section) break;
      }
      any = true;
      take(*section);
      ended = section->type == "next" || section->type == "done";
      segment_.is_last = section->type == "done";
      if (ended) break;
      if (section->next <= section->offset) {
        note("its sections end without the mark of an end");
        break;
      }
      if (section->next > file_.size()) {
        note("it is cut short");
        break;
      }
      offset = section->next;
    }
    segment_.is_cut = !ended;
    settle();
    return any;
  }

 private:
  std::uint32_t chunk_size() const {
    constexpr std::uint32_t kUsualChunk = 32768;
    return segment_.set ? segment_.set->chunk_size : kUsualChunk;
  }

  /// Of the whole media; where that is not known a segment is not expected to hold more than
  /// 2 TiB in chunks of the usual size.
  std::uint64_t most_chunks() const {
    constexpr std::uint64_t kUnknownMost = std::uint64_t{1} << 26;
    return segment_.set ? segment_.set->chunk_count : kUnknownMost;
  }

  void note(std::string_view what) {
    if (segment_.damage.empty()) segment_.damage = what;
  }

  /// Bytes between a damaged section header and the next intact section.
  void bridge(ByteRange gap, const std::optional<Section>& after) {
    const std::string_view type = after ? after->type : ""sv;
    if (type == "table" && !pending_) {
      pending_ = gap;  // the damaged header was that of the chunks themselves
    } else if (type == "table2" && pending_) {
      // The damaged header was the table's, and table2 repeats it.
    } else if (seen_chunks_ || !(type == "sectors" || type.find("header") != type.npos ||
                                 type == "volume" || type == "disk" || type == "data")) {
      settle();
      if (depth_ != EwfDepth::chunks) return;
      // Whatever was in the gap, it cannot be said how many chunks it held.
      segment_.runs.push_back(walk_ewf_chunks(file_, gap, chunk_size(), most_chunks()));
      segment_.runs.back().exact = false;
    }
  }

  void take(const Section& section) {
    const ByteRange data = section.data();
    if (section.type == "volume" || section.type == "disk" || section.type == "data") {
      const auto bytes = ewf_bytes(file_, data.begin, kVolumeBytes);
      std::optional<EwfSet> set = bytes ? parse_volume(*bytes) : std::nullopt;
      if (set)
        segment_.set = std::move(set);
      else
        note(data.begin + kVolumeBytes > file_.size() ? "it is cut short"
                                                      : "its description of the media is damaged");
    } else if (section.type == "sectors") {
      settle();
      pending_ = data;
      settled_.reset();
      seen_chunks_ = true;
    } else if (section.type == "table" || section.type == "table2") {
      take_table(data, section.type == "table2");
    } else if (section.type == "hash") {
      take_hash(data, 36, false);
    } else if (section.type == "digest") {
      take_hash(data, 80, true);
    } else if (section.type == "error2") {
      take_read_errors(data);
    }
  }

  /// table2 repeats the table before it. Both are checked: where one is damaged libewf may take its
  /// offsets as they are.
  void take_table(ByteRange section, bool is_second) {
    if (depth_ != EwfDepth::chunks) return;
    const std::optional<ByteRange> chunks = pending_ ? pending_ : settled_;
    if (!chunks) return;
    std::optional<EwfRun> run = read_ewf_table(file_, section, *chunks);
    if (!run) {
      note(is_second ? "its second table of chunks is damaged"
                     : "its first table of chunks is damaged");
    } else if (pending_) {
      segment_.runs.push_back(std::move(*run));
      settled_ = pending_;
      pending_.reset();
    }
  }

  /// Chunks whose tables did not come, or came damaged, are found by walking them.
  void settle() {
    if (pending_ && depth_ == EwfDepth::chunks) {
      note("its tables of chunks are lost");
      segment_.runs.push_back(walk_ewf_chunks(file_, *pending_, chunk_size(), most_chunks()));
    }
    pending_.reset();
  }

  void take_hash(ByteRange data, std::size_t length, bool with_sha1) {
    const auto bytes = ewf_bytes(file_, data.begin, length);
    if (!bytes || ewf_checksum(std::span(*bytes).first(length - 4)) != le32(*bytes, length - 4)) {
      note("its stored hash is damaged");
      return;
    }
    segment_.md5 = hex(std::span(*bytes).first(16));
    if (with_sha1) segment_.sha1 = hex(std::span(*bytes).subspan(16, 20));
  }

  void take_read_errors(ByteRange data) {
    constexpr std::size_t kHeader = 520;
    const auto header = ewf_bytes(file_, data.begin, kHeader);
    if (!header ||
        ewf_checksum(std::span(*header).first(kHeader - 4)) != le32(*header, kHeader - 4)) {
      note("its list of read errors is damaged");
      return;
    }
    const std::uint32_t count = std::min(le32(*header, 0), kMaxReadErrors);
    const auto entries = ewf_bytes(file_, data.begin + kHeader, std::size_t{count} * 8);
    if (!entries) {
      note("its list of read errors is damaged");
      return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t first = le32(*entries, i * 8);
      segment_.read_errors.push_back({first, first + le32(*entries, i * 8 + 4)});
    }
  }

  OsFile& file_;
  EwfDepth depth_;
  EwfSegment& segment_;
  std::optional<ByteRange> pending_;  // chunks whose table has not come yet
  std::optional<ByteRange> settled_;  // chunks of the last table that was whole
  bool seen_chunks_ = false;
};

bool has_signature(std::span<const std::byte> head) {
  return head.size() >= kFileHeaderBytes &&
         std::memcmp(head.data(), kSignature.data(), kSignature.size()) == 0;
}

}  // namespace

bool looks_like_ewf(std::span<const std::byte> head) {
  return has_signature(head) ||
         (head.size() >= kFileHeaderBytes + kSectionHeaderBytes &&
          parse_section(head.subspan(kFileHeaderBytes), kFileHeaderBytes).has_value());
}

std::optional<std::uint32_t> ewf_segment_name(const std::filesystem::path& name) {
  // E01 to E99, then EAA to EZZ, FAA and on to ZZZ; s01 for SMART's.
  const std::string extension = name.extension().string();
  if (extension.size() != 4) return std::nullopt;
  std::array<unsigned, 3> places{};
  for (std::size_t i = 0; i < 3; ++i) {
    const char letter = extension[i + 1];
    if (letter >= '0' && letter <= '9')
      places[i] = static_cast<unsigned>(letter - '0');
    else if (letter >= 'a' && letter <= 'z')
      places[i] = static_cast<unsigned>(letter - 'a') + 10;
    else if (letter >= 'A' && letter <= 'Z')
      places[i] = static_cast<unsigned>(letter - 'A') + 10;
    else
      return std::nullopt;
  }
  constexpr unsigned kE = 14;
  if (places[0] == kE && places[1] < 10 && places[2] < 10) return places[1] * 10 + places[2];
  if (places[0] >= kE && places[1] >= 10 && places[2] >= 10) {
    return 100 + ((places[0] - kE) * 26 + (places[1] - 10)) * 26 + (places[2] - 10);
  }
  return std::nullopt;
}

Result<EwfSegment> read_ewf_segment(const std::filesystem::path& path, EwfDepth depth) {
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  EwfSegment segment;
  segment.path = path;
  const auto header = ewf_bytes(**file, 0, kFileHeaderBytes);
  if (header && has_signature(*header)) {
    segment.number = std::to_integer<std::uint32_t>((*header)[9]) |
                     std::to_integer<std::uint32_t>((*header)[10]) << 8U;
  } else {
    segment.damage = "its file header is damaged";
  }
  if (segment.number == 0) segment.number = ewf_segment_name(path).value_or(0);
  if (!SegmentReader(**file, depth, segment).read()) {
    return fail(ErrorKind::unreadable, "cannot read " + path.string() + " as an E01 segment",
                "not one intact section is in it", "look for another copy of this segment");
  }
  return segment;
}

}  // namespace pidometer
