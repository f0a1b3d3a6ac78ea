#include "src/workflow/stage_fields.hpp"

#include "src/workflow/program_fields.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace heddle {
namespace {

std::size_t read_count(json_value& value, std::int64_t least)
{
  return static_cast<std::size_t>(value.integer(least, largest_json_integer));
}

struct data_parallel_draft {
  data_parallel_stage stage{};
  bool has_last = false;
};

constexpr std::array data_parallel_fields{
  json_field<data_parallel_draft>{
    "first", [](data_parallel_draft& d, json_value& v) { d.stage.over.first = read_count(v, 0); }},
  json_field<data_parallel_draft>{"last",
                                  [](data_parallel_draft& d, json_value& v) {
                                    d.stage.over.last = read_count(v, 0);
                                    d.has_last        = true;
                                  }},
  json_field<data_parallel_draft>{
    "grain", [](data_parallel_draft& d, json_value& v) { d.stage.grain = read_count(v, 1); }},
};

/// A program with a name: a step, or an alternative.
struct named_program_draft : program_draft {
  std::string_view name{};
  step_mode mode = step_mode::serial;

  program finish_required(json_value const& owner)
  {
    if (name.empty()) owner.fail("has no name; give it one");
    auto found = finish(owner);
    if (!found) owner.fail("has neither command nor program; say what to start");
    return std::move(*found);
  }
};

void read_name(named_program_draft& d, json_value& v)
{
  d.name = v.name();
}

constexpr std::array alternative_fields{json_field<named_program_draft>{"name", read_name}};

constexpr std::array step_fields{
  json_field<named_program_draft>{"name", read_name},
  json_field<named_program_draft>{"mode",
                                  [](named_program_draft& d, json_value& v) {
                                    auto const mode = v.string();
                                    if (mode != "serial" && mode != "parallel") {
                                      v.fail("expected \"serial\" or \"parallel\"");
                                    }
                                    d.mode =
                                      mode == "serial" ? step_mode::serial : step_mode::parallel;
                                  }},
};

constexpr std::array pipeline_fields{
  json_field<pipeline_stage>{
    "tokens", [](pipeline_stage& s, json_value& v) { s.tokens_in_flight = read_count(v, 1); }},
  json_field<pipeline_stage>{
    "num_tokens", [](pipeline_stage& s, json_value& v) { s.num_tokens = read_count(v, 0); }},
  json_field<pipeline_stage>{
    "stages",
    [](pipeline_stage& s, json_value& v) {
      v.for_each_element([&](json_value& element) {
        named_program_draft step;
        read_fields(element, unknown_keys::refuse, step, step_fields, program_fields);
        auto run = step.finish_required(element);
        s.steps.push_back({std::string{step.name}, step.mode, std::move(run)});
      });
    }},
};

constexpr std::array speculative_fields{
  json_field<speculative_stage>{
    "alternatives",
    [](speculative_stage& s, json_value& v) {
      v.for_each_element([&](json_value& element) {
        named_program_draft one;
        read_fields(element, unknown_keys::refuse, one, alternative_fields, program_fields);
        auto run = one.finish_required(element);
        s.alternatives.push_back({std::string{one.name}, std::move(run)});
      });
    }},
};

}  // namespace

data_parallel_stage read_data_parallel(json_value& value)
{
  data_parallel_draft draft;
  read_fields(value, unknown_keys::refuse, draft, data_parallel_fields);
  if (!draft.has_last) value.fail("\"last\" is missing; say where the range ends");
  if (draft.stage.over.first > draft.stage.over.last) value.fail("first is greater than last");
  return draft.stage;
}

pipeline_stage read_pipeline(json_value& value)
{
  pipeline_stage stage;
  read_fields(value, unknown_keys::refuse, stage, pipeline_fields);
  if (!stage.num_tokens) value.fail("\"num_tokens\" is missing; say how many tokens pass through");
  if (stage.steps.empty()) value.fail("\"stages\" is missing or empty; name at least one");
  return stage;
}

speculative_stage read_speculative(json_value& value)
{
  speculative_stage stage;
  read_fields(value, unknown_keys::refuse, stage, speculative_fields);
  if (stage.alternatives.empty()) {
    value.fail("\"alternatives\" is missing or empty; name at least one");
  }
  return stage;
}

}  // namespace heddle
