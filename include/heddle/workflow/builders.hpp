/// @file
/// The builders that `workflow::task`, `for_each`, `reduce`, `pipeline` and `speculate` return.
/// They turn typed bodies into type-erased ones; a body with the wrong signature does not compile.
#pragma once

#include <heddle/base/access.hpp>
#include <heddle/base/body.hpp>
#include <heddle/base/error.hpp>
#include <heddle/base/private_outputs.hpp>
#include <heddle/base/units.hpp>
#include <heddle/workflow/task_ref.hpp>
#include <heddle/workflow/workflow.hpp>

#include <any>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace heddle {

/// What every builder can declare of its task. A handle: copies name the same task.
template <class Self>
class stage_base {
 public:
  /// Expected execution time on a CPU core of speed 1.
  Self& cost(seconds cpu)
  {
    info().cpu_seconds = cpu.count();
    return self();
  }

  /// Expected execution times on a CPU core and on a GPU of speed 1.
  Self& cost(seconds cpu, seconds gpu)
  {
    info().gpu_seconds = gpu.count();
    return cost(cpu);
  }

  /// Analytic cost: execution time = max(flops / rate, bytes / bandwidth) of the resource.
  Self& cost(work analytic)
  {
    details().analytic = analytic;
    return self();
  }

  /// Tasks of one kind share a colour in reports and their cost history.
  Self& kind(std::string_view name)
  {
    details().kind = name;
    return self();
  }

  /// What the task holds while it runs.
  Self& needs(resources what)
  {
    details().needs = what;
    return self();
  }

  /// Plans place the task on the resource of this id, or on resources of the memory node of this
  /// id. Runs without a schedule only check that there is one.
  Self& on(std::string_view place)
  {
    details().place = place;
    return self();
  }

  /// Plans start the task no earlier than this, counted from the start of the plan. Runs do not
  /// wait for it.
  Self& release(seconds earliest)
  {
    details().release_seconds = earliest.count();
    return self();
  }

  /// Pure precedence: starts after `task` has ended.
  ///
  /// @throw invalid_argument if `task` is this task
  Self& after(task_ref task)
  {
    workflow_->add_edge({task.id, id_, 0});
    return self();
  }

  /// Among ready tasks of a run without a schedule, higher goes first.
  Self& priority(int value)
  {
    details().priority = value;
    return self();
  }

  /// Further attempts after a failure. What a failed attempt wrote is not undone.
  Self& retries(int count)
  {
    details().retries = count;
    return self();
  }

  operator task_ref() const { return {id_}; }

 protected:
  stage_base(workflow& w, task_info task) : workflow_{&w}, id_{w.add_cpp_task(std::move(task))} {}
  stage_base(stage_base const&) = default;

  template <class Other>
  explicit stage_base(stage_base<Other> const& other) : workflow_{other.workflow_}, id_{other.id_}
  {
  }

  template <class Other>
  friend class stage_base;

  task_info& info() { return workflow_->at(id_); }
  task_details& details() { return info().declare(); }

 private:
  Self& self() { return static_cast<Self&>(*this); }

  workflow* workflow_;
  task_id id_;
};

namespace detail {

/// Calls `f(leading..., typed arguments...)`, with the arguments made from `a.data[First...]`.
template <class... Types, class F, class... Leading, std::size_t... I>
decltype(auto) call(F& f, [[maybe_unused]] std::span<argument const> data,
                    std::index_sequence<I...>, Leading&&... leading)
{
  return f(std::forward<Leading>(leading)..., argument_as<Types>::from(data[I])...);
}

template <class... Types, class F, class... Leading>
decltype(auto) call_typed(F& f, std::span<argument const> data, Leading&&... leading)
{
  return call<Types...>(f, data, std::index_sequence_for<Types...>{},
                        std::forward<Leading>(leading)...);
}

/// A loop over `over`.
///
/// @throw invalid_argument if the range ends before it begins
inline data_parallel_stage loop_over(range over)
{
  if (over.last < over.first)
    throw invalid_argument{"workflow: a loop's range ends before it begins"};
  return {over};
}

/// What a stage asks between its parts, or tokens, which take microseconds if bodies are short.
///
/// @throw task_failed if it was told to stop
inline void expect_to_go_on(std::stop_token const& stop)
{
  if (stop.stop_requested()) throw task_failed{"stopped before the end of the stage"};
}

/// A task with a name, accesses and a stage, ready to be added.
template <class... A>
task_info make_task(std::string_view name, any_stage what, A... accesses)
{
  task_info task{std::string{name}};
  task.declare().stage    = std::move(what);
  task.declare().accesses = {any_access{std::move(accesses)}...};
  return task;
}

}  // namespace detail

/// Builds a plain task; see `workflow::task`.
template <class... H, class... D>
class task_builder<access<H, D>...> : public stage_base<task_builder<access<H, D>...>> {
 public:
  task_builder(workflow& w, std::string_view name, access<H, D>... accesses)
    : stage_base<task_builder>{w, detail::make_task(name, {}, std::move(accesses)...)}
  {
  }

  /// The body for CPUs: `f(host arguments...)`, in the order of the accesses. It may throw. A long
  /// one is `f(stop, host arguments...)`, and gives up soon after its stop token is set.
  template <class F>
  requires std::invocable<F&, H...> || std::invocable<F&, std::stop_token, H...> task_builder& cpu(
    F f)
  {
    this->details().cpu = [f = std::move(f)](body_arguments const& a) mutable {
      if constexpr (std::invocable<F&, H...>) {
        detail::call_typed<H...>(f, a.data);
      } else {
        detail::call_typed<H...>(f, a.data, a.stop);
      }
    };
    return *this;
  }

  /// If the body has taken longer than this quantile of the execution times of its kind in the
  /// run (of at least five), it gets a backup copy where a worker has nothing to do. The first of
  /// the two to succeed counts, and the other's stop token is set: each writes private copies of
  /// what it declared, and one is committed. The body must be safe to call twice at once.
  ///
  /// Dean, Ghemawat: MapReduce (OSDI 2004), "backup tasks".
  task_builder& backup(double quantile = 0.95)
  {
    this->details().backup_quantile = quantile;
    return *this;
  }

  /// The body for GPUs: `f(stream, device arguments...)` enqueues on the stream and returns; it
  /// must not wait, allocate or use the legacy stream.
  template <class F>
  requires std::invocable<F&, stream_ref, D...> task_builder& gpu(F f)
  {
    this->details().gpu = [f = std::move(f)](stream_ref stream, body_arguments const& a) mutable {
      detail::call_typed<D...>(f, a.data, stream);
    };
    return *this;
  }

  /// What a simulated device runs instead of the body for GPUs, with the arguments of one for CPUs.
  /// Without it, that is the body for CPUs.
  template <class F>
  requires std::invocable<F&, H...> task_builder& simulated(F f)
  {
    this->details().simulated = [f = std::move(f)](body_arguments const& a) mutable {
      detail::call_typed<H...>(f, a.data);
    };
    return *this;
  }
};

/// Builds a data-parallel loop; see `workflow::for_each`.
template <class... H, class... D>
class loop_builder<access<H, D>...> : public stage_base<loop_builder<access<H, D>...>> {
 public:
  loop_builder(workflow& w, std::string_view name, range over, access<H, D>... accesses)
    : stage_base<loop_builder>{
        w, detail::make_task(name, detail::loop_over(over), std::move(accesses)...)}
  {
  }

  /// The body for CPUs: `f(part, host arguments...)`; different parts may run at the same time. A
  /// run that is stopped begins no further part.
  template <class F>
  requires std::invocable<F&, range, H...> loop_builder& cpu(F f)
  {
    this->details().cpu = [f = std::move(f)](body_arguments const& a) mutable {
      auto const do_part = [&](range part) {
        detail::expect_to_go_on(a.stop);
        detail::call_typed<H...>(f, a.data, part);
      };
      if (a.team == nullptr) return do_part(a.part);
      a.team->run_loop(
        a.part, a.loop, [&](range part, std::any&) { do_part(part); }, [](std::any&) {});
    };
    return *this;
  }

  /// The body for GPUs: `f(stream, part, device arguments...)`.
  template <class F>
  requires std::invocable<F&, stream_ref, range, D...> loop_builder& gpu(F f)
  {
    this->details().gpu = [f = std::move(f)](stream_ref stream, body_arguments const& a) mutable {
      detail::call_typed<D...>(f, a.data, stream, a.part);
    };
    return *this;
  }

  /// What a simulated device runs instead of the body for GPUs, with the arguments of one for CPUs.
  /// Without it, that is the body for CPUs.
  template <class F>
  requires std::invocable<F&, range, H...> loop_builder& simulated(F f)
  {
    this->details().simulated = [f = std::move(f)](body_arguments const& a) mutable {
      detail::call_typed<H...>(f, a.data, a.part);
    };
    return *this;
  }

  /// Least number of indices per part.
  loop_builder& grain(std::size_t indices)
  {
    std::get<data_parallel_stage>(this->details().stage).grain = indices;
    return *this;
  }

  /// At most so many threads at once.
  loop_builder& max_parallelism(std::size_t threads)
  {
    std::get<data_parallel_stage>(this->details().stage).max_parallelism = threads;
    return *this;
  }
};

/// Builds a reduction; see `workflow::reduce`.
template <class R, class Op, class... H, class... D>
class reduce_builder<R, Op, access<H, D>...>
  : public stage_base<reduce_builder<R, Op, access<H, D>...>> {
 public:
  template <class Into>
  reduce_builder(workflow& w, std::string_view name, range over, R init, Op operation, Into into,
                 access<H, D>... accesses)
    : stage_base<reduce_builder>{w, detail::make_task(name, detail::loop_over(over),
                                                      std::move(into), std::move(accesses)...)},
      init_{std::move(init)},
      operation_{std::move(operation)}
  {
  }

  /// The body for CPUs: `f(part, host arguments...)` returns the fold of its part, which is not
  /// empty; different parts may run at the same time. The results of parts are joined in the order
  /// of the indices: the operation is associative, and need not be commutative.
  template <class F>
  requires std::is_invocable_r_v<R, F&, range, H...> reduce_builder& cpu(F f)
  {
    this->details().cpu = [f = std::move(f), init = init_,
                           operation = operation_](body_arguments const& a) mutable {
      R result = init;
      a.team->run_loop(
        a.part, a.loop,
        [&](range part, std::any& so_far) {
          detail::expect_to_go_on(a.stop);
          R next = detail::call_typed<H...>(f, a.data.subspan(1), part);
          if (auto* const before = std::any_cast<R>(&so_far)) {
            *before = operation(std::move(*before), std::move(next));
          } else {
            so_far = std::move(next);
          }
        },
        [&](std::any& part) {
          result = operation(std::move(result), std::move(std::any_cast<R&>(part)));
        });
      argument_as<R&>::from(a.data[0]) = std::move(result);
    };
    return *this;
  }

 private:
  R init_;
  Op operation_;
};

/// What the source of a pipeline may ask and say.
class token_control {
 public:
  /// The number of the token that the source is asked for, counted from 0.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  /// Ends the pipeline; the token returned with it is not passed on.
  void stop() noexcept { stopped_ = true; }

  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  void advance() noexcept { ++index_; }

 private:
  std::size_t index_ = 0;
  bool stopped_      = false;
};

/// Builds a pipeline, step by step; see `workflow::pipeline`. `In` is what the next step gets.
template <class In>
class pipeline_builder : public stage_base<pipeline_builder<In>> {
 public:
  /// Gives the next token; null: the end.
  using source_body = std::function<any_token(token_control&)>;

  pipeline_builder(workflow& w, std::string_view name, pipeline_options options, source_body source)
    : stage_base<pipeline_builder>{w, detail::make_task(name, pipeline_stage{options.tokens})},
      source_{std::move(source)}
  {
    set_body();
  }

  template <class Before>
  pipeline_builder(pipeline_builder<Before> const& before, any_step step)
    : stage_base<pipeline_builder>{before}, source_{before.source_}, steps_{before.steps_}
  {
    steps_.push_back(std::move(step));
    set_body();
  }

  /// A step that sees one token at a time, in the order of the source.
  template <class F>
  requires std::invocable<F&, In>
  auto serial(std::string_view name, F f)
  {
    return add_step(name, step_mode::serial, std::move(f));
  }

  /// A step that sees one token at a time, in any order.
  template <class F>
  requires std::invocable<F&, In>
  auto serial_out_of_order(std::string_view name, F f)
  {
    return add_step(name, step_mode::serial_out_of_order, std::move(f));
  }

  /// A step that may see several tokens at once.
  template <class F>
  requires std::invocable<F&, In>
  auto parallel(std::string_view name, F f)
  {
    return add_step(name, step_mode::parallel, std::move(f));
  }

 private:
  template <class Other>
  friend class pipeline_builder;

  template <class F>
  auto add_step(std::string_view name, step_mode mode, F f)
  {
    using result = std::invoke_result_t<F&, In>;
    using out    = std::conditional_t<std::is_void_v<result>, std::monostate, result>;
    std::get<pipeline_stage>(this->details().stage).steps.push_back({std::string{name}, mode});
    auto body = [f = std::move(f)](any_token& token) mutable {
      auto in = std::move(*static_cast<In*>(token.get()));
      if constexpr (std::is_void_v<result>) {
        f(std::move(in));
        token = make_token(out{});
      } else {
        token = make_token<out>(f(std::move(in)));
      }
    };
    return pipeline_builder<out>{*this, any_step{mode, std::move(body)}};
  }

  /// Each run starts from a fresh copy of the source and the steps, whatever state they hold.
  void set_body()
  {
    auto const tokens   = std::get<pipeline_stage>(this->details().stage).tokens_in_flight;
    this->details().cpu = [tokens, source = source_, steps = steps_](body_arguments const& a) {
      auto const next = [fresh = source, control = token_control{}, &a]() mutable {
        detail::expect_to_go_on(a.stop);
        auto token = fresh(control);
        control.advance();
        return token;
      };
      auto const fresh_steps = steps;
      a.team->run_pipeline(tokens, next, fresh_steps);
    };
  }

  source_body source_;
  std::vector<any_step> steps_{};
};

/// Builds a race of alternatives; see `workflow::speculate`.
template <class... H, class... D>
class race_builder<access<H, D>...> : public stage_base<race_builder<access<H, D>...>> {
 public:
  race_builder(workflow& w, std::string_view name, access<H, D>... accesses)
    : stage_base<race_builder>{w, detail::make_task(name, speculative_stage{}, accesses...)},
      accesses_{any_access{std::move(accesses)}...}
  {
  }

  /// One way to the result: `f(stop, host arguments...)` returns whether its result is good. It
  /// writes private copies of the declared outputs; those of the winner are committed. Side effects
  /// beyond them are the user's. Alternatives run at the same time as far as threads are free; the
  /// stop tokens of all others are set when one has won.
  template <class F>
  requires std::is_invocable_r_v<bool, F&, std::stop_token, H...> race_builder& alternative(
    std::string_view name, F f)
  {
    std::get<speculative_stage>(this->details().stage).alternatives.push_back({std::string{name}});
    bodies_.push_back(
      [f = std::move(f)](std::stop_token stop, std::span<argument const> data) mutable {
        return static_cast<bool>(detail::call_typed<H...>(f, data, std::move(stop)));
      });
    set_body();
    return *this;
  }

  /// Says which alternative is wanted: `f(host arguments...)` returns its number, counted from 0,
  /// while the alternatives run ahead. It gets the items themselves, and must not write them.
  template <class F>
  requires std::is_invocable_r_v<std::size_t, F&, H...> race_builder& decided_by(F f)
  {
    choose_ = [f = std::move(f)](std::span<argument const> data) mutable {
      return static_cast<std::size_t>(detail::call_typed<H...>(f, data));
    };
    set_body();
    return *this;
  }

 private:
  using way      = std::function<bool(std::stop_token, std::span<argument const>)>;
  using decision = std::function<std::size_t(std::span<argument const>)>;

  void set_body()
  {
    this->details().cpu = [accesses = accesses_, bodies = bodies_,
                           choose = choose_](body_arguments const& a) {
      std::vector<std::optional<private_outputs>> outputs(bodies.size());
      std::vector<any_attempt> attempts;
      for (std::size_t i = 0; i < bodies.size(); ++i) {
        attempts.push_back([&, i](std::stop_token stop) {
          outputs[i].emplace(accesses, a.data);
          return bodies[i](std::move(stop), outputs[i]->data());
        });
      }
      auto const winner = choose ? a.team->race(
                                     attempts, [&] { return choose(a.data); }, a.stop)
                                 : a.team->race(attempts, a.stop);
      if (!winner) throw task_failed{"none of the alternatives gave a good result"};
      outputs[*winner]->commit();
    };
  }

  std::vector<any_access> accesses_;
  std::vector<way> bodies_{};
  decision choose_{};
};

// ---- the members of workflow that make them ----

template <class... A>
task_builder<A...> workflow::task(std::string_view name, A... accesses)
{
  return {*this, name, std::move(accesses)...};
}

template <class... A>
loop_builder<A...> workflow::for_each(std::string_view name, range over, A... accesses)
{
  return {*this, name, over, std::move(accesses)...};
}

template <class R, class Op, class... A>
reduce_builder<R, Op, A...> workflow::reduce(std::string_view name, range over, R init,
                                             Op operation, value<R>& into, A... accesses)
{
  return {
    *this, name, over, std::move(init), std::move(operation), write(into), std::move(accesses)...};
}

template <class F>
auto workflow::pipeline(std::string_view name, pipeline_options options, F source)
  -> pipeline_builder<typename std::invoke_result_t<F&, token_control&>::value_type>
{
  using token  = typename std::invoke_result_t<F&, token_control&>::value_type;
  auto produce = [source = std::move(source)](token_control& control) mutable {
    std::optional<token> next = source(control);
    if (control.stopped() || !next) return any_token{nullptr, nullptr};
    return make_token<token>(std::move(*next));
  };
  return {*this, name, options, std::move(produce)};
}

template <class... A>
race_builder<A...> workflow::speculate(std::string_view name, A... accesses)
{
  return {*this, name, std::move(accesses)...};
}

}  // namespace heddle
