#include "plugin/crontab/job_index.h"

#include <algorithm>
#include <numeric>
#include <tuple>

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

/// Where the job's input begins: at the first `%` without a backslash before it.
std::size_t input_of(std::string_view command) {
  for (std::size_t at = command.find('%'); at != std::string_view::npos;
       at = command.find('%', at + 1))
    if (at == 0 || command[at - 1] != '\\') return at;
  return command.size();
}

/// Without the backslashes before each `%`: all of them, so that it is the same again of a log's.
std::string unescaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    while (c == '%' && !out.empty() && out.back() == '\\') out.pop_back();
    out += c;
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
  for (const std::string_view form : {whole, trimmed_command(whole.substr(0, input_of(whole)))})
    if (!form.empty() && (forms.empty() || form.size() < whole.size()))
      forms.push_back(printable(unescaped(form)));
  return forms;
}

JobIndex::Form JobIndex::form_of(std::string_view text) {
  return {std::string(text.substr(0, kMostIndexed)), text.size(),
          std::hash<std::string_view>()(text)};
}

void JobIndex::add(std::string_view username, std::string_view command, std::size_t number) {
  const auto user =
      users_.try_emplace(std::string(username), static_cast<std::uint32_t>(users_.size()));
  for (const std::string& form : logged_forms(command))
    keys_.push_back({user.first->second, static_cast<std::uint32_t>(number), form_of(form)});
}

void JobIndex::sort() {
  for (Order* const order : {&by_user_, &by_form_}) {
    order->keys.resize(keys_.size());
    std::iota(order->keys.begin(), order->keys.end(), 0U);
    const auto rank = [&](std::uint32_t at) {
      const Key& key = keys_[at];
      return std::tuple(order->by_user ? key.user : 0U, std::string_view(key.form.start),
                        key.form.size, key.form.hash, key.number);
    };
    std::ranges::sort(order->keys, [&](auto a, auto b) { return rank(a) < rank(b); });
    order->whole.assign(keys_.size() + 1, 0);
    order->cut.assign(keys_.size() + 1, 0);
  }
}

JobIndex::Order& JobIndex::order_of(std::string_view username) {
  if (by_user_.whole.size() != keys_.size() + 1) sort();
  return username.empty() ? by_form_ : by_user_;
}

JobIndex::Range JobIndex::range_of(const Order& order, std::string_view username, const Form& form,
                                   bool longer) const {
  std::uint32_t user = 0;
  if (order.by_user) {
    const auto known = users_.find(username);
    if (known == users_.end()) return {};
    user = known->second;
  }
  const auto at = [&](std::uint32_t index) {
    const Key& key = keys_[index];
    return std::tuple(order.by_user ? key.user : 0U, std::string_view(key.form.start),
                      key.form.size, key.form.hash);
  };
  const std::string_view start = form.start;
  // What begins so is behind it in the order of bytes, with nothing else between.
  const auto begin = std::ranges::partition_point(order.keys, [&](std::uint32_t index) {
    return at(index) <
           std::tuple(user, start, form.size + (longer ? 1 : 0), longer ? 0 : form.hash);
  });
  const auto end = std::partition_point(begin, order.keys.end(), [&](std::uint32_t index) {
    const auto key = at(index);
    if (!longer) return key == std::tuple(user, start, form.size, form.hash);
    return std::get<0>(key) == user && std::get<1>(key).starts_with(start);
  });
  return {static_cast<std::size_t>(begin - order.keys.begin()),
          static_cast<std::size_t>(end - order.keys.begin())};
}

bool JobIndex::find(std::string_view username, std::string_view command, bool may_be_cut) {
  const std::vector<std::string> forms = logged_forms(command);
  if (forms.empty()) return false;
  Order& order = order_of(username);
  const auto mark = [&](std::string_view text, bool longer, std::vector<std::int64_t>& met) {
    const Range range = range_of(order, username, form_of(text), longer);
    ++met[range.begin];
    --met[range.end];
    return range.begin < range.end;
  };
  std::string_view whole = forms.front();
  bool found = mark(whole, false, order.whole);
  if (!may_be_cut && trimmed_command(command).size() < kShortestCut) return found;
  // The cut may have been between a `%` and its backslash.
  while (whole.ends_with('\\')) whole.remove_suffix(1);
  if (!whole.empty()) found = mark(whole, true, order.cut) || found;
  return found;
}

std::optional<std::size_t> JobIndex::first_whole(std::string_view username,
                                                 std::string_view command) {
  const std::vector<std::string> forms = logged_forms(command);
  if (forms.empty()) return std::nullopt;
  const Order& order = order_of(username);
  const Range range = range_of(order, username, form_of(forms.front()), false);
  if (range.begin == range.end) return std::nullopt;
  return keys_[order.keys[range.begin]].number;
}

std::vector<EntryRun> JobIndex::runs(std::size_t count) const {
  std::vector<EntryRun> runs(count, EntryRun::none);
  for (const Order* const order : {&by_user_, &by_form_}) {
    std::int64_t whole = 0;
    std::int64_t cut = 0;
    for (std::size_t i = 0; i < order->keys.size(); ++i) {
      whole += order->whole[i];
      cut += order->cut[i];
      EntryRun& run = runs[keys_[order->keys[i]].number];
      if (whole > 0)
        run = EntryRun::ran;
      else if (cut > 0)
        run = std::max(run, EntryRun::maybe);
    }
  }
  return runs;
}

}  // namespace pidometer
