#include "report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "plugin/timeline/names.h"
#include "plugin/timeline/row_writer.h"
#include "plugin/timeline/summary_words.h"
#include "plugin/timeline/time_text.h"
#include "report/html_text.h"
#include "report/pack.h"
#include "report/report_assets.h"

namespace pidometer {
namespace {

using Json = nlohmann::ordered_json;

/// Rows of the table for readers without scripts, those of the highest levels; the whole is in the
/// rows that a scan writes.
constexpr std::size_t kMostTableRows = 1000;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::int64_t unix_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The page with each {{mark}} replaced by what `fill` gives for it.
template <typename Fill>
Result<void> fill_page(std::string_view page, const ReportSink& sink, Fill fill) {
  while (!page.empty()) {
    const std::size_t mark = page.find("{{");
    if (Result<void> written = sink(page.substr(0, mark)); !written) return written;
    if (mark == std::string_view::npos) break;
    const std::size_t end = page.find("}}", mark);
    if (Result<void> written = sink(fill(page.substr(mark + 2, end - mark - 2))); !written)
      return written;
    page.remove_prefix(end + 2);
  }
  return {};
}

}  // namespace

void Report::add_row(const TimelineEvent& event) {
  const auto* finding = std::get_if<FindingBody>(&event.body);
  if (finding == nullptr || event.source == nullptr) return;
  Finding one;
  one.level = finding->anomaly.level;
  one.time = event.time;
  one.series = event.source->series;
  one.row = write_jsonl(event);
  one.row.pop_back();
  one.message = event_message(event);
  one.compared = finding->compared;
  findings_.push_back(std::move(one));
  if (findings_.size() >= 2 * most_findings_) drop_lowest();
}

void Report::add_clock(const ClockPlace& place, HostClock clock) {
  clocks_.push_back({place.image, place.recovered, std::move(clock)});
}

/// Those of the highest levels stay, of one level the earliest.
void Report::drop_lowest() {
  if (findings_.size() <= most_findings_) return;
  std::ranges::stable_sort(findings_, [](const Finding& a, const Finding& b) {
    return std::pair(b.level, a.time) < std::pair(a.level, b.time);
  });
  left_out_ += findings_.size() - most_findings_;
  findings_.resize(most_findings_);
}

std::string Report::data(std::string_view summary) const {
  std::string out = "{\"summary\":";
  out += summary;
  out += fmt::format(",\"left_out\":{},\"series\":[", left_out_);
  for (const Clock& one : clocks_) {
    Json json = {{"image", one.image},           {"recovered", one.recovered},
                 {"host", one.clock.hostname},   {"place", one.clock.series_id},
                 {"pid_max", one.clock.pid_max}, {"offsets", Json::array()},
                 {"unjudged", Json::array()},    {"logs", Json::array()}};
    for (const ClockOffset& offset : one.clock.offsets)
      json["offsets"].push_back({unix_seconds(offset.time), offset.utc_offset_minutes});
    for (const TimeRange& range : one.clock.unjudged)
      json["unjudged"].push_back({unix_seconds(range.begin), unix_seconds(range.end)});
    for (const LogStart& log : one.clock.logs)
      json["logs"].push_back({unix_seconds(log.time), log.filename});
    if (&one != clocks_.data()) out += ',';
    out += dump(json);
  }
  out += "],\"findings\":[";
  std::map<std::uint32_t, std::size_t> place_of_series;
  for (std::size_t i = 0; i < clocks_.size(); ++i)
    place_of_series.try_emplace(clocks_[i].clock.series, i);
  for (const Finding& one : findings_) {
    out += &one == findings_.data() ? "{\"series\":" : ",{\"series\":";
    const auto place = place_of_series.find(one.series);
    out += (place == place_of_series.end() ? "null" : std::to_string(place->second)) +
           ",\"compared\":" + dump(Json(one.compared)) + ",\"row\":" + one.row + "}";
  }
  out += "]}";
  return out;
}

std::string Report::table() const {
  std::vector<const Finding*> rows;
  for (const Finding& one : findings_) rows.push_back(&one);
  if (rows.size() > kMostTableRows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Finding* a, const Finding* b) { return a->level > b->level; });
    rows.resize(kMostTableRows);
    std::sort(rows.begin(), rows.end());  // as they stand in findings_: by time
  }
  std::string out;
  for (const Finding* one : rows)
    out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", iso8601(one->time),
                       level_name(one->level), html_text(one->message));
  if (const std::uint64_t more = findings_.size() - rows.size() + left_out_; more > 0)
    out += fmt::format(
        "<tr><td colspan=\"3\">{} of the lowest levels are left out here; the rows of a scan have "
        "them.</td></tr>\n",
        counted_words(more, "more finding"));
  return out;
}

Result<void> Report::write(std::string_view summary, const ReportSink& sink) {
  drop_lowest();
  std::ranges::stable_sort(findings_, {}, &Finding::time);
  return fill_page(kReportAssets.page, sink, [&](std::string_view mark) -> std::string {
    if (mark == "style") return std::string(kReportAssets.style);
    if (mark == "script") return std::string(kReportAssets.script);
    if (mark == "style_hash") return std::string(kReportAssets.style_hash);
    if (mark == "script_hash") return std::string(kReportAssets.script_hash);
    if (mark == "table") return table();
    if (mark == "data") return pack(data(summary));
    // Not the name of one: it would stand in the page, where a test finds it.
    if (mark != "points") return "{{" + std::string(mark) + "}}";
    std::string points;
    for (const Clock& one : clocks_)
      points += fmt::format("<script type=\"text/plain\" class=\"points\">{}</script>\n",
                            pack(encode_points(one.clock.points)));
    return points;
  });
}

}  // namespace pidometer
