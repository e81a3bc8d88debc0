#pragma once

namespace croft::cli {

// Reads the command line and runs the verb that it names; the program's exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace croft::cli
