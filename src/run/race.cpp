#include <heddle/run/race.hpp>

#include <heddle/base/error.hpp>

#include <fmt/format.h>

#include <atomic>
#include <deque>
#include <exception>

namespace heddle::detail {
namespace {

/// Attempts under way; on the stack of the caller.
///
/// `wanted_` goes from `undecided` to the number of one attempt, or to `nobody`, once. Who makes it
/// so tells all other attempts to stop. What an attempt wrote reaches the caller with `left_`: its
/// last access to the state.
class attempts_under_way {
 public:
  explicit attempts_under_way(std::span<any_attempt const> attempts) : left_{attempts.size()}
  {
    for (std::size_t a = 0; a < attempts.size(); ++a) all_.emplace_back(*this, attempts[a], a);
  }

  /// Offers all from this one on, to threads that have nothing to do, else to whoever has next:
  /// then this thread has them on its stack, where a race inside of an attempt leaves those of the
  /// outer one alone until its own have begun.
  void offer_from(std::size_t first, worker& me)
  {
    bool const is_wanted = me.is_wanted();
    for (auto a = all_.size(); !is_wanted && a > first; --a) me.add(all_[a - 1]);
    for (auto a = first; is_wanted && a < all_.size(); ++a) me.give(all_[a]);
  }
  void make_first(worker& me)
  {
    if (!all_.empty()) me.run(all_.front());
  }

  void wait(executor& e, worker& me)
  {
    e.work_until(me, [this] { return left_.load(std::memory_order_acquire) == 0; });
  }

  /// @return whether it was still open
  bool decide(int wanted) noexcept
  {
    int open = undecided;
    if (!wanted_.compare_exchange_strong(open, wanted, std::memory_order_acq_rel)) return false;
    for (auto& a : all_) {
      if (a.number != wanted) a.stop.request_stop();
    }
    return true;
  }

  /// Also to the one that is wanted.
  void tell_all() noexcept
  {
    if (decide(nobody)) return;
    for (auto& a : all_) a.stop.request_stop();
  }

  /// After the end.
  [[nodiscard]] int wanted() const noexcept { return wanted_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool is_good(int attempt) const { return at(attempt).is_good; }
  void rethrow(int attempt) const
  {
    if (at(attempt).error) std::rethrow_exception(at(attempt).error);
  }
  void rethrow_first() const
  {
    for (auto const& a : all_) rethrow(a.number);
  }

  bool first_good_wins = true;

  static constexpr int undecided = -1, nobody = -2;

 private:
  struct entry : job {
    entry(attempts_under_way& o, any_attempt const& f, std::size_t n)
      : job{&runner_of_these}, owner{o}, attempt{f}, number{static_cast<int>(n)}
    {
    }
    attempts_under_way& owner;
    any_attempt const& attempt;
    int number;
    std::stop_source stop{};
    bool is_good = false;
    std::exception_ptr error{};
  };

  [[nodiscard]] entry const& at(int attempt) const
  {
    return all_[static_cast<std::size_t>(attempt)];
  }

  static job* run_one(job& j, worker& me)
  {
    auto& self  = static_cast<entry&>(j);
    auto& owner = self.owner;
    owner.make(self);
    auto& home = me.home();
    owner.left_.fetch_sub(1, std::memory_order_acq_rel);  // from here on, all may be gone
    home.notify_waiters();
    return nullptr;
  }
  static constexpr job_runner runner_of_these{&run_one};

  void make(entry& a)
  {
    if (a.stop.stop_requested()) return;
    try {
      a.is_good = a.attempt(a.stop.get_token());
      if (a.is_good && first_good_wins) decide(a.number);
    } catch (...) {
      a.error = std::current_exception();
    }
  }

  std::deque<entry> all_{};  // where they are, they stay
  std::atomic<int> wanted_{undecided};
  std::atomic<std::size_t> left_;
};

}  // namespace

std::optional<std::size_t> race(executor& e, std::span<any_attempt const> attempts,
                                std::stop_token const& stop)
{
  executor::visit const here{e};
  attempts_under_way all{attempts};
  std::stop_callback const told{stop, [&all] { all.tell_all(); }};
  all.offer_from(1, here.self());
  all.make_first(here.self());
  all.wait(e, here.self());
  if (all.wanted() >= 0) return static_cast<std::size_t>(all.wanted());
  all.rethrow_first();
  return std::nullopt;
}

std::optional<std::size_t> race(executor& e, std::span<any_attempt const> attempts,
                                std::function<std::size_t()> const& choose,
                                std::stop_token const& stop)
{
  executor::visit const here{e};
  attempts_under_way all{attempts};
  all.first_good_wins = false;
  std::stop_callback const told{stop, [&all] { all.tell_all(); }};
  all.offer_from(0, here.self());
  std::exception_ptr error;
  try {
    auto const choice = choose();
    if (choice >= attempts.size()) {
      throw invalid_argument{
        fmt::format("speculation: alternative {} was chosen, of {}; they count from 0", choice,
                    attempts.size())};
    }
    all.decide(static_cast<int>(choice));
  } catch (...) {
    error = std::current_exception();
    all.decide(attempts_under_way::nobody);
  }
  all.wait(e, here.self());
  if (error) std::rethrow_exception(error);
  auto const wanted = all.wanted();
  if (wanted < 0) return std::nullopt;
  all.rethrow(wanted);
  if (!all.is_good(wanted)) return std::nullopt;
  return static_cast<std::size_t>(wanted);
}

}  // namespace heddle::detail
