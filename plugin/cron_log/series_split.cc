#include "plugin/cron_log/series_split.h"

#include <algorithm>
#include <map>
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

std::vector<Share> share_records(const AllLogs& read, const HostGroups& hosts) {
  std::vector<Share> shares(hosts.count);
  for (const FileLog& log : read.logs)
    for (std::size_t r = log.begin; r < log.end; ++r) {
      const StoredRecord& record = read.records[r];
      Share& share = shares[hosts.of_source[record.source]];
      if (share.logs.empty() || share.logs.back().place != log.place) {
        share.logs.emplace_back();
        share.logs.back().place = log.place;
        share.logs.back().begin = share.records.size();
        share.logs.back().earliest = share.logs.back().latest = record.time;
      }
      FileLog& part = share.logs.back();
      share.records.push_back(record);
      part.end = share.records.size();
      part.earliest = std::min(part.earliest, record.time);
      part.latest = std::max(part.latest, record.time);
    }
  return shares;
}

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

std::vector<LogSeries> split_series(AllLogs read, const HostGroups& hosts,
                                    const SourceTable& sources,
                                    const std::vector<JobLabel>& labels) {
  std::vector<Share> shares = share_records(read, hosts);
  read.records = {};
  std::vector<bool> has_owner(read.logs.size());
  for (const Share& share : shares)
    for (const FileLog& part : share.logs) has_owner[part.place] = true;
  std::vector<bool> is_owned(read.logs.size());
  Renumbering label_numbers(labels.size());
  Renumbering source_numbers(sources.size());
  std::vector<LogSeries> all;
  for (Share& share : shares) {
    LogSeries series;
    order_records(share.logs, share.records);
    settle_roles(share.records);
    series.records = std::exchange(share.records, {});

    std::vector<std::uint16_t> places;
    for (const FileLog& part : share.logs) places.push_back(part.place);
    // What is nobody's is told of once as well.
    if (all.empty())
      for (std::size_t place = 0; place < has_owner.size(); ++place)
        if (!has_owner[place]) places.push_back(static_cast<std::uint16_t>(place));
    std::sort(places.begin(), places.end());
    for (std::size_t i = 0; i < places.size(); ++i) {
      const FileLog& log = *read.by_path[places[i]];
      series.files.push_back(log.file);
      series.reports.push_back(log.report);
      series.owned.push_back(!is_owned[places[i]]);
      is_owned[places[i]] = true;
      // Nobody knows whose lines are lost: each host may miss one.
      for (UnreadSpan span : log.unread) {
        span.file = static_cast<std::uint16_t>(i);
        series.unread.push_back(span);
      }
    }

    series.labels.emplace_back();
    series.sources.emplace_back();
    std::map<std::string, std::uint64_t> names;
    for (StoredRecord& record : series.records) {
      record.file = static_cast<std::uint16_t>(
          std::lower_bound(places.begin(), places.end(), record.file) - places.begin());
      record.label = label_numbers(
          record.label, [&, old = record.label] { series.labels.push_back(labels[old]); });
      record.source =
          static_cast<std::uint16_t>(source_numbers(record.source, [&, old = record.source] {
            series.sources.push_back(source_row(sources[old], false));
          }));
    }
    std::vector<std::uint64_t> counts(series.sources.size());
    for (const StoredRecord& record : series.records) ++counts[record.source];
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (!series.sources[i].hostname.empty()) names[series.sources[i].hostname] += counts[i];
    std::uint64_t most = 0;
    for (const auto& [name, count] : names)
      if (count > most) {
        most = count;
        series.hostname = name;
      }
    label_numbers.forget();
    source_numbers.forget();
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace

std::vector<LogSeries> make_series(AllLogs read, const SourceTable& sources,
                                   std::vector<JobLabel> labels) {
  const HostGroups hosts = group_by_host(read.logs, sources, read.records);
  if (hosts.count > 1) return split_series(std::move(read), hosts, sources, labels);
  std::vector<LogSeries> all;
  all.push_back(whole_series(std::move(read), sources, std::move(labels)));
  return all;
}

}  // namespace pidometer
