#pragma once

namespace croft::cli {

// Blocks SIGINT and SIGTERM in this thread and all that it starts, and ignores SIGPIPE. To be called before threads are
// made.
void HoldSignals();
// Waits for one of them. Returns its number.
int AwaitSignal();

}  // namespace croft::cli
