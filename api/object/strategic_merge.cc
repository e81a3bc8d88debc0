#include <algorithm>
#include <map>
#include <unordered_set>
#include <vector>

#include "api/object/filter.h"
#include "api/object/member_index.h"
#include "api/object/patch.h"

namespace croft {
namespace {

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";
constexpr std::string_view kSetElementOrder = "$setElementOrder/";

bool IsDirective(std::string_view key) {
  return key == kDirective || key == kRetainKeys || key.starts_with(kDeleteFromList) ||
         key.starts_with(kSetElementOrder);
}

std::string Text(std::string_view text) {
  return std::string(text);
}

// A value as Go prints it: map[a:1 b:[x y]], members in order of their names.
std::string AsGo(const Json& value) {
  if (value.IsNull()) return "<nil>";
  if (value.IsString()) return Text(AsView(value));
  std::string text;
  if (value.IsArray()) {
    for (const Json& item : value.GetArray()) text += (text.empty() ? "" : " ") + AsGo(item);
    return "[" + text + "]";
  }
  if (!value.IsObject()) return WriteJson(value);
  std::map<std::string_view, const Json*> members;
  for (const auto& member : value.GetObject()) members.emplace(AsView(member.name), &member.value);
  for (const auto& [name, member] : members) text += (text.empty() ? "" : " ") + Text(name) + ":" + AsGo(*member);
  return "map[" + text + "]";
}

bool Contains(const Json& list, const Json& value) {
  return std::any_of(list.Begin(), list.End(), [&](const Json& item) { return Equal(item, value); });
}

// What tells the items of one merging list apart: the value of the merge key, or the item itself.
class Identity {
 public:
  explicit Identity(std::string key) : key_(std::move(key)) {}
  bool scalars() const { return key_.empty(); }
  const std::string& key() const { return key_; }

  // nullptr when the item lacks the merge key.
  const Json* Of(const Json& item) const { return scalars() ? &item : Find(item, key_); }
  bool Same(const Json& a, const Json& b) const {
    const Json* of_a = Of(a);
    const Json* of_b = Of(b);
    return of_a != nullptr && of_b != nullptr && Equal(*of_a, *of_b);
  }
  // The place of `item` in `list`; its size when absent.
  rapidjson::SizeType IndexIn(const Json& list, const Json& item) const {
    rapidjson::SizeType i = 0;
    while (i < list.Size() && !Same(list[i], item)) ++i;
    return i;
  }

 private:
  const std::string key_;
};

// One application of a patch. The methods recurse as deep as the patch, whose depth its parser has limited.
class Merger {
 public:
  explicit Merger(JsonAllocator& allocator) : allocator_(allocator) {}

  Status MergeObject(Json& target, const Json& patch, const MergeSchema* schema, const std::string& at) {
    if (const Json* directive = Find(patch, kDirective)) {
      if (!directive->IsString()) return Malformed(at, "$patch must be a string");
      const std::string_view name = AsView(*directive);
      if (name == "delete") {
        target.SetObject();
        return Status::Ok();
      }
      if (name == "replace") {
        target = WithoutDirectives(patch);
        return Status::Ok();
      }
      if (name != "merge") return UnknownDirective(at, name);
    }
    CROFT_RETURN_IF_ERROR(RetainKeys(target, patch, at));
    const MemberIndex changes(patch);
    CROFT_RETURN_IF_ERROR(DeleteFromLists(target, patch, at));
    CROFT_RETURN_IF_ERROR(MergeMembers(target, patch, changes, schema, at));
    return OrderUntouchedLists(target, patch, changes, schema, at);
  }

 private:
  static Status Malformed(const std::string& at, std::string_view what) {
    return Status::BadRequest("strategic merge patch at " + (at.empty() ? "the root" : at.substr(1)) + ": " +
                              Text(what));
  }
  static Status UnknownDirective(const std::string& at, std::string_view name) {
    return Malformed(at, "$patch: \"" + Text(name) + "\" is unknown: use replace, delete or merge");
  }

  static Status TooMuch(const std::string& at) {
    return {Reason::kRequestEntityTooLarge, "strategic merge patch at " + (at.empty() ? "the root" : at.substr(1)) +
                                                ": the lists have too many items to be merged: replace them"};
  }

  // Whether each of some items may still be compared with each of others. Lists that are merged have few items; who
  // sends many must not keep the server busy for minutes.
  bool Affords(size_t items, size_t others) {
    constexpr size_t kMaxComparisons = 20'000'000;
    spent_ += items * others;
    return spent_ <= kMaxComparisons;
  }

  // Members go and come at the end, at once: where they stand does not change until then.
  Status MergeMembers(Json& target, const Json& patch, const MemberIndex& changes, const MergeSchema* schema,
                      const std::string& at) {
    const MemberIndex present(target);
    std::vector<std::pair<const Json*, Json>> added;
    bool removes = false;
    for (const auto& member : patch.GetObject()) {
      const std::string_view key = AsView(member.name);
      const Json& value = member.value;
      if (IsDirective(key) || changes.Find(key) != &value) continue;  // of a key that stands twice the first counts
      Json* found = const_cast<Json*>(present.Find(key));
      removes = removes || (found != nullptr && value.IsNull());
      // An object that is to be deleted where there is none must not come into being.
      if (value.IsNull() || (found == nullptr && FindString(value, {kDirective}) == "delete")) continue;
      const MergeSchema* known = schema == nullptr ? nullptr : schema->Member(key);
      const Json* order = value.IsArray() ? changes.Find(Text(kSetElementOrder) + Text(key)) : nullptr;
      Json fresh;
      CROFT_RETURN_IF_ERROR(MergeMember(found == nullptr ? fresh : *found, value, order, known, at + "." + Text(key)));
      if (found == nullptr) added.emplace_back(&member.name, std::move(fresh));
    }
    if (removes) {
      FilterMembers(target, [&](std::string_view key, const Json&) {
        const Json* change = changes.Find(key);
        return change == nullptr || !change->IsNull() || IsDirective(key);
      });
    }
    for (auto& [name, value] : added) target.AddMember(Copy(*name, allocator_), std::move(value), allocator_);
    return Status::Ok();
  }

  // `present` is null where there was nothing.
  Status MergeMember(Json& present, const Json& value, const Json* order, const MergeSchema* schema,
                     const std::string& at) {
    if (value.IsObject()) {
      if (!present.IsObject() || (schema != nullptr && schema->ReplaceObject())) present.SetObject();
      return MergeObject(present, value, schema, at);
    }
    if (value.IsArray()) {
      if (!present.IsArray()) present.SetArray();
      return MergeList(present, value, order, schema, at);
    }
    present = Copy(value, allocator_);
    return Status::Ok();
  }

  Status MergeList(Json& target, const Json& patch, const Json* order, const MergeSchema* schema,
                   const std::string& at) {
    const ListMerge how = schema == nullptr ? ListMerge{} : schema->Merge();
    if (!how.merge) {
      target = WithoutDirectives(patch);
      return Status::Ok();
    }
    const Identity identity(how.key);
    const size_t items =
        size_t{target.Size()} + patch.Size() + (order != nullptr && order->IsArray() ? order->Size() : 0);
    if (!Affords(items, items)) return TooMuch(at);
    const Json before = Copy(target, allocator_);
    Json changes(rapidjson::kArrayType);  // the patch's items but for directives
    bool replace = false;
    CROFT_RETURN_IF_ERROR(SplitItems(target, patch, identity, at, &changes, &replace));
    if (replace) target.SetArray();
    for (const Json& item : changes.GetArray()) {
      const rapidjson::SizeType index = identity.IndexIn(target, item);
      if (identity.scalars()) {
        if (index == target.Size()) target.PushBack(Copy(item, allocator_), allocator_);
        continue;
      }
      if (index == target.Size()) target.PushBack(Json(rapidjson::kObjectType), allocator_);
      const std::string place = at + "[" + how.key + "=" + Describe(*identity.Of(item)) + "]";
      CROFT_RETURN_IF_ERROR(MergeObject(target[index], item, schema->Items(), place));
    }
    if (order == nullptr) {
      if (!replace) Arrange(target, changes, before, identity);
      return Status::Ok();
    }
    CROFT_RETURN_IF_ERROR(CheckOrder(changes, *order, identity, at));
    Arrange(target, *order, before, identity);
    return Status::Ok();
  }

  // Carries out the directives among a list's items and collects the others.
  Status SplitItems(Json& target, const Json& patch, const Identity& identity, const std::string& at, Json* changes,
                    bool* replace) {
    for (const Json& item : patch.GetArray()) {
      if (identity.scalars()) {
        if (item.IsObject() || item.IsArray()) return Malformed(at, "the items must be scalars");
        changes->PushBack(Copy(item, allocator_), allocator_);
        continue;
      }
      if (!item.IsObject()) return Malformed(at, "the items must be objects");
      const Json* directive = Find(item, kDirective);
      const std::string_view name = directive != nullptr && directive->IsString() ? AsView(*directive) : "";
      if (directive != nullptr && name == "replace" && item.MemberCount() == 1) {
        *replace = true;
        continue;
      }
      if (identity.Of(item) == nullptr) {
        // In Kubernetes' words and with its code, a server's error.
        return Status::Unknown("map: " + AsGo(item) + " does not contain declared merge key: " + identity.key());
      }
      if (directive == nullptr || name == "merge" || name == "replace") {
        changes->PushBack(Copy(item, allocator_), allocator_);
        continue;
      }
      if (name != "delete") return UnknownDirective(at, name);
      EraseIf(target, [&](const Json& present) { return identity.Same(present, item); });
    }
    return Status::Ok();
  }

  Status RetainKeys(Json& target, const Json& patch, const std::string& at) {
    const Json* keep = Find(patch, kRetainKeys);
    if (keep == nullptr) return Status::Ok();
    if (!keep->IsArray()) return Malformed(at, "$retainKeys must be a list of strings");
    std::unordered_set<std::string_view> kept;
    for (const Json& key : keep->GetArray()) {
      if (!key.IsString()) return Malformed(at, "$retainKeys must be a list of strings");
      kept.insert(AsView(key));
    }
    for (const auto& member : patch.GetObject()) {
      const std::string_view key = AsView(member.name);
      if (IsDirective(key) || member.value.IsNull() || kept.contains(key)) continue;
      return Malformed(at, "$retainKeys does not hold \"" + Text(key) + "\", which the patch sets");
    }
    FilterMembers(target, [&](std::string_view key, const Json&) { return kept.contains(key); });
    return Status::Ok();
  }

  Status DeleteFromLists(Json& target, const Json& patch, const std::string& at) {
    const MemberIndex present(target);
    for (const auto& member : patch.GetObject()) {
      const std::string_view name = AsView(member.name);
      if (!name.starts_with(kDeleteFromList)) continue;
      const Json& values = member.value;
      if (!values.IsArray()) return Malformed(at, Text(name) + " must be a list of scalars");
      const std::string_view key = name.substr(kDeleteFromList.size());
      Json* list = const_cast<Json*>(present.Find(key));
      if (list == nullptr || list->IsNull()) continue;
      if (!list->IsArray()) return Malformed(at, "\"" + Text(key) + "\" is not a list to delete from");
      if (!Affords(values.Size(), list->Size())) return TooMuch(at + "." + Text(key));
      EraseIf(*list, [&](const Json& item) { return Contains(values, item); });
    }
    return Status::Ok();
  }

  // $setElementOrder of lists that the patch does not otherwise change.
  Status OrderUntouchedLists(Json& target, const Json& patch, const MemberIndex& changes, const MergeSchema* schema,
                             const std::string& at) {
    const MemberIndex present(target);
    for (const auto& member : patch.GetObject()) {
      const std::string_view name = AsView(member.name);
      if (!name.starts_with(kSetElementOrder)) continue;
      const std::string_view key = name.substr(kSetElementOrder.size());
      const Json& order = member.value;
      if (!order.IsArray()) return Malformed(at, Text(name) + " must be a list");
      Json* list = const_cast<Json*>(present.Find(key));
      if (changes.Find(key) != nullptr || list == nullptr || !list->IsArray()) continue;
      const MergeSchema* known = schema == nullptr ? nullptr : schema->Member(key);
      if (known == nullptr || !known->Merge().merge) continue;
      const size_t items = size_t{list->Size()} + order.Size();
      if (!Affords(items, items)) return TooMuch(at + "." + Text(key));
      const Json before = Copy(*list, allocator_);
      Arrange(*list, order, before, Identity(known->Merge().key));
    }
    return Status::Ok();
  }

  // The items that a patch changes must stand in $setElementOrder in the same order.
  static Status CheckOrder(const Json& changes, const Json& order, const Identity& identity, const std::string& at) {
    if (!order.IsArray()) return Malformed(at, "$setElementOrder must be a list");
    rapidjson::SizeType from = 0;
    for (const Json& item : changes.GetArray()) {
      while (from < order.Size() && !identity.Same(order[from], item)) ++from;
      if (from == order.Size()) return Malformed(at, "the order of the list differs from that of $setElementOrder");
    }
    return Status::Ok();
  }

  // Puts the items that `order` names in its order. The others keep theirs and their place before the first named item
  // that they stood before in `before`; failing that they come last.
  void Arrange(Json& list, const Json& order, const Json& before, const Identity& identity) {
    Json named(rapidjson::kArrayType);
    for (const Json& item : order.GetArray()) {
      const rapidjson::SizeType index = identity.IndexIn(list, item);
      if (index == list.Size()) continue;
      named.PushBack(std::move(list[index]), allocator_);
      list.Erase(list.Begin() + index);
    }
    Json arranged(rapidjson::kArrayType);
    rapidjson::SizeType next = 0;
    for (Json& other : list.GetArray()) {
      const rapidjson::SizeType place = identity.IndexIn(before, other);
      const auto stood_before = [&](const Json& item) {
        const rapidjson::SizeType of_item = identity.IndexIn(before, item);
        return of_item < before.Size() && place < of_item;
      };
      while (next < named.Size() && !stood_before(named[next])) arranged.PushBack(std::move(named[next++]), allocator_);
      arranged.PushBack(std::move(other), allocator_);
    }
    while (next < named.Size()) arranged.PushBack(std::move(named[next++]), allocator_);
    list = std::move(arranged);
  }

  // A patch's value where nothing is merged with it: directives and nulls go.
  Json WithoutDirectives(const Json& value) {
    if (value.IsObject()) {
      Json clean(rapidjson::kObjectType);
      for (const auto& member : value.GetObject()) {
        if (IsDirective(AsView(member.name)) || member.value.IsNull()) continue;
        clean.AddMember(Copy(member.name, allocator_), WithoutDirectives(member.value), allocator_);
      }
      return clean;
    }
    if (!value.IsArray()) return Copy(value, allocator_);
    Json clean(rapidjson::kArrayType);
    for (const Json& item : value.GetArray()) {
      if (item.IsObject() && Find(item, kDirective) != nullptr &&
          (item.MemberCount() == 1 || FindString(item, {kDirective}) == "delete")) {
        continue;
      }
      clean.PushBack(WithoutDirectives(item), allocator_);
    }
    return clean;
  }

  static std::string Describe(const Json& value) { return value.IsString() ? Text(AsView(value)) : WriteJson(value); }

  template <class Predicate>
  static void EraseIf(Json& list, Predicate predicate) {
    auto kept = list.Begin();
    for (auto it = list.Begin(); it != list.End(); ++it) {
      if (predicate(*it)) continue;
      if (kept != it) *kept = std::move(*it);
      ++kept;
    }
    if (kept != list.End()) list.Erase(kept, list.End());
  }

  JsonAllocator& allocator_;
  size_t spent_ = 0;  // comparisons
};

}  // namespace

Status ApplyStrategicMergePatch(Json& target, const Json& patch, const MergeSchema* schema, JsonAllocator& allocator) {
  if (!patch.IsObject()) return Status::BadRequest("a strategic merge patch must be an object");
  if (!target.IsObject()) target.SetObject();
  return Merger(allocator).MergeObject(target, patch, schema, "");
}

}  // namespace croft
