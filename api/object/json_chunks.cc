#include <malloc.h>

#include <cstdlib>

#include "api/object/json.h"

// Sanitizers must see each chunk go, or they miss whoever uses it afterwards.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CROFT_KEEPS_CHUNKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CROFT_KEEPS_CHUNKS 0
#endif
#endif
#ifndef CROFT_KEEPS_CHUNKS
#define CROFT_KEEPS_CHUNKS 1
#endif

namespace croft {
namespace {

constexpr int kMaxKept = CROFT_KEEPS_CHUNKS ? 8 : 0;
// With the header that the allocator puts before each chunk.
constexpr size_t kWithHeader = JsonChunks::kSize + 24;

thread_local bool ended = false;  // outlives what is below

struct Kept {
  ~Kept() {
    ended = true;
    while (count > 0) std::free(chunks[--count]);
  }
  void* chunks[kMaxKept + 1];
  int count = 0;
};
thread_local Kept kept;

// A document larger than most has larger chunks, of which none is kept.
bool IsUsual(void* chunk) {
  const size_t size = malloc_usable_size(chunk);
  return size >= kWithHeader && size < kWithHeader + 64;
}

}  // namespace

JsonChunks JsonAllocator::chunks_;

void* JsonChunks::Malloc(size_t size) {
  if (size == kWithHeader && !ended && kept.count > 0) return kept.chunks[--kept.count];
  return std::malloc(size);
}

void* JsonChunks::Realloc(void* chunk, size_t, size_t size) {
  return std::realloc(chunk, size);
}

void JsonChunks::Free(void* chunk) {
  if (chunk == nullptr) return;
  if (ended || kept.count >= kMaxKept || !IsUsual(chunk)) return std::free(chunk);
  kept.chunks[kept.count++] = chunk;
}

}  // namespace croft
