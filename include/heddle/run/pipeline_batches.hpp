/// @file
/// The tokens of a pipeline and what its stages make of them. Users have no need of it.
#pragma once

#include <heddle/run/pipeline_flow.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace heddle::detail {

template <class F>
struct stage {
  step_mode mode;
  F body;
};

/// A body that enqueues work on streams of a device.
template <class F>
struct device_step {
  std::shared_ptr<device> where;
  std::size_t num_streams;
  F body;
};

template <class F>
flow_stage flow_stage_of(stage<F> const& s)
{
  return {s.mode};
}
template <class F>
flow_stage flow_stage_of(stage<device_step<F>> const& s)
{
  check_streams(s.body.where.get(), s.body.num_streams);
  return {s.mode, s.body.where, s.body.num_streams};
}

/// What `F` makes of a token. A device works on the token itself.
template <class F, class In>
struct token_after_of {
  using result = std::invoke_result_t<F&, In>;
  using type   = std::conditional_t<std::is_void_v<result>, std::monostate, result>;
};
template <class F, class In>
struct token_after_of<device_step<F>, In> {
  static_assert(std::is_invocable_v<F&, stream_ref, In&>,
                "the body of a step on a device is called with a stream and a token");
  using type = In;
};
template <class F, class In>
using token_after = typename token_after_of<F, In>::type;

/// The tokens before and after each stage: a vector for each.
template <class In, class... F>
struct token_vectors;
template <class In>
struct token_vectors<In> {
  using type = std::tuple<std::vector<In>>;
};
template <class In, class F, class... Rest>
struct token_vectors<In, F, Rest...> {
  using type = decltype(std::tuple_cat(
    std::declval<std::tuple<std::vector<In>>>(),
    std::declval<typename token_vectors<token_after<F, In>, Rest...>::type>()));
};

/// One run of a pipeline whose stages are known to the compiler.
template <class Source, class Token, class... F>
class pipeline final : public pipeline_flow {
 public:
  pipeline(executor& e, std::size_t tokens, Source& source, stage<F>&... stages)
    : pipeline_flow{e, e.parallelism(), tokens,
                    std::array<flow_stage, num_stages>{flow_stage_of(stages)...}},
      source_{source},
      stages_{stages...}
  {
  }

 private:
  static constexpr std::size_t num_stages = sizeof...(F);

  struct batch final : pipeline_batch {
    using pipeline_batch::pipeline_batch;
    typename token_vectors<Token, F...>::type tokens{};
  };

  std::unique_ptr<pipeline_batch> make_batch() override { return std::make_unique<batch>(*this); }

  bool fill(pipeline_batch& b) override
  {
    auto& tokens = std::get<0>(static_cast<batch&>(b).tokens);
    tokens.clear();
    return fill_by(b, [&] {
      auto token = source_();
      if (token) tokens.push_back(std::move(*token));
      return static_cast<bool>(token);
    });
  }

  void call_stage(pipeline_batch& b) override
  {
    call_stage(static_cast<batch&>(b), std::make_index_sequence<num_stages>{});
  }

  template <std::size_t... S>
  void call_stage(batch& b, std::index_sequence<S...>)
  {
    ((S == b.stage
        ? call(b, std::get<S>(stages_).body, std::get<S>(b.tokens), std::get<S + 1>(b.tokens))
        : void()),
     ...);
  }

  template <class Body, class In, class Out>
  void call(batch&, Body& body, std::vector<In>& in, std::vector<Out>& out)
  {
    out.clear();
    if (is_stopped()) return;
    if constexpr (std::is_void_v<std::invoke_result_t<Body&, In>>) {
      for (auto& token : in) body(std::move(token));
      out.resize(in.size());
    } else if constexpr (std::is_trivially_default_constructible_v<Out> &&
                         std::is_trivially_copyable_v<Out>) {
      out.resize(in.size());
      for (std::size_t i = 0; i < in.size(); ++i) out[i] = body(std::move(in[i]));
    } else {
      for (auto& token : in) out.push_back(body(std::move(token)));
    }
    in.clear();
  }

  /// No token moves, not even when the vectors do: the device has their addresses.
  template <class Body, class In>
  void call(batch& b, device_step<Body>& step, std::vector<In>& in, std::vector<In>& out)
  {
    out.clear();
    if (is_stopped()) return;
    in.swap(out);
    enqueue(b, [&](stream_ref stream) {
      for (auto& token : out) step.body(stream, token);
    });
  }

  Source& source_;
  std::tuple<stage<F>&...> stages_;
};

}  // namespace heddle::detail
