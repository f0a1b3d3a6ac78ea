#include "src/cli/commands.hpp"

namespace heddle::cli {

void add_plan_command(CLI::App&, int&) {}

}  // namespace heddle::cli
