#include "cli/arguments.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags.h"
#include "cli/version.h"

namespace pidometer {
namespace {

/// In lines of at most 90 columns, as the rest of the help has them.
std::string exit_status_words(unsigned commands) {
  constexpr std::size_t kColumns = 90;
  std::string text;
  std::size_t line = 0;
  for (const ExitStatusEntry& entry : exit_statuses()) {
    if ((entry.commands & commands) == 0) continue;
    const std::string words = fmt::format("{} {}", entry.status, entry.words);
    text += text.empty() ? "Exit status: " : ";";
    if (text.size() - line + words.size() + 2 > kColumns) {
      line = text.size() + 1;
      text += '\n';
    } else if (line != 0 || text.back() == ';') {
      text += ' ';
    }
    text += words;
  }
  return text + ".";
}

CLI::App* add_command(CLI::App& app, Options& options, const CommandEntry& entry) {
  CLI::App* command = app.add_subcommand(entry.name, entry.help);
  if (entry.command == Command::explain)
    command->add_option("FINDING_ID", options.explain, "finding_id of a row that a scan wrote")
        ->type_name("")
        ->required()
        ->check([](const std::string& id) {
          return id.empty() ? "it is empty: give the finding_id of a row" : std::string();
        });
  // Word by word, and not as a vector, of which `[a,b]` is a notation: that is the name of a file.
  // An option that has to take many is safe from it, one that may take more (allow_extra_args) not.
  command
      ->add_option("INPUT", CLI::callback_t([&options](const CLI::results_t& names) {
                     options.inputs = names;
                     return true;
                   }),
                   std::string(entry.inputs))
      ->type_name("")
      ->expected(CLI::detail::expected_max_vector_size, CLI::detail::expected_max_vector_size)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check([](const std::string& name) {
        return name.empty() ? "it is empty: give the name of a file or folder" : std::string();
      });
  for (const Flag& flag : flags())
    if ((flag.commands & entry.bit) != 0) flag.bind(*command, flag, options);
  command->footer(exit_status_words(entry.bit));
  return command;
}

/// For `--since=`, which a variable of a script that was not set leaves: CLI11 would take the next
/// word for the value, an input even. `++` it would leave out, wherever it stands.
Result<void> refuse_words(std::span<const char* const> words) {
  for (const std::string_view word : words) {
    if (word == "--") break;
    if (word == "++")
      return fail(ErrorKind::usage, "these arguments cannot be used", "++ is no input",
                  "write ./++ for a file of that name");
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      return fail(ErrorKind::usage, "these arguments cannot be used",
                  std::string(word.substr(0, word.size() - 1)) + ": " + std::string(kValueIsEmpty),
                  "see 'pidometer --help'");
  }
  return {};
}

}  // namespace

Result<ParsedArguments> parse_arguments(int argc, const char* const* argv) {
  ParsedArguments parsed;
  Options& options = parsed.options;
  options.command_line.assign(argv, argv + argc);
  if (Result<void> good =
          refuse_words(std::span(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0));
      !good)
    return tl::unexpected(good.error());
  CLI::App app{std::string(program_help()), "pidometer"};
  app.footer(exit_status_words(in_reading));
  // One command: the name of another one behind it is that of a file.
  app.require_subcommand(0, 1);
  bool version = false;
  app.add_flag("-V,--version", version, "print the versions of the program and of its libraries");
  std::vector<const CLI::App*> added;
  for (const CommandEntry& entry : commands()) added.push_back(add_command(app, options, entry));
  const auto given = [&]() -> const CommandEntry* {
    for (std::size_t i = 0; i < added.size(); ++i)
      if (added[i]->parsed()) return &commands()[i];
    return nullptr;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    parsed.text = app.help();
    for (const CLI::App* command : app.get_subcommands())
      parsed.text = std::string(given()->examples) + command->help("pidometer");
    return parsed;
  } catch (const CLI::ParseError& error) {
    std::string name = "pidometer";
    for (const CLI::App* command : app.get_subcommands()) name += " " + command->get_name();
    return fail(ErrorKind::usage, "these arguments cannot be used", error.what(),
                "see '" + name + " --help'");
  }
  if (version) {
    parsed.text = version_text();
    return parsed;
  }
  const CommandEntry* const entry = given();
  if (entry == nullptr)
    return fail(ErrorKind::usage, "no command is given", {},
                "'pidometer scan IMAGE' is the usual one; see 'pidometer --help'");
  if (options.inputs.empty() && entry->command == Command::merge)
    return fail(ErrorKind::usage, "no input is given", {},
                "give timelines as JSON lines, or - for standard input; see 'pidometer merge "
                "--help'");
  const bool fleet = entry->command == Command::scan && !options.directory.empty();
  for (const auto& [given_flag, flag] :
       {std::pair(!options.case_file.empty(), "--case"), std::pair(options.resume, "--resume"),
        std::pair(options.reports, "--reports")})
    if (given_flag && !fleet)
      return fail(ErrorKind::usage, std::string(flag) + " needs --output-dir DIR",
                  "each image gets files of its own there", "add -d DIR");
  if (options.inputs.empty() && options.roots.empty() && options.case_file.empty())
    return fail(ErrorKind::usage, "no input is given", {},
                "give an image, an archive, a log, a folder of logs, or --root DIR; see "
                "'pidometer --help'");
  options.command = entry->command;
  // As rows have it, whoever typed it off.
  for (char& c : options.explain)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  // What is explained is read by a person.
  if (options.command == Command::explain && !options.format_given)
    options.format = find_row_format("text");
  return parsed;
}

}  // namespace pidometer
