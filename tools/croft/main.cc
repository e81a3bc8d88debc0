#include <cstdio>
#include <exception>

#include "tools/croft/commands.h"

int main(int argc, char** argv) {
  try {
    return croft::cli::RunCommandLine(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "croft: %s\n", error.what());
    return 1;
  }
}
