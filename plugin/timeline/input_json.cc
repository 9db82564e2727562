#include "plugin/timeline/input_json.h"

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/names.h"

namespace pidometer {
namespace {

/// An end that is not known is left out.
DocumentJson range_json(const ByteRange& range) {
  DocumentJson json = {{"begin", range.begin}};
  if (range.end != kUnknownEnd) json["end"] = range.end;
  return json;
}

/// `agree` is left out where the container has no hash of its own.
DocumentJson hashes_json(const SummaryInput& input) {
  const SummaryHashes& hashes = *input.hashes;
  DocumentJson json = {{"md5", hashes.md5},
                       {"sha1", hashes.sha1},
                       {"sha256", hashes.sha256},
                       {"bytes", hashes.bytes}};
  if (const std::optional<bool> agree = hashes_agree(input)) json["agree"] = *agree;
  return json;
}

}  // namespace

std::map<WarningKind, std::uint64_t> count_warnings(const RunSummary& summary) {
  std::map<WarningKind, std::uint64_t> counts;
  for (const Warning& warning : summary.warnings) ++counts[warning.kind];
  for (const auto& [kind, total] : summary.warning_totals)
    counts[kind] = std::max(counts[kind], total);
  return counts;
}

std::optional<bool> hashes_agree(const SummaryInput& input) {
  if (!input.hashes || (input.stored_md5.empty() && input.stored_sha1.empty())) return std::nullopt;
  return (input.stored_md5.empty() || input.stored_md5 == input.hashes->md5) &&
         (input.stored_sha1.empty() || input.stored_sha1 == input.hashes->sha1);
}

DocumentJson strings_json(const std::vector<std::string>& strings) {
  return array_of(strings, escape_bytes);
}

DocumentJson damage_json(const DamagedRange& damage) {
  DocumentJson json = range_json(damage.range);
  put_text(json, "reason", damage.reason);
  return json;
}

DocumentJson warning_json(const Warning& warning) {
  DocumentJson json = {{"kind", warning_kind_name(warning.kind)},
                       {"message", escape_bytes(warning.message)}};
  put_text(json, "input", warning.image);
  put_text(json, "volume", warning.volume);
  put_text(json, "path", warning.path);
  if (warning.range) json["range"] = range_json(*warning.range);
  if (warning.line != 0) json["line"] = warning.line;
  return json;
}

DocumentJson error_json(const Error& error) {
  DocumentJson json = {{"kind", error_kind_name(error.kind)},
                       {"message", escape_bytes(error.message)}};
  put_text(json, "reason", error.reason);
  put_text(json, "help", error.help);
  return json;
}

DocumentJson input_json(const SummaryInput& input) {
  DocumentJson json = {{"name", escape_bytes(input.name)},
                       {"kind", input.kind},
                       {"segments", strings_json(input.segments)},
                       {"size", input.size}};
  put_text(json, "stored_md5", input.stored_md5);
  put_text(json, "stored_sha1", input.stored_sha1);
  if (input.hashes) json["hashes"] = hashes_json(input);
  json["damage"] = array_of(input.damage, damage_json);
  json["warnings"] = array_of(input.warnings, warning_json);
  put_text(json, "isolation", input.isolation);
  return json;
}

}  // namespace pidometer
