#include <fmt/format.h>

#include <string>

#include "cli/manual/flag_parts.h"
#include "cli/manual/manual.h"

namespace pidometer {
namespace {

std::string in_quotes(std::string_view text) {
  return fmt::format("'{}'", escaped(text, "\\'", "\\"));
}

std::string argument_words(const Flag& flag) {
  switch (argument_kind(flag)) {
    case ArgumentKind::none:
      return {};
    case ArgumentKind::word:
      return fmt::format(" -x -a {}", in_quotes(joined_words(flag)));
    case ArgumentKind::file:
      return " -r -F";
    case ArgumentKind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case ArgumentKind::other:
      return " -x";
  }
  return {};
}

}  // namespace

std::string fish_completion() {
  std::string text =
      "# fish completion of pidometer\n"
      "complete -c pidometer -n __fish_use_subcommand -f\n"
      "complete -c pidometer -s h -l help -d 'print help and exit'\n"
      "complete -c pidometer -n __fish_use_subcommand -s V -l version -d 'print versions and "
      "exit'\n";
  for (const CommandEntry& command : commands())
    text += fmt::format("complete -c pidometer -n __fish_use_subcommand -f -a {} -d {}\n",
                        command.name, in_quotes(command.help));
  for (const CommandEntry& command : commands())
    for (const Flag& flag : flags()) {
      if ((flag.commands & command.bit) == 0) continue;
      text +=
          fmt::format("complete -c pidometer -n '__fish_seen_subcommand_from {}'", command.name);
      for (const std::string& name : flag_names(flag))
        text += fmt::format(" -{} {}", name.starts_with("--") ? 'l' : 's',
                            name.substr(name.starts_with("--") ? 2 : 1));
      text += fmt::format("{} -d {}\n", argument_words(flag), in_quotes(short_help(flag)));
    }
  return text;
}

}  // namespace pidometer
