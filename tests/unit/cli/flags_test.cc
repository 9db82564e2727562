#include "cli/flags.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace pidometer {
namespace {

Result<ParsedArguments> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "pidometer");
  return parse_arguments(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Flags, FillTheOptions) {
  const Result<ParsedArguments> parsed =
      parse({"scan",      "--format",     "text",      "-z",      "America/Chicago",
             "--year",    "2000",         "--pid-max", "32768",   "--min-level",
             "medium",    "--as",         "log",       "-o",      "out",
             "--records", "--partial-ok", "--force",   "--quiet", "--color",
             "never",     "a.E01",        "b.raw"});
  ASSERT_TRUE(parsed) << parsed.error().reason;
  const Options& options = parsed->options;
  EXPECT_EQ(options.command, Command::scan);
  EXPECT_EQ(options.inputs, (std::vector<std::string>{"a.E01", "b.raw"}));
  EXPECT_EQ(options.format, RowFormat::text);
  EXPECT_EQ(options.timezone, "America/Chicago");
  EXPECT_EQ(options.year, 2000);
  EXPECT_EQ(options.pid_max, 32768U);
  EXPECT_EQ(options.min_level, Level::medium);
  EXPECT_EQ(options.as, InputKind::log);
  EXPECT_EQ(options.output, "out");
  EXPECT_EQ(options.color, ColorMode::never);
  EXPECT_TRUE(options.records && options.partial_ok && options.force && options.quiet);
}

TEST(Flags, RefuseWhatTheyDoNotKnow) {
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"scan"},
                                             {"dig", "x"},
                                             {"scan", "x", "--format", "xml"},
                                             {"scan", "x", "--year", "20"},
                                             {"scan", "x", "--year", "twenty"},
                                             {"scan", "x", "--pid-max", "300"},
                                             {"scan", "x", "--pid-max", "4194305"},
                                             {"scan", "x", "--min-level", "loud"},
                                             {"scan", "x", "--all-logs"},
                                             {"scan", "x", "--bogus"},
                                             {"extract", "x"},
                                             {"extract", "x", "-d", "out", "--records"}}) {
    const Result<ParsedArguments> parsed = parse(arguments);
    EXPECT_FALSE(parsed) << (arguments.empty() ? "" : arguments.back());
    if (!parsed) {
      EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
      EXPECT_NE(parsed.error().help.find("--help"), std::string::npos);
    }
  }
}

TEST(Flags, HelpLeadsWithExamplesAndHasEveryFlag) {
  const Result<ParsedArguments> help = parse({"--help"});
  ASSERT_TRUE(help);
  EXPECT_LT(help->text.find("pidometer scan web01.E01"), help->text.find("Usage:"));
  const Result<ParsedArguments> scan = parse({"scan", "--help"});
  const Result<ParsedArguments> extract = parse({"extract", "--help"});
  ASSERT_TRUE(scan && extract);
  EXPECT_EQ(scan->text.find("Examples:"), 0U);
  for (const Flag& flag : flags()) {
    std::string names(flag.names);
    names.resize(std::min(names.size(), names.find(",!")));  // the help shows the other way apart
    EXPECT_EQ(scan->text.find(names) != std::string::npos, flag.scan) << names;
    EXPECT_EQ(extract->text.find(names) != std::string::npos, flag.extract) << names;
    EXPECT_TRUE(flag.scan || flag.extract) << names;
    EXPECT_FALSE(flag.help.empty()) << names;
    EXPECT_NE(flag.help.back(), '.') << names;
  }
}

}  // namespace
}  // namespace pidometer
