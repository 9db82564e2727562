#include <gtest/gtest.h>

#include <filesystem>

#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_log_file.h"
#include "tests/support/shared_folder.h"

namespace pidometer {
namespace {

using test::MemoryLogFile;
using test::utc;

std::string lines(std::initializer_list<const char*> times) {
  std::string text;
  int pid = 100;
  for (const char* time : times) {
    const std::string number = std::to_string(++pid);
    text += std::string(time) + " web01 CROND[" + number + "]: (root) CMD (/bin/a" + number + ")\n";
  }
  return text;
}

std::vector<Timestamp> times_of(const LogSeries& series) {
  std::vector<Timestamp> result;
  for (const StoredRecord& record : series.records) result.push_back(record.time);
  return result;
}

struct Read {
  LogSeries series;
  std::size_t warnings = 0;
};

Read read(std::vector<const LogFile*> files, const LogSeriesOptions& options = {}) {
  Read got;
  auto all = read_log_series(files, options, [&](Warning) { ++got.warnings; }, {});
  EXPECT_EQ(all.size(), 1U);
  if (!all.empty()) got.series = std::move(all[0]);
  return got;
}

TEST(LogSeriesYears, OneFileBackwardsFromItsTimeStamp) {
  struct Case {
    const char* name;
    std::string text;
    Timestamp modified;
    std::optional<int> year;
    std::vector<Timestamp> want;
    std::size_t warnings;
  };
  const Case cases[] = {
      {"plain",
       lines({"Nov  2 05:50:01"}),
       utc(2026, 11, 2, 5),
       {},
       {utc(2026, 11, 2, 5, 50, 1)},
       0},
      {"26 hours ahead of mtime are this year's",
       lines({"Jan  1 01:59:00"}),
       utc(2025, 12, 31, 0),
       {},
       {utc(2026, 1, 1, 1, 59)},
       0},
      {"more are the year before",
       lines({"Jan  1 02:01:00"}),
       utc(2025, 12, 31, 0),
       {},
       {utc(2025, 1, 1, 2, 1)},
       1},
      {"over New Year",
       lines({"Dec 31 23:59:59", "Jan  1 00:00:01"}),
       utc(2026, 1, 1, 1),
       {},
       {utc(2025, 12, 31, 23, 59, 59), utc(2026, 1, 1, 0, 0, 1)},
       0},
      {"three years",
       lines({"Jun  1 00:00:00", "Jan  1 00:00:00", "Jun  1 00:00:00", "Mar  1 00:00:00"}),
       utc(2026, 3, 2),
       {},
       {utc(2024, 6, 1), utc(2025, 1, 1), utc(2025, 6, 1), utc(2026, 3, 1)},
       0},
      {"a leap second is the next minute",
       lines({"Dec 31 23:59:60"}),
       utc(2026, 1, 1, 1),
       {},
       {utc(2026, 1, 1)},
       0},
      {"a clock set back an hour",
       lines({"Nov  2 05:50:01", "Nov  2 04:50:01"}),
       utc(2026, 11, 3),
       {},
       {utc(2026, 11, 2, 5, 50, 1), utc(2026, 11, 2, 4, 50, 1)},
       0},
      {"a clock set back three weeks",
       lines({"Nov 25 05:00:00", "Nov  2 05:00:00"}),
       utc(2026, 11, 26),
       {},
       {utc(2026, 11, 25, 5), utc(2026, 11, 2, 5)},
       0},
      {"a clock set back over New Year",
       lines({"Jan  1 00:10:00", "Dec 31 23:50:00", "Jan  1 00:20:00"}),
       utc(2026, 1, 1, 1),
       {},
       {utc(2026, 1, 1, 0, 10), utc(2025, 12, 31, 23, 50), utc(2026, 1, 1, 0, 20)},
       0},
      {"a clock that was never set",
       lines({"Nov  1 00:00:00"}) + "Jan  1 00:00:20 web01 crond[90]: (CRON) STARTUP (1.5.7)\n" +
           lines({"Jan  1 00:01:00", "Nov  1 00:05:00", "Nov  2 00:00:00"}),
       utc(2026, 11, 3),
       {},
       {utc(2026, 11, 1), utc(2026, 1, 1, 0, 0, 20), utc(2026, 1, 1, 0, 1), utc(2026, 11, 1, 0, 5),
        utc(2026, 11, 2)},
       0},
      {"a start on New Year",
       lines({"Dec 30 00:00:00"}) + "Jan  1 00:00:20 web01 crond[90]: (CRON) STARTUP (1.5.7)\n" +
           lines({"Jan  1 00:01:00", "Jan  5 00:05:00"}),
       utc(2026, 1, 6),
       {},
       {utc(2025, 12, 30), utc(2026, 1, 1, 0, 0, 20), utc(2026, 1, 1, 0, 1), utc(2026, 1, 5, 0, 5)},
       0},
      {"no start, so a year went by",
       lines({"Nov  1 00:00:00", "Jan  1 00:00:20", "Nov  2 00:00:00"}),
       utc(2026, 11, 3),
       {},
       {utc(2025, 11, 1), utc(2026, 1, 1, 0, 0, 20), utc(2026, 11, 2)},
       0},
      {"the year given wins",
       lines({"Dec 31 00:00:00", "Jan  1 00:00:00"}),
       utc(2026, 11, 3),
       2001,
       {utc(2000, 12, 31), utc(2001, 1, 1)},
       0},
      {"February 29 moves the year back",
       lines({"Feb 29 12:00:00", "Mar  1 12:00:00"}),
       utc(2026, 3, 2),
       {},
       {utc(2024, 2, 29, 12), utc(2024, 3, 1, 12)},
       1},
      {"February 29 the year before",
       lines({"Feb 29 12:00:00", "Dec 31 00:00:00", "Jan  2 00:00:00"}),
       utc(2025, 1, 3),
       {},
       {utc(2024, 2, 29, 12), utc(2024, 12, 31), utc(2025, 1, 2)},
       0},
      {"February 29 in a year given without one",
       lines({"Feb 29 12:00:00"}),
       utc(2026, 3, 2),
       2025,
       {utc(2025, 3, 1, 12)},
       1},
      {"days behind February in a common year",
       lines({"Feb 28 00:00:00", "Mar  1 00:00:00", "Dec 31 00:00:00"}),
       utc(2026, 1, 1),
       {},
       {utc(2025, 2, 28), utc(2025, 3, 1), utc(2025, 12, 31)},
       0},
      {"long silent",
       lines({"Nov  5 05:50:01"}),
       utc(2026, 11, 3),
       {},
       {utc(2025, 11, 5, 5, 50, 1)},
       1},
      {"before a line with its year",
       lines({"Dec 30 00:00:00", "2019-01-02T00:00:00Z"}),
       utc(2026, 11, 3),
       {},
       {utc(2018, 12, 30), utc(2019, 1, 2)},
       0},
  };
  for (const Case& c : cases) {
    const MemoryLogFile file("/var/log/cron", c.text, c.modified);
    LogSeriesOptions options;
    options.year = c.year;
    const Read got = read({&file}, options);
    EXPECT_EQ(times_of(got.series), c.want) << c.name;
    EXPECT_EQ(got.warnings, c.warnings) << c.name;
  }
}

TEST(LogSeriesYears, RotationsHangTogether) {
  // All times stamped by a copy years later: only the live log's stamp, or the year given, helps.
  const MemoryLogFile live("/var/log/cron", lines({"Jan 10 00:00:00", "Jan 12 00:00:00"}),
                           utc(2026, 11, 3));
  const MemoryLogFile first("/var/log/cron.1", lines({"Dec 28 00:00:01", "Jan  3 00:00:01"}),
                            utc(2026, 11, 3));
  const MemoryLogFile second("/var/log/cron.2.gz", lines({"Dec 20 00:00:02", "Dec 27 00:00:02"}),
                             utc(2026, 11, 3));
  const std::vector<Timestamp> want2026 = {utc(2025, 12, 20, 0, 0, 2), utc(2025, 12, 27, 0, 0, 2),
                                           utc(2025, 12, 28, 0, 0, 1), utc(2026, 1, 3, 0, 0, 1),
                                           utc(2026, 1, 10),           utc(2026, 1, 12)};
  EXPECT_EQ(times_of(read({&live, &first, &second}).series), want2026);
  LogSeriesOptions options;
  options.year = 2001;
  std::vector<Timestamp> want2001;
  for (const Timestamp t : want2026) want2001.push_back(t - (utc(2026, 1, 1) - utc(2001, 1, 1)));
  const Read given = read({&live, &first, &second}, options);
  EXPECT_EQ(times_of(given.series), want2001);
  EXPECT_EQ(given.series.reports[0].time_basis.certainty, "zone_assumed_utc");
}

TEST(LogSeriesYears, OtherStampsCountToo) {
  MemoryLogFile packed("/var/log/cron.1.gz", lines({"Nov  5 05:50:01"}), utc(2026, 11, 20));
  packed.packed(utc(2000, 11, 9));
  EXPECT_EQ(times_of(read({&packed}).series), (std::vector<Timestamp>{utc(2000, 11, 5, 5, 50, 1)}));
  const MemoryLogFile named("/var/log/cron-20190210", lines({"Feb  5 05:50:01"}),
                            utc(2026, 11, 20));
  EXPECT_EQ(times_of(read({&named}).series), (std::vector<Timestamp>{utc(2019, 2, 5, 5, 50, 1)}));
  const MemoryLogFile stampless("/var/log/cron", lines({"Feb  5 05:50:01"}));
  const Read got = read({&stampless});
  EXPECT_EQ(got.series.reports[0].time_basis.certainty, "year_assumed_zone_assumed_utc");
  EXPECT_EQ(got.warnings, 1U);
}

/// Of a packed file's two times the one that its last line confirms; the header's if both do.
TEST(LogSeriesYears, AGzipHeaderDoesNotBeatAFileTimeThatFits) {
  struct Case {
    const char* name;
    std::optional<Timestamp> header, modified;
    int year;
    std::size_t warnings;
    const char* basis;  ///< of the year
  };
  const Case cases[] = {
      {"one says the same as the other", utc(2000, 11, 5, 6), utc(2000, 11, 20), 2000, 0,
       "last line 2000-11-05 (host's clock) by gzip header time 2000-11-05 UTC"},
      {"packed anew by an examiner, with the file's time", utc(2026, 10, 9), utc(2000, 11, 5, 6),
       2000, 1,
       "last line 2000-11-05 (host's clock) by modification time 2000-11-05 UTC; the gzip header "
       "time 2026-10-09 UTC "
       "would make it 2025-11-05"},
      {"a copy that lost its time", utc(2000, 11, 5, 6), utc(2026, 11, 6), 2000, 0,
       "last line 2000-11-05 (host's clock) by gzip header time 2000-11-05 UTC; the modification "
       "time 2026-11-06 UTC "
       "would make it 2026-11-05"},
      {"neither fits", utc(2001, 2, 9), utc(2026, 10, 6), 2000, 1,
       "last line 2000-11-05 (host's clock) by gzip header time 2001-02-09 UTC; the modification "
       "time 2026-10-06 UTC "
       "would make it 2025-11-05"},
  };
  for (const Case& c : cases) {
    MemoryLogFile file("/var/log/cron.1.gz", lines({"Nov  5 05:40:01", "Nov  5 05:50:01"}),
                       c.modified);
    file.packed(*c.header);
    const Read got = read({&file});
    EXPECT_EQ(times_of(got.series).back(), utc(c.year, 11, 5, 5, 50, 1)) << c.name;
    EXPECT_EQ(got.warnings, c.warnings) << c.name;
    const std::string& words = got.series.reports[0].time_basis.words;
    EXPECT_TRUE(words.ends_with(c.basis)) << c.name << ": " << words;
  }
}

TEST(LogSeriesYears, CertaintySaysWhatWasInferred) {
  const std::string yearless = lines({"Nov  2 05:50:01"});
  const std::string zoneless = lines({"2026-11-02T05:50:01"});
  const std::string full = lines({"2026-11-02T05:50:01+01:00"});
  struct Case {
    const char* name;
    const std::string& text;
    bool zone, users;
    std::optional<int> year;
    const char* want;
  };
  const Case cases[] = {
      {"full", full, false, false, {}, "exact"},
      {"zoneless", zoneless, false, false, {}, "zone_assumed_utc"},
      {"zoneless, image's zone", zoneless, true, false, {}, "zone_inferred"},
      {"zoneless, user's zone", zoneless, true, true, {}, "exact"},
      {"yearless", yearless, false, false, {}, "year_inferred_zone_assumed_utc"},
      {"yearless, image's zone", yearless, true, false, {}, "year_and_zone_inferred"},
      {"yearless, user's zone", yearless, true, true, {}, "year_inferred"},
      {"yearless, user's zone and year", yearless, true, true, 2026, "exact"},
      {"yearless, user's year", yearless, false, false, 2026, "zone_assumed_utc"},
  };
  for (const Case& c : cases) {
    const MemoryLogFile file("/var/log/cron", c.text, utc(2026, 11, 3));
    LogSeriesOptions options;
    if (c.zone) options.zone = TimeZone::fixed(std::chrono::minutes(60), "+01:00");
    options.zone_is_users = c.users;
    options.zone_source = "/etc/localtime";
    options.year = c.year;
    const Read got = read({&file}, options);
    EXPECT_EQ(got.series.reports[0].time_basis.certainty, c.want) << c.name;
    EXPECT_FALSE(got.series.reports[0].time_basis.words.empty()) << c.name;
    const bool shifted = c.zone || c.text == full;
    EXPECT_EQ(got.series.records[0].time, utc(2026, 11, 2, shifted ? 4 : 5, 50, 1)) << c.name;
    EXPECT_EQ(got.series.records[0].utc_offset_minutes, shifted ? 60 : 0) << c.name;
  }
}

TEST(LogSeriesYears, TheRepeatedHourNeverRunsBackwards) {
  const auto bytes = test::file_text("/usr/share/zoneinfo/Europe/Berlin");
  if (bytes.empty()) GTEST_SKIP() << "no /usr/share/zoneinfo on this machine";
  LogSeriesOptions options;
  options.zone = *TimeZone::from_tzif(std::as_bytes(std::span(bytes)), "Europe/Berlin");
  struct Case {
    const char* name;
    std::string text;
    std::vector<Timestamp> want;
  };
  const Case cases[] = {
      {"every half hour",
       lines({"Oct 25 01:30:01", "Oct 25 02:00:01", "Oct 25 02:30:01", "Oct 25 02:00:01",
              "Oct 25 02:30:01", "Oct 25 03:00:01"}),
       {utc(2026, 10, 24, 23, 30, 1), utc(2026, 10, 25, 0, 0, 1), utc(2026, 10, 25, 0, 30, 1),
        utc(2026, 10, 25, 1, 0, 1), utc(2026, 10, 25, 1, 30, 1), utc(2026, 10, 25, 2, 0, 1)}},
      {"a second of disorder is no hour",
       lines({"Oct 25 02:10:02", "Oct 25 02:10:01", "Oct 25 02:20:01"}),
       {utc(2026, 10, 25, 0, 10, 2), utc(2026, 10, 25, 0, 10, 1), utc(2026, 10, 25, 0, 20, 1)}},
      {"the same hourly job twice",
       "Oct 25 02:01:01 web01 CROND[100]: (root) CMD (/h)\nOct 25 02:01:01 web01 CROND[400]: "
       "(root) CMD (/h)\n",
       {utc(2026, 10, 25, 0, 1, 1), utc(2026, 10, 25, 1, 1, 1)}},
      {"two lines of one job in one tick",
       "Oct 25 02:01:01 web01 CROND[100]: (root) CMD (/h)\nOct 25 02:01:01 web01 CROND[102]: "
       "(root) CMD (/h)\n",
       {utc(2026, 10, 25, 0, 1, 1), utc(2026, 10, 25, 0, 1, 1)}},
      {"spring",
       lines({"Mar 29 01:59:59", "Mar 29 03:00:01"}),
       {utc(2026, 3, 29, 0, 59, 59), utc(2026, 3, 29, 1, 0, 1)}},
  };
  for (const Case& c : cases) {
    const MemoryLogFile file("/var/log/cron", c.text, c.want.back());
    const Read got = read({&file}, options);
    EXPECT_EQ(times_of(got.series), c.want) << c.name;
    EXPECT_EQ(got.warnings, 0U) << c.name;
  }
  const MemoryLogFile gap("/var/log/cron", lines({"Mar 29 02:30:00"}), utc(2026, 3, 29, 2));
  const Read got = read({&gap}, options);
  EXPECT_EQ(times_of(got.series), (std::vector<Timestamp>{utc(2026, 3, 29, 1, 30)}));
  EXPECT_EQ(got.warnings, 1U);
}

}  // namespace
}  // namespace pidometer
