#include "src/cli/commands.hpp"

namespace heddle::cli {

void add_run_command(CLI::App&, int&) {}

}  // namespace heddle::cli
