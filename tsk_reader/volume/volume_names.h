#pragma once

#include <set>
#include <string>
#include <string_view>

namespace pidometer {

/// A name from metadata that an adversary may have shaped, as a part of a volume's name: letters,
/// digits and + _ . - as LVM2 allows them (lib/misc/lvm-string.c), anything else as _, cut to 128
/// bytes. Never empty.
std::string safe_volume_name(std::string_view name);

/// `name`, or with -2, -3, ... behind it where it is taken; what is returned is taken from then on.
std::string unique_volume_name(const std::string& name, std::set<std::string>& taken);

}  // namespace pidometer
