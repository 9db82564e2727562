#include "plugin/timeline/summary_writer.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>

#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/input_json.h"
#include "plugin/timeline/json_fields.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/series_json.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

using Json = DocumentJson;

Json option_json(const SummaryOption& option) {
  return std::visit(
      [](const auto& value) -> Json {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return escape_bytes(value);
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
          return strings_json(value);
        } else {
          return value;
        }
      },
      option.value);
}

Json options_json(const std::vector<SummaryOption>& options) {
  Json json = Json::object();
  for (const SummaryOption& option : options) json[option.name] = option_json(option);
  return json;
}

Json run_json(const RunRecord& run) {
  Json json = {{"started", iso8601(run.started)},
               {"ended", iso8601(run.ended)},
               {"command_line", strings_json(run.command_line)}};
  put_text(json, "working_directory", run.working_directory);
  put_text(json, "user", run.user);
  put_text(json, "host", run.host);
  put_text(json, "system", run.system);
  put_text(json, "program", run.program);
  put_text(json, "program_sha256", run.program_sha256);
  put_text(json, "known_sha256", run.known_sha256);
  put_text(json, "tzdata", run.tzdata);
  if (!run.files.empty())
    json["files"] = array_of(run.files, [](const RunFile& file) -> Json {
      return {
          {"path", escape_bytes(file.path)}, {"size", file.size}, {"modified_ns", file.modified}};
    });
  return json;
}

Json volume_json(const SummaryVolume& volume) {
  Json json = {{"input", escape_bytes(volume.input)},
               {"name", escape_bytes(volume.name)},
               {"start", volume.start},
               {"size", volume.size}};
  put_text(json, "description", volume.description);
  put_text(json, "file_system", volume.file_system);
  put_text(json, "reader", volume.reader);
  put_text(json, "unsupported", volume.unsupported);
  return json;
}

Json comparison_json(const JournalComparison& compared) {
  Json json = {{"within", compared.within},
               {"copies", compared.copies},
               {"missing", compared.missing},
               {"not_judged", Json::object()}};
  for (const auto& [reason, count] : compared.not_judged) json["not_judged"][reason] = count;
  return json;
}

Json log_json(const SummaryLog& log) {
  const LogReport& report = log.report;
  Json json = {{"input", escape_bytes(log.input)}};
  put_text(json, "volume", log.volume);
  json["filename"] = escape_bytes(report.entry.path);
  put_text(json, "sha256", report.sha256);
  json["size"] = report.entry.size;
  if (report.entry.modified) json["modified"] = iso8601(*report.entry.modified);
  json["lines"] = report.lines;
  json["records"] = report.records;
  json["other_lines"] = report.other_lines;
  json["unparsed_lines"] = report.unparsed_lines;
  json["duplicate_lines"] = report.duplicate_lines;
  json["lines_skipped"] = Json::object();
  for (const auto& [reason, count] : report.lines_skipped)
    json["lines_skipped"][escape_bytes(reason)] = count;
  if (report.first_record) json["first_record"] = iso8601(*report.first_record);
  if (report.last_record) json["last_record"] = iso8601(*report.last_record);
  if (report.first_record && report.last_record) {
    put_coverage(json, TimeRange{std::min(*report.first_record, *report.last_record),
                                 std::max(*report.first_record, *report.last_record)});
  }
  json["dialects"] = strings_json(report.dialects);
  put_text(json, "hostname", report.hostname);
  put_text(json, "time_certainty", report.time_basis.certainty);
  put_text(json, "time_basis", report.time_basis.words);
  put_text(json, "year_basis", report.year_basis);
  json["damage"] = array_of(report.damage, damage_json);
  if (report.nul_bytes > 0) json["nul_bytes"] = report.nul_bytes;
  if (report.unreadable_end > 0) json["unreadable_end_bytes"] = report.unreadable_end;
  std::uint64_t replayed = 0;
  for (const ByteRange& range : report.entry.replayed) replayed += range.end - range.begin;
  json["replayed_bytes"] = replayed;
  json["complete"] = report.complete;
  if (report.beside_journal) json["beside_journal"] = comparison_json(*report.beside_journal);
  if (report.entry.recovery) {
    const Recovery& recovery = *report.entry.recovery;
    json["recovered"] = recovery_method_name(recovery.method);
    if (!recovery.of_volume && !recovery.extents.empty())
      json["image_offset"] = recovery.extents.front().image;
  }
  return json;
}

Json recovery_json(const SummaryRecovery& recovery) {
  const RecoveryReport& report = recovery.report;
  return {{"input", escape_bytes(recovery.input)},   {"volume", escape_bytes(recovery.volume)},
          {"searched_bytes", report.searched_bytes}, {"files", report.files},
          {"fragments", report.fragments},           {"partial_lines", report.partial_lines},
          {"lone_lines", report.lone_lines},         {"problems", strings_json(report.problems)}};
}

Json witness_json(const SummaryWitness& witness) {
  const WitnessReport& report = witness.report;
  Json json = {{"input", escape_bytes(witness.input)}};
  put_text(json, "volume", witness.volume);
  json["folder"] = escape_bytes(witness.folder);
  json["filename"] = escape_bytes(report.filename);
  json["source"] = report.source;
  json["lines"] = report.lines;
  json["dated"] = report.dated;
  json["with_pid"] = report.with_pid;
  json["matched"] = report.matched;
  json["not_taken"] = Json::object();
  for (const auto& [reason, count] : report.not_taken) json["not_taken"][reason] = count;
  put_text(json, "not_used", report.not_used);
  return json;
}

Json crontab_json(const CrontabFileReport& file) {
  Json json = {{"filename", escape_bytes(file.filename)}};
  put_text(json, "volume", file.volume);
  put_text(json, "username", file.username);
  if (file.in_force_since) json["in_force_since"] = iso8601(*file.in_force_since);
  json["lines"] = file.lines;
  json["entries"] = file.entries;
  json["bad_lines"] = Json::array();
  for (const auto& [line, reason] : file.bad_lines)
    json["bad_lines"].push_back({{"line", line}, {"reason", reason}});
  put_text(json, "not_used", file.not_used);
  return json;
}

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
  Json json = Json::object();
  for (const auto& [reason, count] : counts) json[reason] = count;
  return json;
}

Json crontabs_json(const SummaryCrontabs& crontabs) {
  const CrontabReport& report = crontabs.report;
  Json json = {{"input", escape_bytes(crontabs.input)}};
  put_text(json, "volume", crontabs.volume);
  json["folder"] = escape_bytes(crontabs.folder);
  put_text(json, "hostname", crontabs.hostname);
  json["files"] = array_of(report.files, crontab_json);
  put_text(json, "not_compared", report.not_compared);
  if (!report.not_compared.empty()) return json;
  json["jobs"] = report.jobs;
  json["jobs_with_line"] = report.jobs_with_line;
  json["jobs_without_line"] = report.jobs_without_line;
  json["jobs_not_judged"] = counts_json(report.jobs_not_judged);
  json["entries"] = report.entries;
  json["entries_that_ran"] = report.entries_that_ran;
  json["entries_that_never_ran"] = report.entries_that_never_ran;
  json["entries_not_judged"] = counts_json(report.entries_not_judged);
  return json;
}

/// Every kind and level stands there, zeros too: a reader sees what was looked for.
Json findings_json(const RunSummary& summary) {
  Json by_kind = Json::object();
  std::uint64_t total = 0;
  for (const AnomalyKind kind : all_anomaly_kinds()) {
    Json by_level = Json::object();
    for (const Level level : all_levels()) {
      const auto found = summary.findings.find({kind, level});
      const std::uint64_t count = found == summary.findings.end() ? 0 : found->second;
      by_level[std::string(level_name(level))] = count;
      total += count;
    }
    by_kind[std::string(anomaly_kind_name(kind))] = std::move(by_level);
  }
  return {{"total", total}, {"by_kind", std::move(by_kind)}, {"activities", summary.activities}};
}

Json warning_counts_json(const RunSummary& summary) {
  Json json = Json::object();
  for (const auto& [kind, count] : count_warnings(summary))
    json[std::string(warning_kind_name(kind))] = count;
  return json;
}

}  // namespace

std::string write_summary(const RunSummary& summary) {
  Json json = {
      {"summary_version", kSummaryFormVersion},
      {"tool",
       {{"name", summary.tool_name},
        {"version", summary.tool_version},
        {"libraries", strings_json(summary.libraries)}}},
  };
  if (summary.run) json["run"] = run_json(*summary.run);
  put_text(json, "case_id", summary.case_id);
  put_text(json, "evidence_id", summary.evidence_id);
  put_text(json, "hostname", summary.hostname);
  json["options"] = options_json(summary.options);
  json["exit_status"] = summary.exit_status;
  json["inputs"] = array_of(summary.inputs, input_json);
  json["volumes"] = array_of(summary.volumes, volume_json);
  json["logs"] = array_of(summary.logs, log_json);
  json["series"] = array_of(summary.series, series_json);
  json["findings"] = findings_json(summary);
  json["warning_counts"] = warning_counts_json(summary);
  json["warnings"] = array_of(summary.warnings, warning_json);
  json["errors"] = array_of(summary.errors, error_json);
  if (!summary.crontabs.empty()) json["crontabs"] = array_of(summary.crontabs, crontabs_json);
  if (!summary.witnesses.empty()) json["witnesses"] = array_of(summary.witnesses, witness_json);
  if (!summary.recoveries.empty()) json["recovery"] = array_of(summary.recoveries, recovery_json);
  return dump_json(json, 2) + "\n";
}

}  // namespace pidometer
