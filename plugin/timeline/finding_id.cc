#include <cassert>
#include <span>
#include <string_view>
#include <variant>

#include "base/hex.h"
#include "base/sha256.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {
namespace {

/// 64 bits: two of a million findings share an id with a chance of 3 in 100 million.
constexpr std::size_t kIdBytes = 8;

/// Each part with its length before it, so that no two lists of parts give the same bytes.
void append_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

}  // namespace

std::string finding_id(const TimelineEvent& event) {
  const auto* finding = std::get_if<FindingBody>(&event.body);
  assert(finding != nullptr && event.source != nullptr);
  std::string parts;
  append_part(parts, event.source->series_id);
  append_part(parts, anomaly_kind_name(finding->anomaly.kind));
  append_part(parts, finding->first.text);
  append_part(parts, finding->last.text);
  if (finding->repetition > 0) append_part(parts, std::to_string(finding->repetition));

  // A cryptographic hash: log lines are hostile input, and two findings must not be made to share
  // an id.
  const Sha256Digest digest = sha256_of(parts);
  return hex_of(std::span(digest).first(kIdBytes));
}

}  // namespace pidometer
