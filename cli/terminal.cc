#include "cli/terminal.h"

#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace pidometer {
namespace {

constexpr std::size_t kLeastColumns = 40;
constexpr std::size_t kMostColumns = 120;

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool utf8_locale() {
  std::string_view name;
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    name = environment(variable);
    if (!name.empty()) break;
  }
  std::string letters;
  for (const char c : name)
    if (c != '-') letters += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  return letters.find("utf8") != std::string::npos;
}

/// wcwidth(3) goes by the thread's locale; C.UTF-8 is built into glibc, and no other locale's is
/// asked, so that the same terminal gets the same columns everywhere.
int character_width(char32_t code) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return -1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width;
}

}  // namespace

bool wants_terminal_summary(const Options& options, bool to_terminal) {
  if (options.terminal_summary) return true;
  return to_terminal && options.command == Command::scan && !options.format_given &&
         options.output.empty() && !options.records;
}

bool use_color(ColorMode mode, bool to_terminal) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return to_terminal && (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

bool can_overwrite(bool to_terminal) {
  return to_terminal && environment("TERM") != "dumb";
}

std::size_t terminal_columns(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view said = environment("COLUMNS");
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), columns);
  return error == std::errc() && end == said.data() + said.size() && columns > 0 ? columns : 80;
}

TerminalLook terminal_look(bool color, std::FILE* stream) {
  TerminalLook look;
  look.columns = std::clamp(terminal_columns(stream), kLeastColumns, kMostColumns);
  look.color = color;
  const std::string_view terminal = environment("TERM");
  look.unicode = utf8_locale() && terminal != "dumb" && terminal != "linux";
  look.width = character_width;
  return look;
}

}  // namespace pidometer
