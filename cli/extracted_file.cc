#include "cli/extracted_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/hex.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "cli/output_file.h"
#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
Result<ExtractedFile> write_extracted(const LogFile& file, StreamForm form, const CopyTarget& to) {
  // Where nothing can be read nothing is made.
  Result<std::unique_ptr<ByteStream>> stream = file.open(form);
  if (!stream) return tl::unexpected(stream.error());
  if (to.begin)
    if (Result<void> begun = to.begin(); !begun) return tl::unexpected(begun.error());
  const std::filesystem::path target = std::filesystem::path(to.directory) / to.relative;
  std::error_code made;
  std::filesystem::create_directories(target.parent_path(), made);
  if (made)
    return fail(ErrorKind::output, "cannot make the folder " + target.parent_path().string(),
                made.message(), "give another folder with -d");
  Result<OutputFile> output = OutputFile::create(target.string(), to.overwrite);
  if (!output) return tl::unexpected(output.error());
  ExtractedFile extracted;
  Sha256 sum;  // of what is written: SHA256SUMS speaks of the copy, not of the intention
  std::vector<std::byte> block(std::size_t{256} << 10);
  while (true) {
    const Result<std::size_t> got = (*stream)->read(block);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
    const std::string_view bytes(reinterpret_cast<const char*>(block.data()), *got);
    sum.update(std::span(block).first(*got));
    extracted.bytes += *got;
    if (Result<void> written = output->write(bytes); !written)
      return tl::unexpected(written.error());
  }
  // Before it has its name: a copy that has one is in the record and in the sums.
  if (file.entry().modified)
    if (Result<void> dated = output->set_modified(*file.entry().modified); !dated)
      extracted.undated = dated.error();
  if (Result<void> whole = output->commit(); !whole) return tl::unexpected(whole.error());
  extracted.sha256 = sum.finish();
  extracted.damage = (*stream)->damage();
  return extracted;
}

std::string safe_name(std::string_view name) {
  if (name == "." || name == ".." || name.empty()) return std::string(name.size() + 1, '_');
  std::string safe;
  while (!name.empty()) {
    const std::size_t length = std::max<std::size_t>(1, decode_utf8(name).length);
    const std::string_view character = name.substr(0, length);
    const bool looks_escaped =
        name.size() > 2 && name[0] == '%' && is_hex_digit(name[1]) && is_hex_digit(name[2]);
    name.remove_prefix(length);
    if (character == "/" || character == std::string_view("\0", 1))
      safe += '_';
    else if (looks_escaped || character == "\t" ||
             (character != "\\" && escape_bytes(character) != character))
      for (const char byte : character)
        safe += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    else
      safe += character;
  }
  return safe;
}

const std::string& SafeNames::of(const std::string& name) {
  const auto known = given_.find(name);
  if (known != given_.end()) return known->second;
  const std::string plain = safe_name(name);
  std::string free = plain;
  for (unsigned number = 2; !taken_.insert(free).second; ++number)
    free = plain + "-" + std::to_string(number);
  return given_.emplace(name, std::move(free)).first->second;
}

std::filesystem::path safe_path(std::string_view path) {
  std::filesystem::path safe;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) safe /= safe_name(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return safe;
}

std::string sum_line(const std::string& sum, const std::string& path) {
  std::string escaped;
  for (const char c : path) {
    if (c == '\n')
      escaped += "\\n";
    else if (c == '\\')
      escaped += "\\\\";
    else
      escaped += c;
  }
  return (escaped == path ? "" : "\\") + sum + "  " + escaped + "\n";
}

}  // namespace pidometer
