#include "plugin/cron_log/time_basis.h"

namespace pidometer {
namespace {

std::string plaso_words(const LogSeriesOptions& options) {
  std::string words =
      "instants as Plaso's rows have them: Plaso found the years, and took the zone from the image "
      "or its user; without one it takes a wall clock for UTC";
  if (options.zone)
    words += "; rows without an offset are reckoned by the days of zone " + options.zone->name();
  return words;
}

}  // namespace

TimeBasis describe_time_basis(const FileLog& log, const YearDecision& years,
                              const LogSeriesOptions& options) {
  const bool needs_zone = !log.runs.empty() || log.has_zoneless;
  TimeBasis basis;
  if (log.form == LogForm::plaso_rows) return {"taken_from_plaso", plaso_words(options)};
  std::string zone;
  if (!needs_zone && log.is_journal) {
    basis.words = "instants of the journal, in microseconds UTC";
  } else if (!needs_zone) {
    basis.words = "each line has its offset from UTC";
  } else if (!options.zone) {
    zone = "zone_assumed_utc";
    basis.words = "no zone is known: UTC by assumption";
  } else if (options.zone_is_users) {
    basis.words = "zone " + options.zone->name() + " as given";
  } else {
    zone = "zone_inferred";
    basis.words = "zone " + options.zone->name();
    if (!options.zone_source.empty()) basis.words += " of " + options.zone_source;
  }

  std::string year;
  switch (years.state) {
    case YearState::none_needed:
      if (needs_zone) basis.words += "; each line has its year";
      break;
    case YearState::given:
      basis.words += "; year as given: " + years.words;
      break;
    case YearState::inferred:
      year = "year_inferred";
      basis.words += "; year inferred: " + years.words;
      break;
    case YearState::assumed:
      year = "year_assumed";
      basis.words += "; " + years.words;
      break;
  }

  if (year.empty() && zone.empty())
    basis.certainty = "exact";
  else if (year == "year_inferred" && zone == "zone_inferred")
    basis.certainty = "year_and_zone_inferred";
  else
    basis.certainty = year.empty() ? zone : zone.empty() ? year : year + "_" + zone;
  return basis;
}

}  // namespace pidometer
