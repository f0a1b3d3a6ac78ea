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

/// What `F` makes of a token.
template <class F, class In>
using token_after = std::conditional_t<std::is_void_v<std::invoke_result_t<F&, In>>, std::monostate,
                                       std::invoke_result_t<F&, In>>;

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
    : pipeline_flow{e, e.parallelism(), tokens, std::array<step_mode, num_stages>{stages.mode...}},
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
    for (auto target = target_after(0); b.size < target; target = target_after(b.size)) {
      for (; b.size < target; ++b.size) {
        if (is_stopped()) return false;
        auto token = source_();
        if (!token) return false;
        tokens.push_back(std::move(*token));
      }
    }
    return true;
  }

  void call_stage(pipeline_batch& b) override
  {
    call_stage(static_cast<batch&>(b), std::make_index_sequence<num_stages>{});
  }

  template <std::size_t... S>
  void call_stage(batch& b, std::index_sequence<S...>)
  {
    ((S == b.stage ? call<S>(b) : void()), ...);
  }

  template <std::size_t S>
  void call(batch& b)
  {
    auto& in  = std::get<S>(b.tokens);
    auto& out = std::get<S + 1>(b.tokens);
    out.clear();
    if (is_stopped()) return;
    auto& body   = std::get<S>(stages_).body;
    using In     = std::remove_reference_t<decltype(in)>;
    using Out    = std::remove_reference_t<decltype(out)>;
    using result = std::invoke_result_t<decltype(body), typename In::value_type>;
    using made   = typename Out::value_type;
    if constexpr (std::is_void_v<result>) {
      for (auto& token : in) body(std::move(token));
      out.resize(in.size());
    } else if constexpr (std::is_trivially_default_constructible_v<made> &&
                         std::is_trivially_copyable_v<made>) {
      out.resize(in.size());
      for (std::size_t i = 0; i < in.size(); ++i) out[i] = body(std::move(in[i]));
    } else {
      for (auto& token : in) out.push_back(body(std::move(token)));
    }
    in.clear();
  }

  Source& source_;
  std::tuple<stage<F>&...> stages_;
};

}  // namespace heddle::detail
