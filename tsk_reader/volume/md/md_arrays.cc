#include "tsk_reader/volume/md/md_arrays.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace pidometer {
namespace {

bool in_sync(const MdMember& member) {
  return member.super.role && !member.super.rebuilt;
}

/// Of one array: members of one image stay together, copies are set aside.
struct Draft {
  std::vector<const MdMember*> members;
  std::vector<const MdMember*> copies;

  bool shares(const Draft& other) const {
    return std::any_of(members.begin(), members.end(), [&](const MdMember* one) {
      return std::any_of(other.members.begin(), other.members.end(), [&](const MdMember* two) {
        return one->super.member_id == two->super.member_id;
      });
    });
  }
  std::size_t places_filled() const {
    std::set<std::uint32_t> roles;
    for (const MdMember* one : members)
      if (in_sync(*one)) roles.insert(*one->super.role);
    return roles.size();
  }
  bool complete() const { return places_filled() >= members.front()->super.raid_disks; }
};

Draft block_of(std::vector<const MdMember*> members) {
  Draft block;
  std::stable_sort(members.begin(), members.end(), [](const MdMember* a, const MdMember* b) {
    return a->super.events > b->super.events;
  });
  std::set<std::string_view> seen;
  for (const MdMember* one : members)
    (seen.insert(one->super.member_id).second ? block.members : block.copies).push_back(one);
  return block;
}

/// Whether all of the newest members count this one among the working ones.
bool listed(const MdMember& member, const std::vector<const MdMember*>& all, std::uint64_t events) {
  return std::all_of(all.begin(), all.end(), [&](const MdMember* one) {
    const auto found = one->super.active.find(member.super.number);
    return one->super.events != events || (found != one->super.active.end() && found->second);
  });
}

/// The members that may be read, the best first.
void choose_legs(MdArray& array) {
  std::vector<const MdMember*> able;
  for (const MdMember* one : array.members)
    if (one->super.role) able.push_back(one);
  if (able.empty()) return;
  std::uint64_t newest = 0;
  for (const MdMember* one : able) newest = std::max(newest, one->super.events);
  const std::vector<const MdMember*> all = able;
  // A tie goes to the lowest place: md itself reads that one while a mirror is not in sync.
  const auto rank = [&](const MdMember* one) {
    return std::tuple(in_sync(*one) ? 0 : 1, ~one->super.events, listed(*one, all, newest) ? 0 : 1,
                      one->super.replacement ? 1 : 0, *one->super.role);
  };
  std::stable_sort(able.begin(), able.end(),
                   [&](const MdMember* a, const MdMember* b) { return rank(a) < rank(b); });
  const MdMember& best = *able.front();
  for (const MdMember* one : able)
    if (one == &best || (in_sync(*one) && one->super.events == best.super.events &&
                         one->super.size == best.super.size && listed(*one, all, newest)))
      array.legs.push_back(one);
}

MdArray finish(Draft draft) {
  MdArray array;
  array.members = std::move(draft.members);
  array.copies = std::move(draft.copies);
  std::stable_sort(array.members.begin(), array.members.end(),
                   [](const MdMember* a, const MdMember* b) { return a->image < b->image; });
  const MdSuperblock& any = array.members.front()->super;
  if (any.level != 1) {
    array.unsupported = "not read by this version";
    return array;
  }
  choose_legs(array);
  if (array.legs.empty())
    array.unsupported = "none of the members found has a place in the array";
  else if (!array.super().unsupported.empty())
    array.unsupported = array.super().unsupported + "; not read by this version";
  else if (array.super().size == 0)
    array.unsupported = "its superblock gives it no size";
  if (!array.unsupported.empty()) array.legs.clear();
  return array;
}

}  // namespace

bool MdArray::complete() const {
  std::set<std::uint32_t> roles;
  for (const MdMember* one : members)
    if (in_sync(*one)) roles.insert(*one->super.role);
  return roles.size() >= super().raid_disks;
}

std::string MdArray::member_words(const MdMember& member) const {
  const MdSuperblock& mine = member.super;
  if (!mine.state.empty()) return mine.state;
  if (std::find(legs.begin(), legs.end(), &member) != legs.end() || legs.empty()) return {};
  const MdSuperblock& best = legs.front()->super;
  if (mine.events != best.events)
    return fmt::format("stale, its event count is {} and that of {} is {}", mine.events,
                       legs.front()->place, best.events);
  if (mine.rebuilt) return fmt::format("being rebuilt, up to byte {}", *mine.rebuilt);
  return fmt::format("not in sync by what {} says", legs.front()->place);
}

std::string MdArray::description() const {
  const MdSuperblock& about = super();
  std::string words = fmt::format("md {} array {} (metadata {}), {} of {} members",
                                  md_level_name(about.level), about.title(), about.version,
                                  std::max<std::size_t>(legs.size(), 1), about.raid_disks);
  const char* sign = ": ";
  for (const MdMember* one : legs) words += std::exchange(sign, ", ") + one->place;
  return words;
}

std::vector<MdArray> group_md_members(std::span<const MdMember> members) {
  std::vector<std::string> order;
  for (const MdMember& one : members)
    if (std::find(order.begin(), order.end(), one.super.array_uuid) == order.end())
      order.push_back(one.super.array_uuid);
  std::vector<MdArray> arrays;
  for (const std::string& uuid : order) {
    std::vector<Draft> drafts;
    std::vector<const MdMember*> of_image;
    const auto close = [&] {
      if (of_image.empty()) return;
      Draft block = block_of(std::exchange(of_image, {}));
      Draft* home = nullptr;
      if (!block.complete())
        for (Draft& draft : drafts)
          if (home == nullptr && !draft.complete() && !draft.shares(block)) home = &draft;
      if (home == nullptr) return drafts.push_back(std::move(block));
      home->members.insert(home->members.end(), block.members.begin(), block.members.end());
      home->copies.insert(home->copies.end(), block.copies.begin(), block.copies.end());
    };
    for (const MdMember& one : members) {
      if (one.super.array_uuid != uuid) continue;
      if (!of_image.empty() && of_image.front()->image != one.image) close();
      of_image.push_back(&one);
    }
    close();
    for (Draft& draft : drafts) arrays.push_back(finish(std::move(draft)));
  }
  return arrays;
}

std::unique_ptr<MdMirrorSource> make_md_mirror(const MdArray& array) {
  const std::uint64_t size = array.super().size;
  std::vector<MirrorLeg> legs;
  for (const MdMember* one : array.legs) {
    MirrorLeg leg{one->source, one->super.data_offset, one->place, {}};
    if (one->super.rebuilt)
      leg.bad.add({*one->super.rebuilt, size}, "this member of the md array was not yet rebuilt");
    for (const ByteRange& bad : one->super.bad_blocks) {
      // In sectors of the member, data_offset included.
      const std::uint64_t begin = std::max(bad.begin, leg.data_offset) - leg.data_offset;
      const std::uint64_t end = std::max(bad.end, leg.data_offset) - leg.data_offset;
      leg.bad.add({begin, std::min(end, size)}, "in md's list of bad blocks of this member");
    }
    legs.push_back(std::move(leg));
  }
  return std::make_unique<MdMirrorSource>(std::move(legs), size);
}

}  // namespace pidometer
