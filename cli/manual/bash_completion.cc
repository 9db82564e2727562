#include <fmt/format.h>

#include <map>
#include <string>

#include "cli/manual/flag_parts.h"
#include "cli/manual/manual.h"

namespace pidometer {
namespace {

constexpr std::string_view kHead = R"(# bash completion of pidometer
_pidometer() {
  local cur prev command= i
  COMPREPLY=()
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD - 1]}
  # --flag=value comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
)";

constexpr std::string_view kFiles = R"(      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -{} -- "$cur")
      return
      ;;
)";

constexpr std::string_view kWords = R"(mapfile -t COMPREPLY < <(compgen -W "{}" -- "$cur"))";

std::string words_line(std::string_view words) {
  return fmt::format(fmt::runtime(kWords), words);
}

/// `scan:-f | scan:--format`, added to what is there.
void add_patterns(std::string& patterns, const CommandEntry& command, const Flag& flag) {
  for (const std::string& name : flag_names(flag))
    patterns += fmt::format("{}{}:{}", patterns.empty() ? "" : " | ", command.name, name);
}

}  // namespace

std::string bash_completion() {
  std::string commands_list;
  std::string or_list;
  std::map<std::string, std::string> by_words;
  std::map<ArgumentKind, std::string> by_kind;
  std::string names_by_command;
  for (const CommandEntry& command : commands()) {
    commands_list += fmt::format("{} ", command.name);
    or_list += fmt::format("{}{}", or_list.empty() ? "" : " | ", command.name);
    std::string names = "-h --help";
    for (const Flag& flag : flags()) {
      if ((flag.commands & command.bit) == 0) continue;
      for (const std::string& name : flag_names(flag)) names += " " + name;
      const ArgumentKind kind = argument_kind(flag);
      if (kind == ArgumentKind::word)
        add_patterns(by_words[joined_words(flag)], command, flag);
      else if (kind != ArgumentKind::none)
        add_patterns(by_kind[kind], command, flag);
    }
    names_by_command += fmt::format("      {}) {} ;;\n", command.name, words_line(names));
  }
  std::string text(kHead);
  text += fmt::format(
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n    case ${{COMP_WORDS[i]}} in\n      {})\n"
      "        command=${{COMP_WORDS[i]}}\n        break\n        ;;\n    esac\n  done\n",
      or_list);
  text += fmt::format("  if [[ -z $command ]]; then\n    {}\n    return\n  fi\n",
                      words_line(commands_list + "-h --help -V --version"));
  text += "  case $command:$prev in\n";
  for (const auto& [words, patterns] : by_words)
    text += fmt::format("    {})\n      {}\n      return\n      ;;\n", patterns, words_line(words));
  for (const auto& [kind, patterns] : by_kind) {
    text += fmt::format("    {})\n", patterns);
    text += kind == ArgumentKind::other
                ? std::string("      return\n      ;;\n")
                : fmt::format(fmt::runtime(kFiles), kind == ArgumentKind::folder ? 'd' : 'f');
  }
  text += "  esac\n  if [[ $cur == -* ]]; then\n    case $command in\n" + names_by_command +
          "    esac\n    return\n  fi\n  compopt -o filenames 2>/dev/null\n"
          "  mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n}\n"
          "complete -F _pidometer pidometer\n";
  return text;
}

}  // namespace pidometer
