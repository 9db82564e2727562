#include "tsk_reader/container/block_source_open.h"

#include <utility>
#include <vector>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/content_sniffer.h"
#include "tsk_reader/container/ewf/ewf_source.h"
#include "tsk_reader/container/raw_source.h"

namespace pidometer {

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
  if (!source) return source;
  report.size = (*source)->size();
  report.damage = (*source)->damage({0, kUnknownEnd});
  for (const DamagedRange& damaged : report.damage) {
    Warning warning;
    warning.kind = WarningKind::damaged_image;
    warning.image = report.name;
    warning.range = damaged.range;
    warning.message = std::to_string(damaged.range.end - damaged.range.begin) +
                      " bytes of the image from byte " + std::to_string(damaged.range.begin) +
                      " on are lost: " + damaged.reason;
    report.warnings.push_back(std::move(warning));
  }
  return source;
}

}  // namespace pidometer
