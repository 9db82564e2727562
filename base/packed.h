#pragma once

#include <string_view>

namespace pidometer {

/// What packs a file that begins so: "gzip"; empty where nothing known does. For places that unpack
/// nothing and say so; what the reader unpacks it looks at more closely (detect_compression()).
std::string_view packed_as(std::string_view head);

}  // namespace pidometer
