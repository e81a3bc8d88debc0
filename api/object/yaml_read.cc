#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <unordered_set>

#include "api/object/utf8.h"
#include "api/object/yaml.h"
#include "api/object/yaml_scalar.h"

namespace croft {
namespace {

// Thrown through yaml-cpp's parser and caught in ParseYaml; never leaves this file.
struct Refusal {
  YAML::Mark mark;
  std::string why;
};

std::string Place(const YAML::Mark& mark) {
  return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

// yaml-cpp reads the escapes \N and \_ as single bytes, those of Latin-1; all else that it reads is UTF-8.
std::string MendEscapes(std::string_view text) {
  std::string mended;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const bool alone = (first & 0xC0) == 0x80;
    const size_t size = first < 0xC0 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (alone) mended += '\xC2';
    mended.append(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
  }
  return mended;
}

// Builds the documents of a stream from yaml-cpp's events. The open collections are a stack of its own: no recursion.
class Builder : public YAML::EventHandler {
 public:
  // `duplicates` may be null: then a key that stands twice is refused.
  explicit Builder(std::vector<YamlDuplicate>* duplicates) : duplicates_(duplicates) {}

  std::vector<JsonDocument> TakeDocuments() { return std::move(documents_); }
  bool InDocument() const { return in_document_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    // yaml-cpp finds empty documents without end before a character that can't begin one.
    if (mark.pos == begin_) throw Refusal{mark, "no value begins like this"};
    begin_ = mark.pos;
    in_document_ = true;
    document_ = JsonDocument();
    anchors_.clear();
    open_.clear();
  }

  void OnDocumentEnd() override {
    in_document_ = false;
    if (!document_.IsNull()) documents_.push_back(std::move(document_));
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Accept(mark, anchor, Json(), 0, "null"); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) throw Refusal{mark, "an alias may not stand inside of what it refers to"};
    expanded_ += it->second.cost;
    if (expanded_ > kMaxBodyBytes) throw Refusal{mark, "its aliases expand to more than 3 MiB"};
    if (open_.size() + it->second.depth > static_cast<size_t>(kMaxJsonDepth)) throw TooDeep(mark);
    const Anchored& known = it->second;
    Accept(mark, YAML::NullAnchor, Copy(known.value, allocator()), known.cost, known.text, known.depth);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& read) override {
    const std::string value = IsUtf8(read) ? read : MendEscapes(read);
    static const std::string kStandard = "tag:yaml.org,2002:";
    const bool typed = tag == kStandard + "int" || tag == kStandard + "float" || tag == kStandard + "bool" ||
                       tag == kStandard + "null";
    Json scalar =
        tag == "?" || tag.empty() || typed ? ResolvePlainScalar(value, allocator()) : MakeString(value, allocator());
    if (typed && scalar.IsString()) throw Refusal{mark, "\"" + value + "\" is not of its type " + tag};
    if (scalar.IsDouble() && !std::isfinite(scalar.GetDouble())) {
      throw Refusal{mark, "JSON has no number for \"" + value + "\": quote it"};
    }
    // "<<" merges only where it stands plain.
    std::string as_key = tag == "?" && value == "<<" ? kMergeKey : scalar.IsString() ? value : WriteJson(scalar);
    Accept(mark, anchor, std::move(scalar), value.size(), std::move(as_key));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, anchor, Json(rapidjson::kArrayType));
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, anchor, Json(rapidjson::kObjectType));
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override {
    Frame& frame = open_.back();
    for (Json& source : frame.merges) Merge(frame, source);
    Close();
  }

 private:
  // What a node costs in memory beside its text.
  static constexpr size_t kNodeCost = 16;
  // No key can be equal: all of them are UTF-8.
  static inline const std::string kMergeKey = "\xff<<";

  struct Frame {
    YAML::Mark mark;
    YAML::anchor_t anchor;
    Json value;
    size_t cost = kNodeCost;
    size_t depth = 1;
    // Of maps:
    bool has_key = false;
    bool again = false;    // the key was there before
    size_t duplicate = 0;  // and then, which of the duplicates it is
    std::string key;
    std::unordered_set<std::string> keys;
    std::vector<Json> merges;
  };
  struct Anchored {
    Json value;
    size_t cost;
    size_t depth;
    std::string text;  // as a key; empty for collections
  };

  JsonAllocator& allocator() { return document_.GetAllocator(); }

  static Refusal TooDeep(const YAML::Mark& mark) {
    return {mark, "it is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels"};
  }

  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, Json value) {
    if (!open_.empty() && open_.back().value.IsObject() && !open_.back().has_key) {
      throw Refusal{mark, "a key must be a scalar"};
    }
    if (open_.size() >= static_cast<size_t>(kMaxJsonDepth)) throw TooDeep(mark);
    Frame frame;
    frame.mark = mark;
    frame.anchor = anchor;
    frame.value = std::move(value);
    open_.push_back(std::move(frame));
  }

  void Close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    Accept(frame.mark, frame.anchor, std::move(frame.value), frame.cost, {}, frame.depth);
  }

  // Puts a complete node where it belongs: `text` is what it is called when it turns out to be a key.
  void Accept(const YAML::Mark& mark, YAML::anchor_t anchor, Json value, size_t cost, std::string text,
              size_t depth = 0) {
    cost += kNodeCost;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {Copy(value, allocator()), cost, depth, text};
    if (open_.empty()) {
      static_cast<Json&>(document_) = std::move(value);
      return;
    }
    Frame& frame = open_.back();
    frame.cost += cost;
    frame.depth = std::max(frame.depth, depth + 1);
    if (frame.value.IsArray()) {
      frame.value.PushBack(std::move(value), allocator());
    } else if (!frame.has_key) {
      TakeKey(mark, frame, value, std::move(text));
    } else {
      frame.has_key = false;
      if (frame.key == kMergeKey) {
        TakeMerge(mark, frame, std::move(value));
      } else {
        if (frame.again && duplicates_ != nullptr) duplicates_->at(frame.duplicate).line = mark.line + 1;
        PutMember(frame, std::move(value));
      }
    }
  }

  void PutMember(Frame& frame, Json value) {
    if (frame.again) return Set(frame.value, frame.key, std::move(value), allocator());
    frame.value.AddMember(MakeString(frame.key, allocator()), std::move(value), allocator());
  }

  void TakeKey(const YAML::Mark& mark, Frame& frame, const Json& value, std::string text) {
    if (value.IsNull()) throw Refusal{mark, "a key is missing or null: write it, or quote it"};
    if (value.IsObject() || value.IsArray()) throw Refusal{mark, "a key must be a scalar"};
    frame.key = std::move(text);
    frame.again = frame.key != kMergeKey && !frame.keys.insert(frame.key).second;
    if (frame.again && duplicates_ == nullptr) {
      throw Refusal{mark, "the key \"" + frame.key + "\" stands twice in one mapping"};
    }
    if (frame.again) {
      frame.duplicate = duplicates_->size();
      duplicates_->push_back({0, WriteJson(value)});
    }
    frame.has_key = true;
  }

  static void TakeMerge(const YAML::Mark& mark, Frame& frame, Json value) {
    if (value.IsObject()) {
      frame.merges.push_back(std::move(value));
      return;
    }
    if (!value.IsArray()) throw Refusal{mark, "'<<' must be followed by a mapping or a list of mappings"};
    for (Json& item : value.GetArray()) {
      if (!item.IsObject()) throw Refusal{mark, "'<<' must be followed by a mapping or a list of mappings"};
      frame.merges.push_back(std::move(item));
    }
  }

  void Merge(Frame& frame, Json& source) {
    for (auto& member : source.GetObject()) {
      if (!frame.keys.emplace(AsView(member.name)).second) continue;
      frame.value.AddMember(std::move(member.name), std::move(member.value), allocator());
    }
  }

  std::vector<YamlDuplicate>* const duplicates_;
  std::vector<JsonDocument> documents_;
  int begin_ = -1;  // where the last document began
  bool in_document_ = false;
  JsonDocument document_;
  std::map<YAML::anchor_t, Anchored> anchors_;  // of document_
  std::vector<Frame> open_;
  size_t expanded_ = 0;
};

// Reads a stream from memory without copying it.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// What yaml-cpp would take for something else: other encodings, and 0x04 for the end of the stream.
Status CheckCharacters(std::string_view text) {
  if (!IsUtf8(text)) return Status::BadRequest("malformed YAML: it is not UTF-8");
  const auto refused = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
  });
  if (refused == text.end()) return Status::Ok();
  return Status::BadRequest("malformed YAML at byte " + std::to_string(refused - text.begin()) +
                            ": control characters are not allowed but for escapes in double quotes");
}

Result<std::vector<JsonDocument>> Parse(std::string_view text, std::vector<YamlDuplicate>* duplicates) {
  if (text.size() > kMaxYamlBytes) {
    return Status(Reason::kRequestEntityTooLarge, "the YAML has " + std::to_string(text.size()) +
                                                      " bytes, more than the " + std::to_string(kMaxYamlBytes) +
                                                      " that are accepted");
  }
  CROFT_RETURN_IF_ERROR(CheckCharacters(text));
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  Builder builder(duplicates);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    return Status::BadRequest("YAML refused at " + Place(refusal.mark) + ": " + refusal.why);
  } catch (const YAML::DeepRecursion& error) {
    return Status::BadRequest("YAML refused at " + Place(error.mark) + ": it is nested deeper than " +
                              std::to_string(kMaxJsonDepth) + " levels");
  } catch (const YAML::Exception& error) {
    return Status::BadRequest("malformed YAML at " + Place(error.mark) + ": " + error.msg);
  }
  return builder.TakeDocuments();
}

}  // namespace

Result<std::vector<JsonDocument>> ParseYaml(std::string_view text) {
  return Parse(text, nullptr);
}

Result<JsonDocument> ParseYamlDocument(std::string_view text, std::vector<YamlDuplicate>* duplicates) {
  Result<std::vector<JsonDocument>> documents = Parse(text, duplicates);
  if (!documents.ok()) return documents.status();
  if (documents->size() != 1) {
    return Status::BadRequest("expected one YAML document, found " + std::to_string(documents->size()));
  }
  return std::move(documents->front());
}

}  // namespace croft
