#include "cli/file_hash.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>

#include "base/sha256.h"
#include "cli/interrupt.h"

namespace pidometer {
namespace {

std::string sha256_until(const std::string& name, bool (*stop)()) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "re"),
                                                             std::fclose);
  if (file == nullptr) return {};
  Sha256 sum;
  std::array<std::byte, 65536> block{};
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get())) {
    if (stop()) return {};
    sum.update(std::span(block).first(got));
  }
  return std::ferror(file.get()) != 0 ? std::string() : sum.finish();
}

}  // namespace

std::string file_sha256(const std::string& name) {
  return sha256_until(name, [] { return false; });
}

std::string interruptible_sha256(const std::string& name) {
  return sha256_until(name, interrupted);
}

}  // namespace pidometer
