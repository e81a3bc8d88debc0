#pragma once

#include <string>

// What this machine can do at most, whatever runs on it: measured beside each benchmark that comes near.
namespace croft::bench {

// Appends of 512 bytes made durable one after another, in a second.
double SyncsPerSecond(const std::string& folder);
// Bytes that one core copies from memory to memory, in a second.
double CopiedBytesPerSecond();
// One byte there and back over TCP on the loopback, between two threads, in a second.
double RoundTripsPerSecond();

}  // namespace croft::bench
