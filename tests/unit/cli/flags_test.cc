#include "cli/flags.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "cli/arguments.h"
#include "cli/terminal.h"

namespace pidometer {
namespace {

Result<ParsedArguments> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "pidometer");
  return parse_arguments(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Flags, TheHelpHasTheUsualStepLimit) {
  const auto one = std::ranges::find(flags(), std::string_view("--step-limit"), &Flag::names);
  ASSERT_NE(one, flags().end());
  EXPECT_NE(one->help.find("(default " + std::to_string(kUsualStepLimit) + ";"),
            std::string_view::npos);
  EXPECT_EQ(Options{}.step_limit, kUsualStepLimit);
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
  EXPECT_EQ(options.format->name, "text");
  EXPECT_EQ(options.timezone, "America/Chicago");
  EXPECT_EQ(options.year, 2000);
  EXPECT_EQ(options.pid_max, 32768U);
  EXPECT_EQ(options.min_level, Level::medium);
  EXPECT_EQ(options.as, InputKind::log);
  EXPECT_EQ(options.output, "out");
  EXPECT_EQ(options.color, ColorMode::never);
  EXPECT_TRUE(options.records && options.partial_ok && options.force && options.quiet);
}

/// Names of files are taken as they are: brackets, braces and commas are no notation of lists.
TEST(Flags, TakeTheNamesOfInputsAsTheyAre) {
  const std::vector<std::string> names = {"[a]",   "[a,b]", "{}",   "{a,b}",   "[]",     "[",
                                          "a,b",   "%%",    "[a]b", "a b",     "report", "scan",
                                          "merge", "=",     "a=",   "\"[a]\"", "'a'",    "-"};
  for (const char* command : {"scan", "merge"})
    for (const bool after_dashes : {false, true}) {
      std::vector<const char*> arguments = {command};
      if (after_dashes) arguments.push_back("--");
      for (const std::string& name : names) arguments.push_back(name.c_str());
      const Result<ParsedArguments> parsed = parse(arguments);
      ASSERT_TRUE(parsed) << parsed.error().reason;
      EXPECT_EQ(parsed->options.inputs, names) << command << after_dashes;
      EXPECT_EQ(parsed->options.command,
                std::string_view(command) == "scan" ? Command::scan : Command::merge);
    }
  for (const std::string& name : names) {
    const std::string root = "--root=" + name;
    const Result<ParsedArguments> parsed =
        parse({"scan", root.c_str(), "--root", name.c_str(), "-o", name.c_str(), "x"});
    ASSERT_TRUE(parsed) << name << parsed.error().reason;
    EXPECT_EQ(parsed->options.roots, (std::vector<std::string>{name, name}));
    EXPECT_EQ(parsed->options.output, name);
    EXPECT_EQ(parsed->options.inputs, std::vector<std::string>{"x"}) << "one DIR to a --root";
  }
  const Result<ParsedArguments> explained = parse({"explain", "[0123]", "[x]", "a"});
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->options.explain, "[0123]");
  EXPECT_EQ(explained->options.inputs, (std::vector<std::string>{"[x]", "a"}));
}

TEST(Flags, EveryFormOfRowsCanBeAskedFor) {
  for (const RowFormat& format : row_formats()) {
    const Result<ParsedArguments> parsed = parse({"scan", "x", "-f", format.name.data()});
    ASSERT_TRUE(parsed) << format.name;
    EXPECT_EQ(parsed->options.format->name, format.name);
    EXPECT_NE(parse({"scan", "--help"})->text.find(std::string(format.help)), std::string::npos);
  }
  EXPECT_EQ(parse({"scan", "x"})->options.format->name, "jsonl");
  EXPECT_EQ(parse({"explain", "0123456789abcdef", "x"})->options.format->name, "text");
  EXPECT_EQ(parse({"explain", "0123456789abcdef", "x", "-f", "csv"})->options.format->name, "csv");
}

TEST(Flags, NoCommandHasOneTwice) {
  for (const Flag& flag : flags()) {
    for (const Flag& other : flags()) {
      const bool twice =
          &flag != &other && flag.names == other.names && (flag.commands & other.commands) != 0;
      EXPECT_FALSE(twice) << flag.names;
    }
  }
}

TEST(Flags, TheirWordsAreTaken) {
  for (const Flag& flag : flags()) {
    if (flag.words == nullptr) continue;
    const std::string name(flag.names.substr(flag.names.find("--")));
    for (const std::string_view word : flag.words())
      for (const CommandEntry& command : commands()) {
        if ((flag.commands & command.bit) == 0) continue;
        std::vector<std::string> arguments = {command.name, "0123456789abcdef", "x", name,
                                              std::string(word)};
        if (command.bit == in_when) arguments.insert(arguments.end(), {"--pid", "1"});
        if (command.bit == in_extract) arguments.insert(arguments.end(), {"-d", "x"});
        std::vector<const char*> given;
        for (const std::string& argument : arguments) given.push_back(argument.c_str());
        const Result<ParsedArguments> parsed = parse(given);
        EXPECT_TRUE(parsed) << command.name << " " << name << " " << word << ": "
                            << (parsed ? "" : parsed.error().reason);
      }
  }
}

/// A person's screen is no place for JSON; whoever asks for rows gets them.
TEST(Flags, DecideWhetherATerminalGetsTheSummary) {
  for (const auto& [arguments, on_terminal, elsewhere] :
       std::vector<std::tuple<std::vector<const char*>, bool, bool>>{
           {{"scan", "x"}, true, false},
           {{"scan", "x", "-f", "summary"}, true, true},
           {{"scan", "x", "-f", "summary", "-o", "y"}, true, true},
           {{"scan", "x", "-f", "jsonl"}, false, false},
           {{"scan", "x", "-o", "y"}, false, false},
           {{"scan", "x", "-o", "-"}, false, false},
           {{"scan", "x", "-r"}, false, false},
           {{"explain", "0123456789abcdef", "x"}, false, false},
           {{"schedule", "x"}, false, false}}) {
    const Result<ParsedArguments> parsed = parse(arguments);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(wants_terminal_summary(parsed->options, true), on_terminal);
    EXPECT_EQ(wants_terminal_summary(parsed->options, false), elsewhere);
  }
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

/// Whether the names stand in the help, and no longer ones that begin so.
bool has_name(const std::string& help, const std::string& names) {
  for (std::size_t at = help.find(names); at != std::string::npos; at = help.find(names, at + 1)) {
    const char behind = at + names.size() < help.size() ? help[at + names.size()] : ' ';
    if (behind != '-' && (behind < 'a' || behind > 'z')) return true;
  }
  return false;
}

TEST(Flags, HelpLeadsWithExamplesAndHasEveryFlag) {
  const Result<ParsedArguments> help = parse({"--help"});
  ASSERT_TRUE(help);
  EXPECT_LT(help->text.find("pidometer scan web01.E01"), help->text.find("Usage:"));
  for (const CommandEntry& command : commands()) {
    const Result<ParsedArguments> told = parse({command.name, "--help"});
    ASSERT_TRUE(told);
    EXPECT_EQ(told->text.find("Examples:"), 0U) << command.name;
    EXPECT_NE(help->text.find(command.help), std::string::npos) << command.name;
    for (const Flag& flag : flags()) {
      std::string names(flag.names);
      names.resize(std::min(names.size(), names.find(",!")));  // the help shows the other way apart
      unsigned all = 0;  // a flag that means another thing elsewhere has two rows
      for (const Flag& other : flags()) all |= other.names == flag.names ? other.commands : 0U;
      EXPECT_EQ(has_name(told->text, names), (all & command.bit) != 0)
          << command.name << " " << names;
    }
  }
  for (const Flag& flag : flags()) {
    EXPECT_NE(flag.commands, 0U) << flag.names;
    EXPECT_FALSE(flag.help.empty()) << flag.names;
    EXPECT_NE(flag.help.back(), '.') << flag.names;
  }
}

}  // namespace
}  // namespace pidometer
