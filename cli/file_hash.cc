#include "cli/file_hash.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>

#include "base/sha256.h"
#include "cli/interrupt.h"

namespace pidometer {
namespace {

Result<std::string> sha256_until(const std::string& name, bool (*stop)()) {
  const auto unreadable = [&name] {
    return fail(ErrorKind::unreadable, "cannot read " + name, std::strerror(errno));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "re"),
                                                             std::fclose);
  if (file == nullptr && (errno == ENOENT || errno == ENOTDIR)) return std::string();
  if (file == nullptr) return unreadable();
  Sha256 sum;
  std::array<std::byte, 65536> block{};
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get())) {
    if (stop()) return fail(ErrorKind::unreadable, "cannot read " + name, "interrupted");
    sum.update(std::span(block).first(got));
  }
  if (std::ferror(file.get()) != 0) return unreadable();
  return sum.finish();
}

}  // namespace

std::string file_sha256(const std::string& name) {
  return sha256_until(name, [] { return false; }).value_or("");
}

Result<std::string> interruptible_sha256(const std::string& name) {
  return sha256_until(name, interrupted);
}

}  // namespace pidometer
