#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace pidometer {

enum class Utf16Order { little, big };

/// A name in UTF-16 as UTF-8, up to its first NUL. What is no character becomes U+FFFD.
std::string utf16_name(std::span<const std::byte> bytes, Utf16Order order);

}  // namespace pidometer
