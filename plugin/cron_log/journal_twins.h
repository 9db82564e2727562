#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// The records of a folder's journals, to be asked for the one that a text log's record is a copy
/// of: same PID, event, label, program and host (up to the first dot), and less than two seconds
/// apart, as daemons write seconds of their own, or half a minute.
class JournalTwins {
 public:
  /// PID, label, event and who wrote it.
  struct Key {
    std::uint64_t pid_and_label = 0;
    std::uint64_t event_and_program = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Twin {
    Timestamp time;
    std::uint32_t record = 0;  ///< index into the records
    std::uint32_t taken = 0;   ///< the round in which a text record had it; 0: none
  };

  /// Keeps none of the three, but the places of the records and the numbers of the sources: neither
  /// may change while it is asked. An entry that stands in two journal files is there once.
  JournalTwins(std::span<const FileLog> logs, const SourceTable& sources,
               const std::vector<StoredRecord>& records);

  bool empty() const { return twins_.empty(); }
  Timestamp first() const { return twins_.front().time; }
  Timestamp last() const { return twins_.back().time; }
  /// All of them, in order of time.
  std::span<const Twin> all() const { return twins_; }

  Key key_of(const StoredRecord& record) const;

  /// The host of a record, as a number: that which the journals name most in its boot, or which it
  /// names itself. A host is `localhost` until the network has told it its name.
  std::uint32_t host_of(const StoredRecord& record) const { return hosts_[record.source]; }
  /// Places in all() of the records of that host, in order of time.
  std::span<const std::uint32_t> places_of_host(std::uint32_t host) const {
    return places_by_host_[host];
  }
  /// The number of the host of that name, whatever its domain; nothing where the journals name none
  /// such.
  std::optional<std::uint32_t> host_named(std::string_view name) const;
  std::size_t hosts() const { return places_by_host_.size(); }

  /// The number of a round in which no record is taken yet. One round at a time: a twin remembers
  /// the last one alone.
  std::uint32_t new_round() { return ++rounds_; }

  /// Takes the first twin of the record, `shift` later, that no other one of that round took: its
  /// place in all(). One that was told half a minute before the text log's line, where there is no
  /// other: a daemon may write the time at which it got it.
  std::optional<std::uint32_t> take(const StoredRecord& record, std::chrono::minutes shift,
                                    std::uint32_t round);

  /// Whether the record, `shift` later, has a twin.
  bool holds(const StoredRecord& record, std::chrono::minutes shift) const;

  /// Places in all() of the records of that key, in order of time.
  std::span<const std::uint32_t> places_of(const Key& key) const;

  /// What is to be added to the time of a text record to get that of the nearest record of its key,
  /// in steps of 15 minutes. Nothing where none is a whole number of steps away, 26 hours at most:
  /// from UTC-12 to UTC+14.
  std::optional<std::int64_t> steps_to_nearest(const StoredRecord& record) const;
  /// Takes the record of its key that is so far away, where no other one of that round took it:
  /// whether there is one.
  bool take_misdated(const StoredRecord& record, std::uint32_t round);
  static constexpr std::chrono::minutes kZoneStep{15};

 private:
  void find_hosts(std::span<const FileLog> logs, const SourceTable& sources,
                  const std::vector<StoredRecord>& records);

  using Range =
      std::pair<std::span<const std::uint32_t>::iterator, std::span<const std::uint32_t>::iterator>;
  struct Distant {
    std::int64_t steps = 0;
    std::uint32_t place = 0;
  };
  std::optional<Distant> nearest(const StoredRecord& record, std::uint32_t round) const;
  Range near(std::span<const std::uint32_t> places, Timestamp time,
             std::chrono::microseconds before) const;

  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  std::vector<std::uint32_t> programs_;  ///< of each source: host and program
  std::vector<std::uint32_t> hosts_;     ///< of each source
  std::map<std::string, std::uint32_t> host_names_;
  std::vector<std::vector<std::uint32_t>> places_by_host_;
  std::vector<Twin> twins_;
  std::uint32_t rounds_ = 0;
  std::unordered_map<Key, std::vector<std::uint32_t>, KeyHash> by_key_;
};

}  // namespace pidometer
