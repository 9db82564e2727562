#include "tsk_reader/container/vmdk/vmdk_descriptor.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pidometer {
namespace {

/// More extents than 2 GiB pieces of the largest disk (62 TB).
constexpr std::size_t kMostExtents = 40'000;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view next_word(std::string_view& text) {
  text = trimmed(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<VmdkExtent> parse_extent(std::string_view line) {
  next_word(line);  // the access
  // 2^47 sectors are 2^56 bytes: sums stay in 64 bits.
  constexpr std::uint64_t kMostSectors = std::uint64_t{1} << 47;
  VmdkExtent extent;
  const auto sectors = number(next_word(line), 10);
  if (!sectors || *sectors > kMostSectors) return std::nullopt;
  extent.sectors = *sectors;
  extent.type = std::string(next_word(line));
  if (extent.type.empty()) return std::nullopt;
  line = trimmed(line);
  if (line.empty()) return extent.type == "ZERO" ? std::optional(extent) : std::nullopt;
  const std::size_t close = line.size() > 1 ? line.find('"', 1) : std::string_view::npos;
  if (line.front() != '"' || close == std::string_view::npos) return std::nullopt;
  extent.file = std::string(line.substr(1, close - 1));
  line.remove_prefix(close + 1);
  if (const std::string_view offset = next_word(line); !offset.empty()) {
    const auto value = number(offset, 10);
    if (!value || *value > kMostSectors) return std::nullopt;
    extent.offset = *value;
  }
  return extent;
}

bool is_access(std::string_view word) {
  constexpr std::array kAccess = {"RW", "RDONLY", "NOACCESS"};
  return std::find(kAccess.begin(), kAccess.end(), word) != kAccess.end();
}

void take_value(std::string_view line, VmdkDescriptor& out) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string key = lower(trimmed(line.substr(0, equals)));
  const std::string_view value = unquoted(trimmed(line.substr(equals + 1)));
  const auto id = [&]() { return static_cast<std::uint32_t>(number(value, 16).value_or(0)); };
  if (key == "cid") out.cid = id();
  if (key == "parentcid") out.parent_cid = id();
  if (key == "createtype") out.create_type = std::string(value);
  if (key == "parentfilenamehint") out.parent = std::string(value);
  if (key == "encryption.keysafe" || key == "encryptedkeys") out.encrypted = true;
}

}  // namespace

std::optional<VmdkDescriptor> parse_vmdk_descriptor(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  VmdkDescriptor out;
  bool known = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("# Disk DescriptorFile") || lower(line).starts_with("createtype"))
      known = true;
    if (line.empty() || line.front() == '#') continue;
    std::string_view rest = line;
    if (is_access(next_word(rest))) {
      std::optional<VmdkExtent> extent = parse_extent(line);
      if (!extent || out.extents.size() >= kMostExtents)
        out.bad_lines.emplace_back(line);
      else
        out.extents.push_back(std::move(*extent));
      continue;
    }
    take_value(line, out);
  }
  if (!known) return std::nullopt;
  return out;
}

}  // namespace pidometer
