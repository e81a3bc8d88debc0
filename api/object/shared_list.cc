#include "api/object/shared_list.h"

#include <mutex>
#include <string>
#include <unordered_set>

#include "api/object/object.h"

namespace croft {
namespace {

size_t Mix(size_t seed, const std::string& text) {
  return (seed ^ std::hash<std::string>()(text)) * 0x9e3779b97f4a7c15u;
}
size_t Mix(size_t seed, const std::pair<std::string, std::string>& label) {
  return Mix(Mix(seed, label.first), label.second);
}
// The uid is enough: the rest of two references to one owner is nearly always equal.
size_t Mix(size_t seed, const OwnerReference& owner) {
  return Mix(seed, owner.uid);
}

}  // namespace

template <class T>
class SharedList<T>::Pool {
 public:
  // Lives as long as the process: objects may be destroyed after any static of ours.
  static Pool& Get() {
    static Pool& pool = *new Pool;
    return pool;
  }

  Node* Share(std::vector<T> items) {
    size_t hash = items.size();
    for (const T& item : items) hash = Mix(hash, item);
    const std::lock_guard lock(mutex_);
    const Sought sought{&items, hash};
    if (const auto found = nodes_.find(sought); found != nodes_.end()) {
      (*found)->uses.fetch_add(1, std::memory_order_relaxed);
      return *found;
    }
    items.shrink_to_fit();
    return *nodes_.insert(new Node{std::move(items), hash, 1}).first;
  }

  // The last use ends under the lock only, so that Share never finds a node that is about to go.
  void Release(Node* node) {
    size_t uses = node->uses.load(std::memory_order_relaxed);
    while (uses > 1) {
      if (node->uses.compare_exchange_weak(uses, uses - 1, std::memory_order_release, std::memory_order_relaxed))
        return;
    }
    {
      const std::lock_guard lock(mutex_);
      if (node->uses.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
      nodes_.erase(node);
    }
    delete node;
  }

  size_t Count() {
    const std::lock_guard lock(mutex_);
    return nodes_.size();
  }

 private:
  struct Sought {
    const std::vector<T>* items;
    size_t hash;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const Node* node) const { return node->hash; }
    size_t operator()(const Sought& sought) const { return sought.hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Node* a, const Node* b) const { return a == b; }
    bool operator()(const Sought& a, const Node* b) const { return a.hash == b->hash && *a.items == b->items; }
    bool operator()(const Node* a, const Sought& b) const { return (*this)(b, a); }
  };

  std::mutex mutex_;
  std::unordered_set<Node*, Hash, Equal> nodes_;  // guarded by mutex_
};

template <class T>
typename SharedList<T>::Node* SharedList<T>::Share(std::vector<T> items) {
  return Pool::Get().Share(std::move(items));
}

template <class T>
void SharedList<T>::Release(Node* node) {
  Pool::Get().Release(node);
}

template <class T>
size_t SharedList<T>::Count() {
  return Pool::Get().Count();
}

template class SharedList<std::string>;
template class SharedList<std::pair<std::string, std::string>>;
template class SharedList<OwnerReference>;

}  // namespace croft
