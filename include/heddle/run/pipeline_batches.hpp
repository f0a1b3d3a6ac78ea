/// @file
/// How the tokens of a pipeline travel. Users have no need of it.
#pragma once

#include <heddle/run/executor.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace heddle::detail {

enum class stage_kind { serial, serial_out_of_order, parallel };

template <class F>
struct stage {
  stage_kind kind;
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

/// One run of a pipeline; on the stack of the caller.
///
/// A batch is in one place at a time: with the thread that works on it, or waiting at a serial
/// stage. `mutex_` guards places and turns; it is taken a few times a batch.
template <class Source, class Token, class... F>
class pipeline {
 public:
  pipeline(executor& e, std::size_t tokens, Source& source, stage<F>&... stages)
    : executor_{e}, source_{source}, stages_{stages...}, most_in_batch_{most_in_batch(e, tokens)}
  {
    for (std::size_t b = 0; b < most_batches(e, tokens); ++b) {
      free_.push_back(
        all_.emplace_back(std::make_unique<batch>(*this)).get());  // never grows again
    }
    std::size_t s = 0;
    ((gates_[s++].kind = stages.kind), ...);
    for (auto& g : gates_) g.waiting.reserve(all_.size());
  }

  std::size_t run()
  {
    executor::visit const here{executor_};
    source_job_.owner = this;
    here.self().run(source_job_);
    executor_.work_until(here.self(), [this] { return is_over_.load(std::memory_order_acquire); });
    if (error_) std::rethrow_exception(error_);
    return num_tokens_;
  }

 private:
  static constexpr std::size_t num_stages = sizeof...(F);

  struct batch : job {
    explicit batch(pipeline& p) : job{&runner_of_batches}, owner{p} {}
    pipeline& owner;
    std::size_t number = 0;  ///< in the order of the source
    std::size_t stage  = 0;  ///< where it is, or waits
    typename token_vectors<Token, F...>::type tokens{};
  };

  struct source_job : job {
    source_job() : job{&runner_of_sources} {}
    pipeline* owner = nullptr;
  };

  /// The way into a serial stage.
  struct gate {
    stage_kind kind  = stage_kind::parallel;
    bool is_taken    = false;
    std::size_t next = 0;           ///< number of the batch whose turn it is
    std::vector<batch*> waiting{};  ///< in no order
  };

  static std::size_t most_batches(executor const& e, std::size_t tokens)
  {
    auto const enough = 2 * static_cast<std::size_t>(e.parallelism()) + 2;
    return tokens == 0 ? enough : std::min(enough, tokens);
  }
  static std::size_t most_in_batch(executor const& e, std::size_t tokens)
  {
    constexpr std::size_t enough = 1024;
    return tokens == 0 ? enough : std::min(enough, tokens / most_batches(e, tokens));
  }

  static job* run_source(job& j, worker& me)
  {
    static_cast<source_job&>(j).owner->produce_and_pass(me);
    return nullptr;
  }
  static job* run_batch(job& j, worker& me)
  {
    auto& b = static_cast<batch&>(j);
    b.owner.pass_on(b, me);
    return nullptr;
  }
  static constexpr job_runner runner_of_sources{&run_source};
  static constexpr job_runner runner_of_batches{&run_batch};

  // ---- the source ----

  /// The caller has the source.
  void produce_and_pass(worker& me)
  {
    auto* const b = take_free();
    produce(*b);
    hand_source_on(me);
    pass(*b, me);
  }

  batch* take_free()
  {
    std::lock_guard const lock{mutex_};
    auto* const b = free_.back();
    free_.pop_back();
    return b;
  }

  void produce(batch& b)
  {
    auto& tokens = std::get<0>(b.tokens);
    tokens.clear();
    b.number = num_batches_++;
    b.stage  = 0;
    try {
      fill(tokens);
    } catch (...) {
      has_ended_ = true;
      fail();
    }
    num_tokens_ += tokens.size();
  }

  /// Until the batch is full, or has taken some microseconds: the clock is looked at whenever the
  /// number of tokens has doubled.
  void fill(std::vector<Token>& tokens)
  {
    using clock = std::chrono::steady_clock;
    constexpr std::chrono::microseconds longest{5};
    auto const begin = clock::now();
    for (std::size_t wanted = 1;; wanted *= 2) {
      for (auto const size = std::min(wanted, most_in_batch_); tokens.size() < size;) {
        auto token = source_();
        if (!token || is_stopped()) {
          has_ended_ = true;
          return;
        }
        tokens.push_back(std::move(*token));
      }
      if (wanted >= most_in_batch_ || clock::now() - begin > longest) return;
    }
  }

  /// To a thread that has nothing to do, if there is one; else to whoever ends a batch first.
  void hand_source_on(worker& me)
  {
    {
      std::lock_guard const lock{mutex_};
      if (has_ended_ || free_.empty() || !me.is_wanted()) {
        is_source_free_ = true;
        return;
      }
    }
    me.give(source_job_);
  }

  // ---- the stages ----

  /// Takes the batch as far as it goes; then, at its end, the next from the source.
  void pass(batch& first, worker& me)
  {
    for (auto* b = &first; b != nullptr;) {
      if (!pass_stages(*b, me)) return;
      b = end(*b, me);
    }
  }
  void pass_on(batch& b, worker& me) { pass(b, me); }

  /// @return whether it came to its end; else it waits
  bool pass_stages(batch& b, worker& me)
  {
    while (b.stage < num_stages) {
      auto& g = gates_[b.stage];
      if (g.kind == stage_kind::parallel) {
        call_stage(b);
        ++b.stage;
        continue;
      }
      if (!enter(g, b)) return false;
      call_stage(b);
      ++b.stage;
      leave(g, me);
    }
    return true;
  }

  bool enter(gate& g, batch& b)
  {
    std::lock_guard const lock{mutex_};
    bool const is_its_turn = g.kind == stage_kind::serial_out_of_order || g.next == b.number;
    if (g.is_taken || !is_its_turn) {
      g.waiting.push_back(&b);
      return false;
    }
    g.is_taken = true;
    return true;
  }

  void leave(gate& g, worker& me)
  {
    batch* next = nullptr;
    {
      std::lock_guard const lock{mutex_};
      g.is_taken = false;
      ++g.next;
      auto const found = std::find_if(g.waiting.begin(), g.waiting.end(), [&](batch* b) {
        return g.kind == stage_kind::serial_out_of_order || b->number == g.next;
      });
      if (found != g.waiting.end()) {
        next = *found;
        g.waiting.erase(found);
      }
    }
    if (next != nullptr) me.give(*next);
  }

  void call_stage(batch& b)
  {
    try {
      call_stage(b, std::make_index_sequence<num_stages>{});
    } catch (...) {
      fail();
    }
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

  /// @return the next batch from the source, if it is free; none if there is no more for this
  /// thread
  batch* end(batch& b, worker& me)
  {
    bool is_last = false;
    {
      std::lock_guard const lock{mutex_};
      free_.push_back(&b);
      if (has_ended_ || !is_source_free_) {
        is_last = has_ended_ && is_source_free_ && free_.size() == all_.size();
        if (!is_last) return nullptr;
      } else {
        is_source_free_ = false;
      }
    }
    if (is_last) {
      auto& home = me.home();
      is_over_.store(true, std::memory_order_release);  // from here on, all may be gone
      home.notify_waiters();
      return nullptr;
    }
    auto* const next = take_free();
    produce(*next);
    hand_source_on(me);
    return next;
  }

  // ---- failure ----

  [[nodiscard]] bool is_stopped() const noexcept
  {
    return is_stopped_.load(std::memory_order_relaxed);
  }

  void fail() noexcept
  {
    std::lock_guard const lock{mutex_};
    if (!error_) error_ = std::current_exception();
    is_stopped_.store(true, std::memory_order_relaxed);
  }

  executor& executor_;

  // Of the thread that has the source; `has_ended_` is written before the source is free.
  Source& source_;
  std::tuple<stage<F>&...> stages_;
  std::size_t most_in_batch_;
  std::size_t num_batches_ = 0;
  std::size_t num_tokens_  = 0;
  std::atomic<bool> has_ended_{false};
  source_job source_job_{};

  std::mutex mutex_{};
  bool is_source_free_ = false;  // guarded by mutex_, as all below
  std::vector<std::unique_ptr<batch>> all_{};
  std::vector<batch*> free_{};
  std::array<gate, num_stages> gates_{};
  std::exception_ptr error_{};
  std::atomic<bool> is_stopped_{false};
  std::atomic<bool> is_over_{false};
};

}  // namespace heddle::detail
