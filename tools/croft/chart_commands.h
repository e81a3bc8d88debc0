#pragma once

#include <CLI/CLI.hpp>

#include "tools/croft/session.h"

namespace croft::cli {

// Adds the verbs on releases of charts to the command line. `globals` and `code` (the exit code) live as long as `app`.
void AddReleaseVerbs(CLI::App& app, Globals& globals, int& code);

}  // namespace croft::cli
