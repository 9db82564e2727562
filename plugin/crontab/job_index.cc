#include "plugin/crontab/job_index.h"

#include <algorithm>

namespace pidometer {
namespace {

/// misc.c: mkprint().
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ') {
      out += '^';
      out += static_cast<char>(byte + '@');
    } else if (byte < 0x7f) {
      out += c;
    } else if (byte == 0x7f) {
      out += "^?";
    } else {
      out += '\\';
      for (const unsigned shift : {6U, 3U, 0U})
        out += static_cast<char>('0' + (byte >> shift & 7U));
    }
  }
  return out;
}

/// `\%` as `%`; up to the first `%` that is none where `cut`.
std::string unescaped(std::string_view text, bool cut) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '%') continue;
    const bool escaped = i > 0 && text[i - 1] == '\\';
    if (text[i] == '%' && !escaped && cut) break;
    out += text[i];
  }
  return out;
}

}  // namespace

std::string_view trimmed_command(std::string_view command) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = command.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return command.substr(first, command.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string> logged_forms(std::string_view command) {
  const std::string_view whole = trimmed_command(command);
  std::vector<std::string> forms;
  const auto add = [&](std::string_view form) {
    form = trimmed_command(form);
    if (!form.empty() && std::ranges::find(forms, form) == forms.end()) forms.emplace_back(form);
  };
  for (const std::string& form :
       {std::string(whole), unescaped(whole, true), unescaped(whole, false)}) {
    add(form);
    add(printable(form));
  }
  return forms;
}

void JobIndex::add(std::string_view username, std::string_view command, std::size_t number) {
  for (std::string& form : logged_forms(command)) {
    by_command_.emplace(std::pair(std::string(), form), number);
    if (!username.empty())
      by_command_.emplace(std::pair(std::string(username), std::move(form)), number);
  }
}

std::vector<std::size_t> JobIndex::find(std::string_view username, std::string_view command,
                                        bool may_be_cut) const {
  const std::pair<std::string, std::string> key(username, trimmed_command(command));
  std::vector<std::size_t> found;
  if (key.second.empty()) return found;
  const bool cut = may_be_cut || key.second.size() >= kShortestCut;
  // A command that begins so is behind it in the order of bytes, with nothing else between.
  for (auto at = by_command_.lower_bound(key); at != by_command_.end(); ++at) {
    const auto& [user, form] = at->first;
    if (user != key.first || !form.starts_with(key.second)) break;
    if (form.size() > key.second.size() && !cut) break;
    if (std::ranges::find(found, at->second) == found.end()) found.push_back(at->second);
    constexpr std::size_t kEnough = 100;  // one letter may begin every command of a hostile table
    if (found.size() == kEnough) break;
  }
  return found;
}

}  // namespace pidometer
