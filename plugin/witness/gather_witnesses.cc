#include "plugin/witness/gather_witnesses.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "plugin/cron_log/year_resolver.h"
#include "plugin/cron_log/zone_clock.h"
#include "plugin/witness/witness_file.h"
#include "plugin/witness/witness_sources.h"
#include "plugin/witness/witness_years.h"

namespace pidometer {
namespace {

/// A tree of a thousand PID files and rotations is large; a folder of more is made up.
constexpr std::size_t kMostFiles = 5000;

/// Reasons of one file are a handful, by construction.
constexpr const char* kDamagedReason = "damaged in the evidence";

/// Of a text so much is compared: daemons cut long ones.
constexpr std::size_t kMostCompared = 512;
/// Of journals' lines so many are remembered, 32 MiB; behind them a line may be told of twice.
constexpr std::size_t kMostTold = 500'000;

struct WitnessFile {
  const LogFile* file = nullptr;
  const WitnessSource* source = nullptr;
  WitnessReport report;
  std::vector<WitnessYears::From> years;
  bool useless = false;
};

std::string_view first_label(std::string_view hostname) {
  return hostname.substr(0, hostname.find('.'));
}

/// Turns a file's undated times into instants, line by line.
class LineDater {
 public:
  LineDater(const TimeZone& zone, const std::vector<WitnessYears::From>& years)
      : clock_(zone), years_(years) {}

  std::optional<Timestamp> date(const WitnessLine& line, std::uint32_t number) {
    std::int64_t micros = line.time.micros;
    if (line.time.utc_offset_minutes <= kZoneless) {
      if (line.time.utc_offset_minutes == kYearless) {
        while (at_ + 1 < years_.size() && years_[at_ + 1].line <= number) ++at_;
        if (years_.empty()) return std::nullopt;
        micros = local_micros(micros, years_[at_].year);
      }
      micros = clock_.date(micros, StoredRecord()).micros;
    } else {
      clock_.see(micros);
    }
    return Timestamp(std::chrono::microseconds(micros));
  }

 private:
  ZoneClock clock_;
  const std::vector<WitnessYears::From>& years_;
  std::size_t at_ = 0;
};

class Gathering {
 public:
  Gathering(const WitnessOptions& options, const WarningSink& warn, const ReadMonitor& monitor)
      : options_(options), warn_(warn), monitor_(monitor) {}

  void choose(std::span<const LogFile* const> files) {
    std::size_t looked = 0;
    for (const LogFile* file : files) {
      const WitnessSource* source = witness_source_of(file->entry().path);
      if (source == nullptr) continue;
      if (source->by_content && (++looked > kMostFiles || !is_journal_text(*file))) continue;
      WitnessFile one;
      one.file = file;
      one.source = source;
      one.report.filename = file->entry().path;
      one.report.source = source->name;
      files_.push_back(std::move(one));
    }
    std::stable_sort(files_.begin(), files_.end(), [](const WitnessFile& a, const WitnessFile& b) {
      // What stands in a journal and in a text log is told of once: the journal has better times.
      return std::pair(!is_journal(a), a.report.filename) <
             std::pair(!is_journal(b), b.report.filename);
    });
    if (files_.size() <= kMostFiles) return;
    tell(files_[kMostFiles],
         "more than " + std::to_string(kMostFiles) +
             " files beside the log; this one and those behind it are left out");
    files_.resize(kMostFiles);
  }

  void find_years() {
    WitnessYears years;
    std::vector<WitnessFile*> looked;
    for (WitnessFile& one : files_) {
      if (stopped_) return;
      if (one.source->form != WitnessForm::lines || one.source->times == WitnessTimes::epoch)
        continue;
      looked.push_back(&one);
      years.begin_file(*one.file);
      read_witness_file(*one.file, *one.source, monitor(), [&](const PlacedLine& placed) {
        if (placed.damaged || placed.line.kind != WitnessLine::Kind::line) return true;
        one.useless = !years.add(placed.number, placed.line.time);
        return !one.useless;
      });
      years.end_file();
    }
    std::vector<std::vector<WitnessYears::From>> found = years.resolve(options_.year);
    for (std::size_t i = 0; i < looked.size(); ++i) looked[i]->years = std::move(found[i]);
  }

  void match(WitnessMatcher& matcher) {
    for (std::uint32_t number = 0; number < files_.size(); ++number)
      if (!stopped_) match_file(number, matcher);
  }

  std::vector<WindowWitnesses> tell_texts(std::vector<WitnessMatcher::Found> found,
                                          const std::vector<WitnessWindow>& windows) {
    std::vector<WindowWitnesses> out(found.size());
    /// Where a text goes, by file and offset.
    std::map<std::uint32_t,
             std::vector<std::pair<std::uint64_t, std::pair<std::size_t, std::size_t>>>>
        wanted;
    for (std::size_t w = 0; w < found.size(); ++w) {
      out[w].total = found[w].total;
      const Narrowing narrowed = narrow(windows[w], found[w].sightings);
      out[w].narrowed_start = narrowed.start;
      out[w].narrowed_end = narrowed.end;
      for (const WindowSighting& one : found[w].sightings) {
        Witness witness;
        witness.time = one.seen.time;
        witness.filename = files_[one.seen.file].report.filename;
        witness.line = one.seen.line;
        witness.pid = one.seen.pid;
        witness.relation =
            one.born ? WitnessRelation::born_in_window : WitnessRelation::seen_in_window;
        wanted[one.seen.file].push_back({one.seen.offset, {w, out[w].witnesses.size()}});
        out[w].witnesses.push_back(std::move(witness));
      }
    }
    for (auto& [number, places] : wanted) {
      std::sort(places.begin(), places.end());
      std::vector<std::uint64_t> offsets;
      for (const auto& [offset, place] : places)
        if (offsets.empty() || offsets.back() != offset) offsets.push_back(offset);
      const WitnessFile& one = files_[number];
      const auto texts = fetch_witness_texts(*one.file, *one.source, offsets);
      std::size_t at = 0;
      for (const auto& [offset, place] : places) {
        while (offsets[at] != offset) ++at;
        out[place.first].witnesses[place.second].text =
            texts[at] ? *texts[at] : "(cannot be read again: " + texts[at].error().message + ")";
      }
    }
    return out;
  }

  std::vector<WitnessReport> reports() {
    std::vector<WitnessReport> reports;
    for (WitnessFile& one : files_) reports.push_back(std::move(one.report));
    std::stable_sort(
        reports.begin(), reports.end(),
        [](const WitnessReport& a, const WitnessReport& b) { return a.filename < b.filename; });
    return reports;
  }

 private:
  ReadMonitor monitor() {
    return [this](std::uint64_t bytes) {
      stopped_ = stopped_ || !monitor_(bytes);
      return !stopped_;
    };
  }

  void tell(const WitnessFile& one, std::string message,
            const std::optional<ByteRange>& range = std::nullopt) {
    Warning warning;
    warning.kind = WarningKind::damaged_log;
    warning.path = one.report.filename;
    warning.message = std::move(message) + "; the findings do not depend on it";
    warning.range = range;
    warn_(std::move(warning));
  }

  /// Whether a time can be laid beside the cron log's: of two clocks only one of which is known
  /// nothing can be said.
  bool comparable(const UndatedTime& time) const {
    if (options_.zone_known) return true;
    return (time.utc_offset_minutes > kZoneless) == options_.log_has_offsets;
  }

  bool is_hosts(std::string_view hostname) const {
    if (hostname.empty()) return !options_.several_hosts;
    return options_.hostnames.empty() || hostname == "localhost" ||
           options_.hostnames.contains(first_label(hostname));
  }

  static bool is_journal(const WitnessFile& one) { return one.source->name == kJournalSource; }

  /// False where a journal has told the same: a process's words, at most two seconds apart, as two
  /// daemons' clocks cut them.
  bool tells_anew(WitnessFile& one, Timestamp time, const PlacedLine& placed) {
    const WitnessLine& line = placed.line;
    std::string_view text = line.text.substr(0, kMostCompared);
    while (text.ends_with(' ')) text.remove_suffix(1);
    const auto second = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    const std::size_t words = std::hash<std::string_view>()(text);
    if (is_journal(one)) {
      if (told_.size() + telling_.size() < kMostTold)
        telling_.push_back(
            {{second, line.pid, words}, {placed.offset, placed.offset + placed.length}});
      return true;
    }
    if (line.text.empty() || told_.empty()) return true;
    for (std::int64_t near = second - 2; near <= second + 2; ++near)
      if (told_.contains({near, line.pid, words})) {
        ++one.report.not_taken["stands in a journal too"];
        return false;
      }
    return true;
  }

  /// What a journal told from whole bytes; what was taken back a text log may tell.
  void keep_told(const std::vector<DamagedRange>& damage) {
    for (const auto& telling : telling_) {
      const ByteRange& where = telling.second;
      const auto damaged = std::ranges::partition_point(
          damage, [&](const DamagedRange& d) { return d.range.end <= where.begin; });
      if (damaged == damage.end() || damaged->range.begin >= where.end) told_.insert(telling.first);
    }
    telling_.clear();
  }

  void match_file(std::uint32_t number, WitnessMatcher& matcher) {
    WitnessFile& one = files_[number];
    WitnessReport& report = one.report;
    if (one.useless) {
      report.not_used = "its lines are in no order of time";
      return;
    }
    LineDater dater(options_.zone, one.years);
    std::uint64_t not_comparable = 0;
    const auto leave_out = [&](const char* reason) { ++report.not_taken[reason]; };
    const WitnessFileEnd end =
        read_witness_file(*one.file, *one.source, monitor(), [&](const PlacedLine& placed) {
          ++report.lines;
          const WitnessLine& line = placed.line;
          if (placed.damaged) {
            leave_out(kDamagedReason);
            return true;
          }
          if (line.kind != WitnessLine::Kind::line) {
            leave_out(line.reason);
            return true;
          }
          if (!is_hosts(line.hostname)) {
            leave_out("of another host");
            return true;
          }
          if (!comparable(line.time)) {
            ++not_comparable;
            leave_out("the zone of the log is not known");
            return true;
          }
          const auto time = dater.date(line, placed.number);
          if (!time) {
            leave_out("its year is not known");
            return true;
          }
          ++report.dated;
          if (line.pid != 0) ++report.with_pid;
          if (matcher.add({*time, placed.offset, placed.length, placed.number, number, line.pid,
                           line.age, line.explains},
                          [&] { return tells_anew(one, *time, placed); }))
            ++report.matched;
          return true;
        });
    matcher.drop(number, end.damage);
    keep_told(end.damage);
    if (report.dated == 0 && not_comparable > 0)
      report.not_used =
          "the zone of the cron log is not known, and these times cannot be laid beside it: give "
          "--timezone";
    if (!end.broken.empty()) {
      if (report.lines == 0) report.not_used = end.broken;
      tell(one, "cannot be read as a witness: " + end.broken);
    }
    if (!end.damage.empty())
      tell(one,
           "bytes of this witness are damaged in the evidence (" + end.damage.front().reason + ")",
           end.damage.front().range);
  }

  const WitnessOptions& options_;
  const WarningSink& warn_;
  const ReadMonitor& monitor_;
  std::vector<WitnessFile> files_;
  /// What journals told within windows: second, PID, words. Where two texts have one hash a text
  /// log's line of that PID and second is taken for the journal's, which stands there.
  using Told = std::tuple<std::int64_t, Pid, std::size_t>;
  std::set<Told> told_;
  std::vector<std::pair<Told, ByteRange>> telling_;  ///< by the journal at hand
  bool stopped_ = false;
};

}  // namespace

GatheredWitnesses gather_witnesses(std::span<const LogFile* const> files, const PidClock& clock,
                                   std::vector<WitnessWindow> windows,
                                   const WitnessOptions& options, const WarningSink& warn,
                                   const ReadMonitor& monitor) {
  GatheredWitnesses gathered;
  Gathering gathering(options, warn, monitor);
  gathering.choose(files);
  if (!windows.empty()) {
    gathering.find_years();
    WitnessMatcher matcher(clock, windows, options.in_pieces);
    gathering.match(matcher);
    gathered.windows = gathering.tell_texts(matcher.take(), windows);
  }
  gathered.reports = gathering.reports();
  return gathered;
}

}  // namespace pidometer
