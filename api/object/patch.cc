#include "api/object/patch.h"

#include <charconv>
#include <optional>

#include "api/object/filter.h"
#include "api/object/member_index.h"

namespace croft {
namespace {

// Kubernetes' own limit.
constexpr rapidjson::SizeType kMaxOperations = 10'000;
// Values that all operations of one patch may pass by on their way or move aside: a fraction of a second's worth.
constexpr size_t kMaxSteps = 60'000'000;

using Path = std::vector<std::string>;

// RFC 6901; none when malformed.
std::optional<Path> ParsePointer(std::string_view text) {
  Path path;
  if (text.empty()) return path;
  if (text.front() != '/') return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      path.emplace_back();
    } else if (text[i] == '~') {
      if (++i == text.size() || (text[i] != '0' && text[i] != '1')) return std::nullopt;
      path.back() += text[i] == '0' ? '~' : '/';
    } else {
      path.back() += text[i];
    }
  }
  return path;
}

// An index below `size`, without leading zeros. One below zero counts from the end, which RFC 6902 does not know and
// Kubernetes' library does.
std::optional<rapidjson::SizeType> ParseIndex(std::string_view text, rapidjson::SizeType size) {
  const bool from_end = text.starts_with('-');
  const std::string_view digits = text.substr(from_end ? 1 : 0);
  if (digits.empty() || (text.size() > 1 && digits.front() == '0')) return std::nullopt;
  rapidjson::SizeType index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (from_end) return index <= size ? std::optional(size - index) : std::nullopt;
  return index < size ? std::optional(index) : std::nullopt;
}

// Carries out one operation after the other on one document.
class Patcher {
 public:
  explicit Patcher(JsonDocument& document) : document_(document), allocator_(document.GetAllocator()) {}

  Status Run(const Json& operation) {
    if (!operation.IsObject()) return Status::BadRequest("must be an object");
    if (steps_ > kMaxSteps) {
      return {Reason::kRequestEntityTooLarge,
              "the operations so far went through too many values: send fewer at a time for so large an object"};
    }
    const std::string_view op = FindString(operation, {"op"});
    Result<Path> path = ReadPointer(operation, "path");
    if (!path.ok()) return path.status();
    if (op == "remove") return Remove(*path, nullptr);
    if (op == "move" || op == "copy") {
      Result<Path> from = ReadPointer(operation, "from");
      if (!from.ok()) return from.status();
      return op == "move" ? Move(*from, *path) : CopyFrom(*from, *path);
    }
    if (op != "add" && op != "replace" && op != "test") {
      return Status::BadRequest("op must be add, remove, replace, move, copy or test, not \"" + std::string(op) + "\"");
    }
    const Json* value = Find(operation, "value");
    if (value == nullptr) return Status::BadRequest("value: Required value");
    if (op == "test") return Test(*path, *value);
    return op == "add" ? Add(*path, Copy(*value, allocator_)) : Replace(*path, *value);
  }

 private:
  static Result<Path> ReadPointer(const Json& operation, std::string_view key) {
    const Json* text = Find(operation, key);
    if (text == nullptr || !text->IsString()) return Status::BadRequest(std::string(key) + ": Required value");
    std::optional<Path> path = ParsePointer(AsView(*text));
    if (!path) {
      return Status::BadRequest(std::string(key) + ": \"" + std::string(AsView(*text)) +
                                "\" is not a JSON pointer: begin with '/', write '~' as ~0 and '/' as ~1");
    }
    return std::move(*path);
  }

  static std::string Render(const Path& path) {
    std::string text;
    for (const std::string& token : path) text += "/" + token;
    return "\"" + text + "\"";
  }

  int Depth(const Json& value) {
    ++steps_;
    int deepest = 0;
    if (value.IsObject()) {
      for (const auto& member : value.GetObject()) deepest = std::max(deepest, Depth(member.value));
    } else if (value.IsArray()) {
      for (const Json& item : value.GetArray()) deepest = std::max(deepest, Depth(item));
    } else {
      return 0;
    }
    return deepest + 1;
  }

  Json* Child(Json& parent, const std::string& token) {
    if (parent.IsObject()) {
      steps_ += parent.MemberCount();
      return FindMutable(parent, token);
    }
    if (!parent.IsArray()) return nullptr;
    const auto index = ParseIndex(token, parent.Size());
    return index ? &parent[*index] : nullptr;
  }

  Json* Resolve(const Path& path, size_t tokens) {
    Json* at = &document_;
    for (size_t i = 0; i < tokens && at != nullptr; ++i) at = Child(*at, path[i]);
    return at;
  }

  Status Missing(const Path& path) const { return Status::Invalid("the path " + Render(path) + " does not exist"); }

  Status Add(const Path& path, Json value) {
    if (static_cast<int>(path.size()) + Depth(value) > kMaxJsonDepth) {
      return Status::Invalid("the result is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    if (path.empty()) {
      static_cast<Json&>(document_) = std::move(value);
      return Status::Ok();
    }
    Json* parent = Resolve(path, path.size() - 1);
    if (parent == nullptr) return Missing(Path(path.begin(), path.end() - 1));
    if (parent->IsObject()) {
      steps_ += parent->MemberCount();
      Set(*parent, path.back(), std::move(value), allocator_);
      return Status::Ok();
    }
    if (!parent->IsArray()) {
      return Status::Invalid("the parent of " + Render(path) + " is neither an object nor a list");
    }
    const auto index = path.back() == "-" ? std::optional(parent->Size()) : ParseIndex(path.back(), parent->Size() + 1);
    if (!index) {
      return Status::Invalid("\"" + path.back() + "\" is not an index into the list of " +
                             std::to_string(parent->Size()) + " items at " + Render(path));
    }
    steps_ += parent->Size() - *index;
    parent->PushBack(Json(), allocator_);
    for (rapidjson::SizeType i = parent->Size() - 1; i > *index; --i) (*parent)[i].Swap((*parent)[i - 1]);
    (*parent)[*index] = std::move(value);
    return Status::Ok();
  }

  // Moves what was there into *removed unless that is nullptr.
  Status Remove(const Path& path, Json* removed) {
    if (path.empty()) return Status::BadRequest("the whole document can't be removed");
    Json* parent = Resolve(path, path.size() - 1);
    Json* target = parent == nullptr ? nullptr : Child(*parent, path.back());
    if (target == nullptr) return Missing(path);
    if (removed != nullptr) *removed = std::move(*target);
    if (parent->IsObject()) {
      steps_ += parent->MemberCount();
      Erase(*parent, path.back());
    } else {
      steps_ += parent->Size();
      parent->Erase(target);
    }
    return Status::Ok();
  }

  // Whether there is an object that could have the path's last member.
  bool MayHave(const Path& path) {
    const Json* parent = path.empty() ? nullptr : Resolve(path, path.size() - 1);
    return parent != nullptr && parent->IsObject();
  }

  // What an object does not have is replaced as well: RFC 6902 forbids it, Kubernetes' library does it, and clients
  // count on that (`cordon` of the Java client).
  Status Replace(const Path& path, const Json& value) {
    Json* target = Resolve(path, path.size());
    if (target == nullptr) return MayHave(path) ? Add(path, Copy(value, allocator_)) : Missing(path);
    if (static_cast<int>(path.size()) + Depth(value) > kMaxJsonDepth) {
      return Status::Invalid("the result is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    *target = Copy(value, allocator_);
    return Status::Ok();
  }

  Status Move(const Path& from, const Path& path) {
    if (from.size() < path.size() && std::equal(from.begin(), from.end(), path.begin())) {
      return Status::BadRequest("from: " + Render(from) + " can't be moved into itself");
    }
    if (from == path) return Resolve(path, path.size()) == nullptr ? Missing(path) : Status::Ok();
    Json moved;
    CROFT_RETURN_IF_ERROR(Remove(from, &moved));
    return Add(path, std::move(moved));
  }

  Status CopyFrom(const Path& from, const Path& path) {
    const Json* source = Resolve(from, from.size());
    if (source == nullptr) return Missing(from);
    // Copies of copies double each time: a short patch could fill the memory.
    copied_bytes_ += WriteJson(*source).size();
    if (copied_bytes_ > kMaxBodyBytes) {
      return Status::Invalid("the patch copies more than " + std::to_string(kMaxBodyBytes) + " bytes");
    }
    return Add(path, Copy(*source, allocator_));
  }

  // What an object does not have is null, so that a client can test that something is not there (finalizers of
  // kube-rs).
  Status Test(const Path& path, const Json& value) {
    const Json* found = Resolve(path, path.size());
    if (found == nullptr && value.IsNull() && MayHave(path)) return Status::Ok();
    if (found == nullptr) return Missing(path);
    if (Equal(*found, value)) return Status::Ok();
    return Status::Invalid("the test of " + Render(path) + " failed: the value differs");
  }

  JsonDocument& document_;
  JsonAllocator& allocator_;
  size_t copied_bytes_ = 0;
  size_t steps_ = 0;
};

}  // namespace

Status ApplyJsonPatch(JsonDocument& document, const Json& patch) {
  if (!patch.IsArray()) return Status::BadRequest("a JSON patch must be a list of operations");
  if (patch.Size() > kMaxOperations) {
    return Status(Reason::kRequestEntityTooLarge, "a JSON patch may hold at most " + std::to_string(kMaxOperations) +
                                                      " operations, this one has " + std::to_string(patch.Size()));
  }
  Patcher patcher(document);
  for (rapidjson::SizeType i = 0; i < patch.Size(); ++i) {
    if (Status status = patcher.Run(patch[i]); !status.ok()) {
      return status.Annotate("patch operation " + std::to_string(i));
    }
  }
  return Status::Ok();
}

namespace {

// The value of a member that a merge patch adds: nulls in it have nothing to remove.
Json WithoutNulls(const Json& patch, JsonAllocator& allocator) {
  Json value;
  ApplyMergePatch(value, patch, allocator);
  return value;
}

}  // namespace

void ApplyMergePatch(Json& target, const Json& patch, JsonAllocator& allocator) {
  if (!patch.IsObject()) {
    target = Copy(patch, allocator);
    return;
  }
  if (!target.IsObject()) target.SetObject();
  // Members go and come at the end, at once: where they stand does not change until then.
  const MemberIndex present(target);
  const MemberIndex changes(patch);
  std::vector<const Json::Member*> added;
  bool removes = false;
  for (const auto& member : patch.GetObject()) {
    const std::string_view key = AsView(member.name);
    if (changes.Find(key) != &member.value) continue;  // of a key that stands twice the first counts
    const Json* found = present.Find(key);
    if (member.value.IsNull()) {
      removes = removes || found != nullptr;
    } else if (found != nullptr) {
      ApplyMergePatch(const_cast<Json&>(*found), member.value, allocator);
    } else {
      added.push_back(&member);
    }
  }
  if (removes) {
    FilterMembers(target, [&](std::string_view key, const Json&) {
      const Json* change = changes.Find(key);
      return change == nullptr || !change->IsNull();
    });
  }
  for (const Json::Member* member : added) {
    target.AddMember(Copy(member->name, allocator), WithoutNulls(member->value, allocator), allocator);
  }
}

namespace {

Json MergePatchBetween(const Json& from, const Json& to, JsonAllocator& allocator) {
  if (!from.IsObject() || !to.IsObject()) return Copy(to, allocator);
  const MemberIndex before(from);
  const MemberIndex after(to);
  Json patch(rapidjson::kObjectType);
  for (const auto& member : from.GetObject()) {
    if (after.Find(AsView(member.name)) == nullptr) patch.AddMember(Copy(member.name, allocator), Json(), allocator);
  }
  for (const auto& member : to.GetObject()) {
    const Json* old = before.Find(AsView(member.name));
    if (old != nullptr && Equal(*old, member.value)) continue;
    Json change = old == nullptr ? Copy(member.value, allocator) : MergePatchBetween(*old, member.value, allocator);
    patch.AddMember(Copy(member.name, allocator), std::move(change), allocator);
  }
  return patch;
}

}  // namespace

JsonDocument CreateMergePatch(const Json& from, const Json& to) {
  JsonDocument patch;
  static_cast<Json&>(patch) = MergePatchBetween(from, to, patch.GetAllocator());
  return patch;
}

}  // namespace croft
