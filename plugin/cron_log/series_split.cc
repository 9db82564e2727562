#include "plugin/cron_log/series_split.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/host_groups.h"
#include "plugin/cron_log/role_settler.h"
#include "plugin/cron_log/series_order.h"

namespace pidometer {
namespace {

RecordSource source_row(const LineSource& source, bool is_empty) {
  return {source.hostname, source.reporter,
          is_empty ? std::string_view() : dialects()[source.dialect].name, source.boot_id};
}

/// The one host's series: takes everything.
LogSeries whole_series(AllLogs read, const SourceTable& sources, std::vector<JobLabel> labels) {
  LogSeries series;
  for (std::size_t i = 0; i < sources.size(); ++i)
    series.sources.push_back(source_row(sources[i], i == 0));
  FileLog all;
  for (const FileLog& log : read.logs)
    for (const auto& [source, count] : log.source_counts) all.source_counts[source] += count;
  series.hostname = main_hostname(all, sources);
  order_records(read.logs, read.records);
  settle_roles(read.records);
  series.records = std::move(read.records);
  series.labels = std::move(labels);
  // The reports are sorted by path; date_records() gave the records their places.
  std::sort(read.logs.begin(), read.logs.end(),
            [](const FileLog& a, const FileLog& b) { return a.place < b.place; });
  for (FileLog& log : read.logs) {
    series.files.push_back(log.file);
    series.reports.push_back(std::move(log.report));
    series.unread.insert(series.unread.end(), log.unread.begin(), log.unread.end());
  }
  series.owned.assign(series.reports.size(), true);
  return series;
}

/// One host's share of the records, and where they lie in it.
struct Share {
  std::vector<FileLog> logs;  ///< place, begin, end, earliest and latest alone are set
  std::vector<StoredRecord> records;
};

/// Deals the records out to their hosts. Four bytes a record: what is dealt is their indices.
class Shares {
 public:
  Shares(const AllLogs& read, const HostGroups& hosts) : read_(read), starts_(hosts.count + 1) {
    const auto host = [&](const StoredRecord& record) {
      return std::size_t{hosts.of_source[record.source]};
    };
    for (const StoredRecord& record : read.records) ++starts_[host(record) + 1];
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    indices_.resize(read.records.size());
    std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
    for (std::size_t r = 0; r < read.records.size(); ++r)
      indices_[next[host(read.records[r])]++] = static_cast<std::uint32_t>(r);
  }

  std::span<const std::uint32_t> indices(std::size_t host) const {
    return std::span(indices_).subspan(starts_[host], starts_[host + 1] - starts_[host]);
  }

  Share share(std::size_t host) const {
    Share share;
    share.records.reserve(indices(host).size());
    auto log = read_.logs.begin();
    for (const std::uint32_t r : indices(host)) {
      const StoredRecord& record = read_.records[r];
      while (r >= log->end) ++log;
      if (share.logs.empty() || share.logs.back().place != log->place) {
        share.logs.emplace_back();
        share.logs.back().place = log->place;
        share.logs.back().begin = share.records.size();
        share.logs.back().earliest = share.logs.back().latest = record.time;
      }
      FileLog& part = share.logs.back();
      share.records.push_back(record);
      part.end = share.records.size();
      part.earliest = std::min(part.earliest, record.time);
      part.latest = std::max(part.latest, record.time);
    }
    return share;
  }

 private:
  const AllLogs& read_;
  std::vector<std::size_t> starts_;  ///< of each host's indices
  std::vector<std::uint32_t> indices_;
};

/// Gives numbers anew, from 1 in the order of first sight, so that a series holds its own alone: a
/// log server has hundreds of hosts.
class Renumbering {
 public:
  explicit Renumbering(std::size_t size) : number_(size) {}
  /// The new number of `old`; `met` is called when it is given.
  template <typename Met>
  std::uint32_t operator()(std::uint32_t old, const Met& met) {
    if (old == 0) return 0;
    if (number_[old] == 0) {
      olds_.push_back(old);
      number_[old] = static_cast<std::uint32_t>(olds_.size());
      met();
    }
    return number_[old];
  }
  void forget() {
    for (const std::uint32_t old : olds_) number_[old] = 0;
    olds_.clear();
  }

 private:
  std::vector<std::uint32_t> number_;
  std::vector<std::uint32_t> olds_;
};

/// Series of several hosts.
class SeriesSplit {
 public:
  SeriesSplit(const AllLogs& read, const HostGroups& hosts, const SourceTable& sources,
              const std::vector<JobLabel>& labels)
      : read_(read),
        sources_(sources),
        labels_(labels),
        shares_(read, hosts),
        is_owned_(read.logs.size()),
        label_numbers_(labels.size()),
        source_numbers_(sources.size()) {}

  LogSeries series(std::size_t host) {
    LogSeries series;
    Share share = shares_.share(host);
    order_records(share.logs, share.records);
    settle_roles(share.records);
    series.records = std::move(share.records);
    std::vector<std::uint16_t> places;
    for (const FileLog& part : share.logs) places.push_back(part.place);
    if (host == 0) add_nobodys(places);
    std::sort(places.begin(), places.end());
    add_files(places, series);
    renumber(places, series);
    name(series);
    return series;
  }

 private:
  /// What is nobody's is told of once as well.
  void add_nobodys(std::vector<std::uint16_t>& places) const {
    for (const FileLog& log : read_.logs)
      if (log.begin == log.end) places.push_back(log.place);
  }

  void add_files(const std::vector<std::uint16_t>& places, LogSeries& series) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const FileLog& log = *read_.by_path[places[i]];
      series.files.push_back(log.file);
      series.reports.push_back(log.report);
      series.owned.push_back(!is_owned_[places[i]]);
      is_owned_[places[i]] = true;
      // Nobody knows whose lines are lost: each host may miss one.
      for (UnreadSpan span : log.unread) {
        span.file = static_cast<std::uint16_t>(i);
        series.unread.push_back(span);
      }
    }
  }

  void renumber(const std::vector<std::uint16_t>& places, LogSeries& series) {
    series.labels.emplace_back();
    series.sources.emplace_back();
    for (StoredRecord& record : series.records) {
      record.file = static_cast<std::uint16_t>(
          std::lower_bound(places.begin(), places.end(), record.file) - places.begin());
      record.label = label_numbers_(
          record.label, [&, old = record.label] { series.labels.push_back(labels_[old]); });
      record.source =
          static_cast<std::uint16_t>(source_numbers_(record.source, [&, old = record.source] {
            series.sources.push_back(source_row(sources_[old], false));
          }));
    }
    label_numbers_.forget();
    source_numbers_.forget();
  }

  static void name(LogSeries& series) {
    std::vector<std::uint64_t> counts(series.sources.size());
    for (const StoredRecord& record : series.records) ++counts[record.source];
    std::map<std::string, std::uint64_t> names;
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (!series.sources[i].hostname.empty()) names[series.sources[i].hostname] += counts[i];
    std::uint64_t most = 0;
    for (const auto& [name, count] : names)
      if (count > most) {
        most = count;
        series.hostname = name;
      }
  }

  const AllLogs& read_;
  const SourceTable& sources_;
  const std::vector<JobLabel>& labels_;
  Shares shares_;
  std::vector<bool> is_owned_;
  Renumbering label_numbers_;
  Renumbering source_numbers_;
};

}  // namespace

void make_series(AllLogs read, const SourceTable& sources, std::vector<JobLabel> labels,
                 const SeriesSink& take) {
  const HostGroups hosts = group_by_host(read.logs, sources, read.records);
  if (hosts.count <= 1) {
    take(whole_series(std::move(read), sources, std::move(labels)), false);
    return;
  }
  SeriesSplit split(read, hosts, sources, labels);
  for (std::size_t host = 0; host < hosts.count; ++host)
    if (!take(split.series(host), true)) return;
}

}  // namespace pidometer
