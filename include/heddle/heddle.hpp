/// @file
/// Everything public but the CUDA headers for users' own .cu files.
#pragma once

#include <heddle/base/error.hpp>
#include <heddle/base/units.hpp>
#include <heddle/cost/cost_model.hpp>
#include <heddle/data/buffer.hpp>
#include <heddle/data/value.hpp>
#include <heddle/device/device.hpp>
#include <heddle/device/simulated.hpp>
#include <heddle/plan/check_schedule.hpp>
#include <heddle/plan/plan.hpp>
#include <heddle/plan/schedule.hpp>
#include <heddle/run/async.hpp>
#include <heddle/run/engine.hpp>
#include <heddle/run/executor.hpp>
#include <heddle/run/fork_join.hpp>
#include <heddle/run/loops.hpp>
#include <heddle/run/pipeline.hpp>
#include <heddle/run/scan.hpp>
#include <heddle/run/task_group.hpp>
#include <heddle/run/task_rows.hpp>
#include <heddle/topology/machine.hpp>
#include <heddle/workflow/builders.hpp>
#include <heddle/workflow/file_formats.hpp>
#include <heddle/workflow/generate.hpp>
#include <heddle/workflow/workflow.hpp>
