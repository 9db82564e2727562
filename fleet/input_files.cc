#include "fleet/input_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "plugin/timeline/escape_bytes.h"

namespace pidometer {
std::string input_path(const std::filesystem::path& path) {
  std::error_code ignored;
  return escape_bytes(std::filesystem::absolute(path, ignored).lexically_normal().string());
}

std::optional<InputFile> look_at_file(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return InputFile{input_path(path), static_cast<std::uint64_t>(info.st_size),
                   std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

std::string path_given_as(const std::string& word, const std::filesystem::path& folder,
                          const std::vector<InputFile>& files) {
  const std::filesystem::path given = unescape_bytes(word);
  std::string whole = escape_bytes((folder / given).lexically_normal().string());
  if (given.is_absolute() || std::ranges::find(files, whole, &InputFile::path) != files.end())
    return whole;
  std::string name = escape_bytes(given.lexically_normal().string());
  while (name.starts_with("../")) name.erase(0, 3);
  const std::string end = "/" + name;
  const auto fits = [&end](const InputFile& file) { return file.path.ends_with(end); };
  const auto first = std::ranges::find_if(files, fits);
  if (first == files.end() || std::find_if(first + 1, files.end(), fits) != files.end())
    return whole;
  return first->path;
}

bool add_files(const std::vector<std::string>& paths, std::vector<InputFile>& files) {
  for (const std::string& path : paths) {
    if (std::ranges::find(files, input_path(path), &InputFile::path) != files.end()) continue;
    std::optional<InputFile> file = look_at_file(path);
    if (!file) return false;
    files.push_back(std::move(*file));
  }
  return true;
}

}  // namespace pidometer
