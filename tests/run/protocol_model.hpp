/// @file
/// Runs small concurrent programs in all orders that a machine with store buffers allows.
#pragma once

#include "tests/run/store_buffers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace heddle::protocol_model {

struct verdict {
  std::string fault;  ///< and the shortest way to it; empty if there is none
  std::size_t num_states;
};

/// Breadth first over all states, each once.
class explorer {
 public:
  explicit explorer(program const& p) : program_{p}, pasts_(p.threads.size())
  {
    state first{};
    first.mem = p.start;
    for (std::size_t t = 0; t < p.threads.size(); ++t) {
      pasts_[t] = {replay(t, true, {}), replay(t, false, {})};
    }
    reach(first, nullptr, 0, false);
  }

  verdict run()
  {
    while (!open_.empty()) {
      auto const& here = *open_.front();
      open_.pop_front();
      auto const fault = expand(here);
      if (!fault.empty()) return {fault + way_to(here), states_.size()};
    }
    return {"", states_.size()};
  }

 private:
  using kind = operation::kind;

  struct pending {
    location at;
    value to;
    order how;
  };
  struct thread {
    std::uint16_t past;         ///< which of `pasts_`: what it has done, and so does next
    std::uint8_t asleep;        ///< who may wake it; 0: it is awake
    std::uint8_t to_be_fenced;  ///< by its heavy fence: threads, a bit each
    std::uint8_t is_in_fence;
    std::uint8_t num_stores;
    std::array<pending, most_pending> stores;  ///< oldest first
  };
  struct state {
    memory mem;
    std::array<thread, most_threads> threads;
  };
  static_assert(std::has_unique_object_representations_v<state>);

  static std::string_view bytes(state const& s)
  {
    return {reinterpret_cast<char const*>(&s), sizeof s};
  }
  struct hash {
    std::size_t operator()(state const& s) const { return std::hash<std::string_view>{}(bytes(s)); }
  };
  struct same {
    bool operator()(state const& a, state const& b) const { return bytes(a) == bytes(b); }
  };

  /// How a state was reached first.
  struct origin;
  using known = std::pair<state const, origin>;
  struct origin {
    known const* before;
    std::size_t thread;
    bool by_buffer;
  };

  /// What a thread has done since it began, or began again: `pasts_` starts with those two.
  struct past {
    bool is_first_time;
    std::vector<value> results{};
    operation next{kind::end};
    std::string fault{};
    bool starts_again = false;
    std::map<value, std::uint16_t> then{};  ///< by the next result
  };
  static constexpr std::uint16_t begin_again = 1;

  past replay(std::size_t t, bool is_first_time, std::vector<value> results) const
  {
    past p{is_first_time, std::move(results)};
    processor cpu{p.results, is_first_time};
    try {
      program_.threads[t](cpu);
    } catch (processor::must_wait const& w) {
      p.next = w.next;
    } catch (processor::starts_again const&) {
      p.starts_again = true;
    } catch (std::logic_error const& e) {
      p.next.what = kind::fault;
      p.fault     = e.what();
    }
    return p;
  }

  /// The thread has done its operation, with this result.
  void advance(state& s, std::size_t t, value result)
  {
    auto& all         = pasts_[t];
    auto const before = s.threads[t].past;
    if (auto const at = all[before].then.find(result); at != all[before].then.end()) {
      s.threads[t].past = at->second;
      return;
    }
    auto results = all[before].results;
    results.push_back(result);
    auto now          = replay(t, all[before].is_first_time, std::move(results));
    s.threads[t].past = now.starts_again ? begin_again : static_cast<std::uint16_t>(all.size());
    all[before].then.emplace(result, s.threads[t].past);
    if (!now.starts_again) all.push_back(std::move(now));
    if (all.size() > UINT16_MAX) throw std::length_error{"a thread has too many pasts"};
  }

  void reach(state const& s, known const* before, std::size_t t, bool by_buffer)
  {
    auto const [at, is_new] = states_.try_emplace(s, origin{before, t, by_buffer});
    if (is_new) open_.push_back(&*at);
  }

  /// @return the fault if there is one
  std::string expand(known const& here)
  {
    auto const& s         = here.first;
    auto const num_before = num_steps_;
    bool is_end           = true;
    for (std::size_t t = 0; t < program_.threads.size(); ++t) {
      auto const& p = pasts_[t][s.threads[t].past];
      if (p.next.what == kind::fault) return p.fault;
      is_end = is_end && p.next.what == kind::end;
      drain(here, t);
      if (s.threads[t].asleep == 0) step(here, t, operation{p.next});
    }
    if (num_steps_ != num_before) return "";
    if (!is_end) return "deadlock";
    return program_.holds_at_end(s.mem) ? "" : "does not hold at the end";
  }

  void go(state const& s, known const& here, std::size_t t, bool by_buffer = false)
  {
    ++num_steps_;
    reach(s, &here, t, by_buffer);
  }

  // ---- buffers ----

  /// Whether the store may go to memory before those that are older.
  static bool may_leave(thread const& t, std::size_t i)
  {
    return t.stores[i].how == order::release
             ? i == 0
             : std::none_of(t.stores.begin(), t.stores.begin() + static_cast<std::ptrdiff_t>(i),
                            [&](auto const& older) { return older.at == t.stores[i].at; });
  }

  void drain(known const& here, std::size_t t)
  {
    for (std::size_t i = 0; i < here.first.threads[t].num_stores; ++i) {
      if (!may_leave(here.first.threads[t], i)) continue;
      auto s                 = here.first;
      auto& me               = s.threads[t];
      s.mem[me.stores[i].at] = me.stores[i].to;
      std::copy(me.stores.begin() + static_cast<std::ptrdiff_t>(i) + 1, me.stores.end(),
                me.stores.begin() + static_cast<std::ptrdiff_t>(i));
      me.stores[--me.num_stores] = {};
      go(s, here, t, true);
    }
  }

  static value const* own_store(thread const& t, location at)
  {
    for (auto i = t.num_stores; i > 0; --i) {
      if (t.stores[i - 1U].at == at) return &t.stores[i - 1U].to;
    }
    return nullptr;
  }

  // ---- operations ----

  void step(known const& here, std::size_t t, operation const& o)
  {
    switch (o.what) {
      case kind::load:
      case kind::await:
        return read(here, t, o);
      case kind::store:
        return write(here, t, o);
      case kind::add:
      case kind::exchange:
      case kind::compare_exchange:
        return modify(here, t, o);
      case kind::sleep:
        return sleep(here, t, o);
      case kind::wake:
      case kind::wake_all:
        return wake(here, t, o);
      case kind::fence_own:
        return pass_own(here, t);
      case kind::fence_all:
        return pass_all(here, t);
      case kind::end:
      case kind::fault:
        return;
    }
  }

  void finish(state s, known const& here, std::size_t t, value result = 0)
  {
    advance(s, t, result);
    go(s, here, t);
  }

  void read(known const& here, std::size_t t, operation const& o)
  {
    auto const* const own = own_store(here.first.threads[t], o.at);
    auto const found      = own != nullptr ? *own : here.first.mem[o.at];
    if (o.what == kind::load || found == o.first) finish(here.first, here, t, found);
  }

  void write(known const& here, std::size_t t, operation const& o)
  {
    auto s   = here.first;
    auto& me = s.threads[t];
    if (me.num_stores == most_pending) throw std::length_error{"a store buffer is too small"};
    me.stores[me.num_stores++] = {o.at, o.first, o.how};
    finish(s, here, t);
  }

  static value changed(value before, operation const& o)
  {
    if (o.what == kind::add) return static_cast<value>(before + o.first);
    if (o.what == kind::exchange) return o.first;
    return before == o.first ? o.second : before;
  }

  /// Not before the buffer is as empty as it must be; a failed exchange is no release.
  void modify(known const& here, std::size_t t, operation const& o)
  {
    auto s            = here.first;
    auto const before = s.mem[o.at];
    bool const fails  = o.what == kind::compare_exchange && before != o.first;
    if (own_store(s.threads[t], o.at) != nullptr) return;
    if (o.how == order::release && !fails && s.threads[t].num_stores > 0) return;
    s.mem[o.at] = changed(before, o);
    finish(s, here, t, o.gives_a_result ? before : value{0});
  }

  void sleep(known const& here, std::size_t t, operation const& o)
  {
    auto s = here.first;
    if (s.mem[o.at] != o.first) return finish(s, here, t);
    s.threads[t].asleep = static_cast<std::uint8_t>(o.second);
    go(s, here, t);
  }

  void wake(known const& here, std::size_t t, operation const& o)
  {
    auto all       = here.first;
    bool is_anyone = false;
    for (std::size_t other = 0; other < program_.threads.size(); ++other) {
      if ((all.threads[other].asleep & o.second) == 0) continue;
      is_anyone = true;
      auto one  = here.first;
      for (auto* const s : {&one, &all}) {
        s->threads[other].asleep = 0;
        advance(*s, other, 0);
      }
      if (o.what == kind::wake) finish(one, here, t);
    }
    if (o.what == kind::wake_all || !is_anyone) finish(all, here, t);
  }

  void pass_own(known const& here, std::size_t t)
  {
    if (here.first.threads[t].num_stores == 0) finish(here.first, here, t);
  }

  /// Starts with the own buffer; then those of the others, in any order.
  void pass_all(known const& here, std::size_t t)
  {
    auto s   = here.first;
    auto& me = s.threads[t];
    if (me.is_in_fence == 0) {
      if (me.num_stores > 0) return;
      me.is_in_fence = 1;
      me.to_be_fenced =
        static_cast<std::uint8_t>(((1U << program_.threads.size()) - 1) & ~(1U << t));
    }
    if (me.to_be_fenced == 0) {
      me.is_in_fence = 0;
      return finish(s, here, t);
    }
    for (std::size_t other = 0; other < program_.threads.size(); ++other) {
      if ((me.to_be_fenced >> other & 1U) == 0 || s.threads[other].num_stores > 0) continue;
      auto next                    = s;
      next.threads[t].to_be_fenced = static_cast<std::uint8_t>(me.to_be_fenced & ~(1U << other));
      go(next, here, t);
    }
  }

  // ---- report ----

  std::string way_to(known const& last) const
  {
    std::string way;
    for (auto const* at = &last; at->second.before != nullptr; at = at->second.before) {
      way = "\n  thread " + std::to_string(at->second.thread) + ": " + step_to(*at) + way;
    }
    return way;
  }

  std::string step_to(known const& here) const
  {
    auto const t       = here.second.thread;
    auto const& before = here.second.before->first;
    if (here.second.by_buffer) return visible_change(before.mem, here.first.mem);
    auto const& p    = pasts_[t][before.threads[t].past];
    auto const& then = pasts_[t][here.first.threads[t].past];
    std::string text = name_of(p.next.what);
    if (p.next.what >= kind::wake) return text;
    text += " " + program_.names[p.next.at];
    if (p.next.what != kind::load) text += " " + std::to_string(p.next.first);
    if (!p.next.gives_a_result || then.results.size() <= p.results.size()) return text;
    return text + " -> " + std::to_string(then.results.back());
  }

  std::string visible_change(memory const& before, memory const& after) const
  {
    for (std::size_t i = 0; i < program_.names.size(); ++i) {
      if (before[i] != after[i]) return program_.names[i] + " becomes " + std::to_string(after[i]);
    }
    return "a store of what was there";
  }

  static char const* name_of(kind k)
  {
    constexpr std::array names{
      "load",        "store",    "add to",   "exchange", "compare and exchange",
      "await",       "sleep on", "wake one", "wake all", "fence",
      "heavy fence", "end",      "fault"};
    return names[static_cast<std::size_t>(k)];
  }

  program const& program_;
  std::vector<std::vector<past>> pasts_;  ///< [threads]
  std::unordered_map<state, origin, hash, same> states_{};
  std::deque<known const*> open_{};
  std::size_t num_steps_ = 0;
};

inline verdict explore(program const& p)
{
  return explorer{p}.run();
}

}  // namespace heddle::protocol_model
