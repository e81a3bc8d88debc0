#pragma once

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

namespace croft {

// A list that never changes, of which equal ones share one copy in the whole process: the labels, owners and finalizers
// of ten thousand pods are those of a few hundred workloads. Reads as a const std::vector; assign a new one to change
// it. One pointer in size. Thread-safe as a shared_ptr is.
template <class T>
class SharedList {
 public:
  using value_type = T;
  using const_iterator = typename std::vector<T>::const_iterator;

  SharedList() = default;
  SharedList(std::vector<T> items) : node_(items.empty() ? nullptr : Share(std::move(items))) {}  // NOLINT: meant so
  SharedList(const SharedList& other) : node_(other.node_) {
    if (node_ != nullptr) node_->uses.fetch_add(1, std::memory_order_relaxed);
  }
  SharedList(SharedList&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  SharedList& operator=(SharedList other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~SharedList() {
    if (node_ != nullptr) Release(node_);
  }

  const std::vector<T>& items() const {
    static const std::vector<T> kEmpty;
    return node_ == nullptr ? kEmpty : node_->items;
  }
  operator const std::vector<T>&() const { return items(); }  // NOLINT: reads as a vector

  bool empty() const { return node_ == nullptr; }
  size_t size() const { return items().size(); }
  const_iterator begin() const { return items().begin(); }
  const_iterator end() const { return items().end(); }
  const T& front() const { return items().front(); }
  const T& operator[](size_t i) const { return items()[i]; }
  const T& at(size_t i) const { return items().at(i); }

  friend bool operator==(const SharedList& a, const SharedList& b) { return a.node_ == b.node_; }
  friend bool operator==(const SharedList& a, const std::vector<T>& b) { return a.items() == b; }

  // How many different lists there are.
  static size_t Count();

 private:
  struct Node {
    const std::vector<T> items;
    const size_t hash;
    std::atomic<size_t> uses;
  };
  class Pool;

  // The node of an equal list, made when there is none; with one more use.
  static Node* Share(std::vector<T> items);
  static void Release(Node* node);

  Node* node_ = nullptr;  // null: the empty list
};

}  // namespace croft
