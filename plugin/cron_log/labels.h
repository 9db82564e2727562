#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Numbers for (user, command) pairs, in the order of first sight. 0 is the empty pair.
class LabelTable {
 public:
  LabelTable();
  std::uint32_t intern(std::string_view username, std::string_view command);
  /// A line of that label has its end (JobLabel::whole).
  void saw_whole(std::uint32_t label) { labels_[label].whole = true; }
  std::vector<JobLabel> take();

 private:
  std::vector<JobLabel> labels_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::string key_;
};

/// Who wrote a line: host, program and form, seldom more than a handful in a file; in journals as
/// many again for each boot.
struct LineSource {
  std::string hostname;
  std::string reporter;
  std::uint8_t dialect = 0;
  std::string boot_id;  ///< of a journal's entries

  friend bool operator==(const LineSource&, const LineSource&) = default;
};

/// Numbers for sources; 0 has neither host nor program. After kMost of them (a hostile log) all
/// others are 0 too.
class SourceTable {
 public:
  static constexpr std::size_t kMost = 65535;
  SourceTable();
  std::uint16_t intern(std::string_view hostname, std::string_view reporter, std::uint8_t dialect,
                       std::string_view boot_id = {});
  const LineSource& operator[](std::size_t index) const { return sources_[index]; }
  std::size_t size() const { return sources_.size(); }

 private:
  std::vector<LineSource> sources_;
  std::unordered_map<std::string, std::uint16_t> index_;
  std::string key_;
};

}  // namespace pidometer
