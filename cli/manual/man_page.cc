#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cli/manual/flag_parts.h"
#include "cli/manual/manual.h"
#include "cli/version.h"

namespace pidometer {
namespace {

/// The page speaks of the tables it was made of, not of the day of the build: the same sources give
/// the same bytes.
constexpr std::string_view kDate = "2026-11-28";

/// Text of roff: no macro, no ligature of a minus sign.
std::string roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

/// The lines of a command's or the program's examples.
std::string examples(std::string_view text) {
  text.remove_prefix(std::min(text.find("Examples:\n") + 10, text.size()));
  std::string lines = ".RS 4\n.nf\n";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty()) lines += roff(line) + "\n";
  }
  return lines + ".fi\n.RE\n";
}

std::string command_words(unsigned bits, unsigned all) {
  if ((bits & all) == all) return "every command";
  std::string words;
  for (const CommandEntry& command : commands())
    if ((bits & command.bit) != 0)
      words += fmt::format("{}\\fB{}\\fR", words.empty() ? "" : ", ", command.name);
  return words;
}

std::string flag_text(const Flag& flag) {
  std::string text = ".TP\n";
  std::string names;
  for (const std::string& name : flag_names(flag))
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
  text += names;
  if (!flag.argument.empty()) text += fmt::format(" \\fI{}\\fR", roff(flag.argument));
  return text + fmt::format("\n{}.\nOf {}.\n", roff(flag_help(flag)),
                            command_words(flag.commands, in_all));
}

std::string status_text() {
  std::string text;
  int last = -1;
  for (const ExitStatusEntry& entry : exit_statuses()) {
    if (entry.status != last) text += fmt::format(".TP\n{}\n", entry.status);
    last = entry.status;
    text += fmt::format("{} (of {}).\n", roff(entry.words), command_words(entry.commands, in_all));
  }
  return text;
}

constexpr std::string_view kEnvironment =
    ".TP\n.B TMPDIR\nfolder of the temporary files in which rows are kept that memory has no room "
    "for; \\fI/tmp\\fR where it is not set.\n"
    ".TP\n.B NO_COLOR\nwhere it is set and not empty, nothing is coloured (\\fB\\-\\-color "
    "always\\fR "
    "wins).\n"
    ".TP\n.B COLUMNS\nwidth of the summary where it goes to no terminal; 80 where it is not set.\n"
    ".TP\n.B LC_ALL, LC_CTYPE, LANG\nin a UTF\\-8 locale the summary is drawn with characters "
    "beyond "
    "ASCII.\n"
    ".TP\n.B TERM\nof \\fBdumb\\fR and \\fBlinux\\fR terminals only ASCII is asked; \\fBdumb\\fR "
    "gets no "
    "colour.\n";

/// Lines of text of at most 80 bytes: source of roff is read by people too. Macros and examples are
/// left as they are.
std::string short_lines(std::string_view text) {
  constexpr std::size_t kColumns = 80;
  std::string out;
  bool filled = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line == ".nf") filled = false;
    if (line == ".fi") filled = true;
    while (filled && line.size() > kColumns && line.front() != '.') {
      std::size_t space = line.rfind(' ', kColumns);
      if (space == std::string_view::npos) space = line.find(' ');
      if (space == std::string_view::npos) break;
      out += fmt::format("{}\n", line.substr(0, space));
      line.remove_prefix(space + 1);
      if (line.starts_with('.') || line.starts_with('\'')) out += "\\&";
    }
    out += fmt::format("{}\n", line);
  }
  return out;
}

}  // namespace

std::string man_page() {
  const std::string program(program_help());
  std::string text = fmt::format(".TH PIDOMETER 1 \"{}\" \"pidometer {}\" \"User Commands\"\n",
                                 kDate, PIDOMETER_VERSION);
  text += ".SH NAME\npidometer \\- find in cron logs what no schedule explains\n.SH SYNOPSIS\n";
  for (const CommandEntry& command : commands())
    text += fmt::format("{}.B pidometer {}\n[\\fIOPTIONS\\fR] {}\\fIINPUT\\fR ...\n",
                        command.bit == in_scan ? "" : ".br\n", command.name,
                        command.command == Command::explain ? "\\fIFINDING_ID\\fR " : "");
  text += fmt::format(".SH DESCRIPTION\n{}\n", roff(program.substr(0, program.find('\n'))));
  text +=
      "Linux hands out process IDs in order, so every line of a cron log is a reading of an "
      "odometer "
      "of process creation; what the schedule does not account for is reported.\n"
      "Evidence is only ever read.\n.SH COMMANDS\n";
  for (const CommandEntry& command : commands()) {
    text += fmt::format(".SS {}\n{}\n", command.name, roff(command.help));
    text += fmt::format(".PP\nInputs: {}.\n.PP\n", roff(command.inputs));
    text += examples(command.examples);
  }
  text +=
      ".SH OPTIONS\n.TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nPrint the help of the program or of a "
      "command.\n.TP\n\\fB\\-V\\fR, \\fB\\-\\-version\\fR\nPrint the versions of the program and "
      "of its "
      "libraries.\n";
  for (const Flag& flag : flags()) text += flag_text(flag);
  text += fmt::format(".SH EXIT STATUS\n{}", status_text());
  text += ".SH ENVIRONMENT\n" + std::string(kEnvironment);
  text += fmt::format(".SH EXAMPLES\n{}", examples(program));
  text += ".SH SEE ALSO\n.BR crontab (5),\n.BR cron (8),\n.BR sha256sum (1)\n";
  return short_lines(text);
}

}  // namespace pidometer
