#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pidometer {

/// The help in lines of at most so many columns (50 at least): what goes on from a line stands
/// below its second column. Commands to be copied stay whole.
std::string wrap_help(std::string_view help, std::size_t columns);

}  // namespace pidometer
