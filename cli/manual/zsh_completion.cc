#include <fmt/format.h>

#include <string>

#include "cli/manual/flag_parts.h"
#include "cli/manual/manual.h"

namespace pidometer {
namespace {

/// Within single quotes.
std::string in_quotes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out;
}

std::string argument_words(const Flag& flag) {
  switch (argument_kind(flag)) {
    case ArgumentKind::none:
      return {};
    case ArgumentKind::word:
      return fmt::format(":{}:({})", flag.argument, joined_words(flag));
    case ArgumentKind::file:
      return fmt::format(":{}:_files", flag.argument);
    case ArgumentKind::folder:
      return fmt::format(":{}:_files -/", flag.argument);
    case ArgumentKind::other:
      return fmt::format(":{}: ", flag.argument);
  }
  return {};
}

/// One line a name: each excludes the others.
std::string flag_lines(const Flag& flag) {
  std::string all;
  for (const std::string& name : flag_names(flag)) all += (all.empty() ? "" : " ") + name;
  const std::string help = in_quotes(escaped(short_help(flag), "[]\\", "\\"));
  std::string lines;
  for (const std::string& name : flag_names(flag)) {
    const std::string before = flag.names == "--root" ? "*" : fmt::format("({})", all);
    lines += fmt::format("        '{}{}[{}]{}' \\\n", before, name, help,
                         in_quotes(argument_words(flag)));
  }
  return lines;
}

}  // namespace

std::string zsh_completion() {
  std::string text =
      "#compdef pidometer\n"
      "_pidometer() {\n"
      "  local curcontext=\"$curcontext\" state line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C \\\n"
      "    '(- *)-h[print help and exit]' '(- *)--help[print help and exit]' \\\n"
      "    '(- *)-V[print versions and exit]' '(- *)--version[print versions and exit]' \\\n"
      "    '1:command:->command' '*::argument:->argument'\n"
      "  case $state in\n"
      "    command)\n"
      "      local -a known\n"
      "      known=(\n";
  for (const CommandEntry& command : commands())
    text +=
        fmt::format("        '{}:{}'\n", command.name, in_quotes(escaped(command.help, ":", "\\")));
  text +=
      "      )\n      _describe command known\n      ;;\n    argument)\n      case $line[1] in\n";
  for (const CommandEntry& command : commands()) {
    text += fmt::format("      {})\n        _arguments \\\n", command.name);
    for (const Flag& flag : flags())
      if ((flag.commands & command.bit) != 0) text += flag_lines(flag);
    if (command.command == Command::explain) text += "        '1:finding_id: ' \\\n";
    text +=
        "        '(- *)-h[print help and exit]' '(- *)--help[print help and exit]' \\\n"
        "        '*:input:_files'\n        ;;\n";
  }
  return text + "      esac\n      ;;\n  esac\n}\n_pidometer \"$@\"\n";
}

}  // namespace pidometer
