#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace croft {

// A source of random numbers. Injected wherever chance decides something, so that a seed repeats a run. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
  // Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound) { return Next() % bound; }
};

// The kernel's random source, 256 bytes at a time for each thread.
class SystemRandom final : public Random {
 public:
  uint64_t Next() override;
};

// A repeatable sequence (splitmix64). Not thread-safe: for the one-threaded lab in simulation.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next() override;

 private:
  uint64_t state_;
};

// An RFC 4122 version 4 UUID, as metadata.uid is.
std::string NewUid(Random& random);

// A random name suffix in Kubernetes' alphabet (no vowels, nothing that looks alike), as generateName appends.
std::string RandomSuffix(Random& random, int length = 5);

// A number in that alphabet, as pod-template-hash is: stable between versions of Croft.
std::string SafeEncode(uint64_t hash);

// FNV-1a, 64 bit: stable between machines and versions.
uint64_t StableHash(std::string_view bytes);

}  // namespace croft
