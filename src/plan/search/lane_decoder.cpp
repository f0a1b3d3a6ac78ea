#include "src/plan/search/lane_decoder.hpp"

#include <algorithm>

namespace heddle {
namespace {

constexpr std::size_t lanes = kernels::search_lanes;

std::size_t index(std::int32_t i)
{
  return static_cast<std::size_t>(i);
}

}  // namespace

kernels::search_windows windows_of(std::int32_t tasks)
{
  constexpr std::int32_t most_windows = 12;
  constexpr std::int32_t least_size   = 4;  // of fewer tasks are not worth a decode of their own
  auto const windows                  = std::clamp(tasks / least_size, 1, most_windows);
  auto const size                     = std::max(1, (tasks + windows - 1) / windows);
  return {size, (tasks + size - 1) / size, tasks};
}

template <class Tick>
lane_decoder<Tick>::lane_decoder(kernels::search_problem<Tick> const& problem, lane_target target)
  : problem_{problem},
    bodies_{bodies_for<Tick>(problem.num_places, target)},
    windows_{windows_of(problem.num_tasks)},
    row_{index(kernels::padded_places(problem.num_places)) * lanes},
    order_{index(problem.num_tasks)},
    position_{index(problem.num_tasks)},
    energy_{lanes},
    new_energy_{lanes},
    moved_{lanes},
    partner_{lanes},
    lane_of_rung_{lanes},
    place_{index(problem.num_tasks) * lanes},
    left_{lanes},
    partner_left_{lanes},
    temperature_{lanes},
    random_{lanes},
    finish_{index(problem.num_tasks) * lanes},
    makespan_{lanes},
    new_makespan_{lanes},
    free_{(index(windows_.count) + 1) * row_}
{
  state_ = {order_.data(),       position_.data(),     place_.data(),       finish_.data(),
            makespan_.data(),    new_makespan_.data(), energy_.data(),      new_energy_.data(),
            temperature_.data(), random_.data(),       moved_.data(),       partner_.data(),
            left_.data(),        partner_left_.data(), lane_of_rung_.data()};
}

template <class Tick>
Tick* lane_decoder<Tick>::free_before(std::int32_t window) const
{
  return free_.data() + index(window) * row_;
}

template <class Tick>
void lane_decoder<Tick>::decode_all()
{
  for (std::int32_t window = 0; window < windows_.count; ++window) {
    auto* const free = free_before(window + 1);
    std::copy_n(free_before(window), row_, free);
    bodies_.decode(problem_, order_.data(), windows_.begin_of(window),
                   windows_.begin_of(window + 1), place_.data(), finish_.data(), free);
  }
  bodies_.judge(free_before(windows_.count), makespan_.data(), energy_.data());
}

template <class Tick>
void lane_decoder<Tick>::decode_from(std::int32_t window)
{
  auto* const free = free_before(windows_.count);
  std::copy_n(free_before(window), row_, free);
  bodies_.decode(problem_, order_.data(), windows_.begin_of(window), problem_.num_tasks,
                 place_.data(), finish_.data(), free);
  bodies_.judge(free, new_makespan_.data(), new_energy_.data());
}

template class lane_decoder<std::uint16_t>;
template class lane_decoder<std::uint32_t>;

}  // namespace heddle
