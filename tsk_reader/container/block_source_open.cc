#include "tsk_reader/container/block_source_open.h"

#include <string>
#include <utility>
#include <vector>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/content_sniffer.h"
#include "tsk_reader/container/ddrescue/ddrescue_map.h"
#include "tsk_reader/container/ddrescue/marked_source.h"
#include "tsk_reader/container/ewf/ewf_source.h"
#include "tsk_reader/container/image_chain.h"
#include "tsk_reader/container/raw_source.h"

namespace pidometer {

namespace {

std::string virtual_disk_kind(Content content) {
  switch (content) {
    case Content::qcow2:
      return "qcow2";
    case Content::vhd:
      return "vhd";
    case Content::vhdx:
      return "vhdx";
    default:
      return "vmdk";
  }
}

void warn(InputReport& report, std::string message) {
  Warning warning;
  warning.kind = WarningKind::damaged_image;
  warning.image = report.name;
  warning.message = std::move(message);
  report.warnings.push_back(std::move(warning));
}

/// Marks what ddrescue did not read, by the first of the group's maps.
std::unique_ptr<BlockSource> apply_map(std::unique_ptr<BlockSource> source, const InputGroup& group,
                                       InputReport& report) {
  const std::filesystem::path& path = group.maps.front();
  const std::uint64_t size = source->size();
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  std::optional<DdrescueMap> map;
  if (file) map = read_ddrescue_map(**file, size);
  if (!map) {
    warn(report, "the ddrescue map " + path.string() +
                     " cannot be read; which bytes are not evidence is not known");
    return source;
  }
  report.segments.push_back(path.string());
  if (!map->problem.empty())
    warn(report, "the ddrescue map " + path.string() + " " + map->problem + " on");
  else if (map->end != size)
    warn(report, "the ddrescue map " + path.string() + " ends at byte " + std::to_string(map->end) +
                     ", and the image has " + std::to_string(size) +
                     " bytes; it is used all the same: check that it is this image's");
  if (map->shifted())
    warn(report, "ddrescue's command line in " + path.string() +
                     " has an input or output position: the map's positions are those of the disk, "
                     "and may be others in the image");
  for (std::size_t i = 1; i < group.maps.size(); ++i)
    warn(report, "the ddrescue map " + group.maps[i].string() + " is not used, since " +
                     path.string() + " is");
  return mark_damage(std::move(source), std::move(map->unread));
}

/// Fills in what is known of the damage before anything is read.
Result<std::unique_ptr<BlockSource>> finished(Result<std::unique_ptr<BlockSource>> source,
                                              InputReport& report) {
  if (!source) return source;
  report.size = (*source)->size();
  report.damage = (*source)->damage({0, kUnknownEnd});
  // A table that is gone may leave thousands of holes: the report has them all, the first are told.
  constexpr std::size_t kMostTold = 20;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < report.damage.size(); ++i) {
    const DamagedRange& damaged = report.damage[i];
    bytes += damaged.range.end - damaged.range.begin;
    if (i >= kMostTold && i + 1 < report.damage.size()) continue;
    Warning warning;
    warning.kind = WarningKind::damaged_image;
    warning.image = report.name;
    warning.range = damaged.range;
    warning.message =
        i < kMostTold ? std::to_string(damaged.range.end - damaged.range.begin) +
                            " bytes of the image from byte " + std::to_string(damaged.range.begin) +
                            " on are lost: " + damaged.reason
                      : "and more: " + std::to_string(report.damage.size()) +
                            " ranges with together " + std::to_string(bytes) +
                            " bytes of the image are lost; the last: " + damaged.reason;
    report.warnings.push_back(std::move(warning));
  }
  return source;
}

}  // namespace

Result<std::unique_ptr<BlockSource>> open_block_source(const InputGroup& group,
                                                       InputReport& report) {
  Result<std::unique_ptr<OsFile>> first = OsFile::open(group.segments.front());
  if (!first) return tl::unexpected(first.error());
  const Sniffed sniffed = sniff_content(**first, group.segments.front());
  switch (sniffed.content) {
    case Content::empty:
    case Content::ewf_destroyed:
    case Content::other_container:
    case Content::packed_disk:
      return tl::unexpected(*content_error(sniffed, group.segments.front().string()));
    default:
      // --as image may have overridden what the content says: a raw image of anything.
      break;
  }
  if (is_virtual_disk(sniffed.content)) {
    report.kind = virtual_disk_kind(sniffed.content);
    ImageChain chain(report);
    return finished(chain.open(sniffed.content, std::move(*first), group.segments.front()), report);
  }
  for (const std::filesystem::path& segment : group.segments) {
    report.segments.push_back(segment.string());
  }
  // Every segment stays open, and the evidence of other inputs beside it.
  constexpr std::size_t kManySegments = 200;
  if (group.segments.size() > kManySegments) raise_open_file_limit();
  Result<std::unique_ptr<BlockSource>> source;
  if (sniffed.content == Content::ewf) {
    report.kind = "ewf";
    source = open_ewf_source(group.segments, report);
  } else {
    report.kind = group.segments.size() > 1 ? "split raw" : "raw";
    std::vector<Warning> warnings;
    source = open_raw_source(group.segments, warnings);
    for (Warning& warning : warnings) {
      warning.image = report.name;
      report.warnings.push_back(std::move(warning));
    }
  }
  if (source && sniffed.content != Content::ewf && !group.maps.empty())
    source = apply_map(std::move(*source), group, report);
  return finished(std::move(source), report);
}

}  // namespace pidometer
