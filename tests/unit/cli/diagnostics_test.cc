#include "cli/diagnostics.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <string>

namespace pidometer {
namespace {

/// What `say` makes the diagnostics print.
std::string printed(bool color, bool quiet, const std::function<void(Diagnostics&)>& say) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  {
    Diagnostics diagnostics(stream, color, quiet, false);
    say(diagnostics);
  }
  std::fclose(stream);
  std::string result(text, size);
  std::free(text);
  return result;
}

TEST(Diagnostics, SaysErrorReasonAndHelp) {
  const auto say = [](Diagnostics& d) {
    d.error(Error{ErrorKind::unreadable, "cannot read web01.E01", "segment 2 is missing",
                  "give all segments"});
  };
  const char* want =
      "error: cannot read web01.E01\n"
      "reason: segment 2 is missing\n"
      "help: give all segments\n";
  EXPECT_EQ(printed(false, false, say), want);
  EXPECT_EQ(printed(false, true, say), want);  // --quiet leaves errors
  EXPECT_EQ(printed(true, false,
                    [](Diagnostics& d) {
                      d.error(Error{{}, "x", {}, {}});
                    }),
            "\x1b[31merror:\x1b[0m x\n");
}

TEST(Diagnostics, NamesThePlaceOfAWarning) {
  Warning warning{WarningKind::damaged_log, "E01 chunk checksum", "a.E01", "p2",
                  "/var/log/cron",          ByteRange{512, 1024}, 0};
  EXPECT_EQ(printed(false, false, [&](Diagnostics& d) { d.warning(warning); }),
            "warning: a.E01: p2: /var/log/cron: bytes 512 to 1024: E01 chunk checksum\n");
  warning.range->end = kUnknownEnd;
  EXPECT_EQ(printed(false, false, [&](Diagnostics& d) { d.warning(warning); }),
            "warning: a.E01: p2: /var/log/cron: from byte 512: E01 chunk checksum\n");
  EXPECT_EQ(printed(false, true, [&](Diagnostics& d) { d.warning(warning); }), "");
}

TEST(Diagnostics, CountsTheWarningsThatItDoesNotPrint) {
  const std::string text = printed(false, false, [](Diagnostics& d) {
    for (std::size_t i = 0; i < Diagnostics::kPrintedPerKind + 3; ++i)
      d.warning(Warning{WarningKind::unparsed_line, "no dialect", {}, {}, "cron", {}, 7});
    d.finish_warnings();
    EXPECT_EQ(d.warnings(), Diagnostics::kPrintedPerKind + 3);
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'),
            static_cast<std::ptrdiff_t>(Diagnostics::kPrintedPerKind + 1));
  EXPECT_NE(text.find("warning: 3 more of kind unparsed_line; --summary FILE lists them\n"),
            std::string::npos);
}

TEST(Diagnostics, NamesTheSummaryOfAnotherCommandWhereThisOneHasNone) {
  const std::string text = printed(false, false, [](Diagnostics& d) {
    for (std::size_t i = 0; i < Diagnostics::kPrintedPerKind + 1; ++i)
      d.warning(Warning{WarningKind::unparsed_line, "no dialect", {}, {}, "cron", {}, 7});
    d.finish_warnings(false);
  });
  EXPECT_NE(text.find("1 more of kind unparsed_line; a scan with --summary FILE lists them\n"),
            std::string::npos);
}

TEST(Diagnostics, LetsNoEvidenceCommandTheTerminal) {
  EXPECT_EQ(printed(false, false, [](Diagnostics& d) { d.note("a\x1b[2Jb"); }), "a\\x1b[2Jb\n");
}

}  // namespace
}  // namespace pidometer
