/// @file
/// What the techniques with a guarantee promise, and for which inputs. Each function says nothing
/// where one of the theorem's hypotheses does not hold.
#pragma once

#include "src/plan/technique.hpp"

#include <heddle/cost/cost_model.hpp>

#include <optional>
#include <string>

namespace heddle {

/// A promise: makespan <= ratio x optimum + seconds.
struct promise {
  double ratio   = 1;
  double seconds = 0;
  std::string text{};  ///< for people, with the theorem it rests on
};

/// Writes it into what a technique found.
void give(planned& found, std::optional<promise> const& promised);

/// Any list schedule without communication (R. L. Graham: Bounds on multiprocessing timing
/// anomalies, SIAM J. Appl. Math. 17(2), 1969): 2 - 1/m on m identical resources.
[[nodiscard]] std::optional<promise> graham_promise(cost_model const& costs);

/// The list by decreasing execution time (the same paper): 4/3 - 1/(3m) for independent tasks on m
/// identical resources.
[[nodiscard]] std::optional<promise> lpt_promise(cost_model const& costs);

/// ETF on m identical resources (J.-J. Hwang, Y.-C. Chow, F. D. Anger, C.-Y. Lee: Scheduling
/// precedence graphs in systems with interprocessor communication times, SIAM J. Comput. 18(2),
/// 1989): 2 - 1/m of the optimum without communication, plus the longest path that counts each
/// edge's slowest transfer and no execution. Without communication it is Graham's.
///
/// Takes O(edges x different links) time.
[[nodiscard]] std::optional<promise> etf_promise(cost_model const& costs);

/// Rounded vertices of the assignment relaxation (J. K. Lenstra, D. B. Shmoys, E. Tardos:
/// Approximation algorithms for scheduling unrelated parallel machines, Math. Program. 46, 1990): 2
/// for independent tasks, on whatever resources.
[[nodiscard]] std::optional<promise> lst_promise(cost_model const& costs);

/// Rounded kinds and a list schedule (S. Kedad-Sidhoum, F. Monna, D. Trystram: Scheduling tasks
/// with precedence constraints on hybrid multi-core machines, IPDPS Workshops 2015): 6 on CPUs of
/// one speed and GPUs of one speed, without communication.
///
/// The proof bounds the makespan by six times the relaxation's value; so a value that is only known
/// to lie above some lower bound gives 6 x value / bound.
[[nodiscard]] std::optional<promise> hlp_promise(cost_model const& costs, double value,
                                                 double lower_bound);

}  // namespace heddle
