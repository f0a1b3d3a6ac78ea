/// @file
/// The processes that descend from this one. For programs that own their process, such as `heddle`;
/// a library must not touch children that it did not start.
#pragma once

namespace heddle {

/// Makes this process the parent of orphaned descendants, so that the functions below find them,
/// and sees to it that children can be waited for even if the parent of this process ignored
/// SIGCHLD.
void adopt_orphans() noexcept;

/// Kills the children of this process, and leaves it to those who watch them to reap them.
void kill_children() noexcept;

/// Kills and reaps all descendants of this process, those that left their process group too. Nobody
/// else may be watching one of them.
void end_descendants() noexcept;

}  // namespace heddle
