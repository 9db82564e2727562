#include "tsk_reader/volume/lvm/lvm_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pidometer {
namespace {

/// vg / logical_volumes / lv / segment is four; lvm.conf's own sections are no deeper.
constexpr int kDeepest = 16;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text.substr(0, text.find('\0'))) {}

  std::optional<LvmSection> parse(std::string& error) {
    LvmSection root;
    if (section(root, 0) && at_ < text_.size()) complain("a brace too many");
    if (!error_.empty()) {
      const auto line =
          std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
      error = fmt::format("{} in line {}", error_, line + 1);
      return std::nullopt;
    }
    return root;
  }

 private:
  bool complain(const char* what) {
    if (error_.empty()) error_ = what;
    return false;
  }

  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  /// To the next character that means something; 0 at the end.
  char peek() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (is_space(text_[at_])) {
        ++at_;
      } else {
        return text_[at_];
      }
    }
    return '\0';
  }

  bool count() {
    return ++values_ <= kMostLvmValues || complain("more values than any volume group has");
  }

  /// Up to the closing brace, which is left, or the end.
  bool section(LvmSection& out, int depth) {
    if (depth > kDeepest) return complain("sections are nested too deep");
    for (char next = peek(); next != '\0' && next != '}'; next = peek()) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && !is_space(text_[at_]) &&
             std::string_view("#={}\"',[]").find(text_[at_]) == std::string_view::npos)
        ++at_;
      std::string name(text_.substr(begin, at_ - begin));
      if (name.empty()) return complain("a name is missing");
      if (!count()) return false;
      const char sign = peek();
      if (sign == '{') {
        ++at_;
        LvmSection inner;
        inner.name = std::move(name);
        if (!section(inner, depth + 1)) return false;
        if (peek() != '}') return complain("the text ends inside a section");
        ++at_;
        out.sections.push_back(std::move(inner));
      } else if (sign == '=') {
        ++at_;
        out.values.emplace_back(std::move(name), std::vector<LvmScalar>());
        if (!value(out.values.back().second)) return false;
      } else {
        return complain("neither a value nor a section follows a name");
      }
    }
    return true;
  }

  bool value(std::vector<LvmScalar>& out) {
    if (peek() != '[') return scalar(out);
    ++at_;
    for (char next = peek(); next != ']'; next = peek()) {
      if (next == '\0') return complain("the text ends inside an array");
      if (next == ',') {
        ++at_;
      } else if (!scalar(out)) {
        return false;
      }
    }
    ++at_;
    return true;
  }

  bool scalar(std::vector<LvmScalar>& out) {
    if (!count()) return false;
    const char quote = peek();
    LvmScalar& one = out.emplace_back();
    if (quote == '"' || quote == '\'') {
      for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
        if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        one.text += text_[at_];
      }
      if (at_ >= text_.size()) return complain("the text ends inside a string");
      ++at_;
      return true;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && ((text_[at_] >= '0' && text_[at_] <= '9') || text_[at_] == '-' ||
                                  text_[at_] == '+' || text_[at_] == '.'))
      ++at_;
    if (at_ == begin) return complain("a value is missing");
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text_.data() + begin, text_.data() + at_, number);
    if (failure == std::errc() && end == text_.data() + at_) one.number = number;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  std::string error_;
};

}  // namespace

const LvmSection* LvmSection::section(std::string_view key) const {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const LvmSection& one) { return one.name == key; });
  return found == sections.end() ? nullptr : &*found;
}

const std::vector<LvmScalar>* LvmSection::value(std::string_view key) const {
  const auto found = std::find_if(values.rbegin(), values.rend(),
                                  [&](const auto& one) { return one.first == key; });
  return found == values.rend() ? nullptr : &found->second;
}

std::optional<std::uint64_t> LvmSection::number(std::string_view key) const {
  const auto* found = value(key);
  if (found == nullptr || found->size() != 1) return std::nullopt;
  const std::optional<std::int64_t>& number = found->front().number;
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::string_view LvmSection::text(std::string_view key) const {
  const auto* found = value(key);
  if (found == nullptr || found->size() != 1) return {};
  return found->front().text;
}

bool LvmSection::lists(std::string_view key, std::string_view word) const {
  const auto* found = value(key);
  return found != nullptr && std::any_of(found->begin(), found->end(),
                                         [&](const LvmScalar& one) { return one.text == word; });
}

std::optional<LvmSection> parse_lvm_text(std::string_view text, std::string& error) {
  return Parser(text).parse(error);
}

}  // namespace pidometer
