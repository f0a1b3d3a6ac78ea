#include "tests/device/random_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

namespace heddle::test {
namespace {

using kind = program_step::kind;

constexpr std::size_t elements           = 17;
constexpr std::size_t array_bytes        = elements * sizeof(std::uint32_t);
constexpr std::size_t streams_per_device = 3;

void mix(std::uint32_t const* from, std::uint32_t* to, program_step const& s)
{
  for (std::size_t i = 0; i < elements; ++i) to[i] = s.factor * from[i] + s.own * to[i];
}

}  // namespace

/// Runs the steps on devices.
class random_program::execution {
 public:
  execution(std::vector<block> const& blocks, std::span<std::shared_ptr<device> const> devices)
    : blocks_{blocks}, devices_{devices}, memory_(blocks.size())
  {
    for (auto const& b : blocks) host_.push_back(b.initial);
    for (std::size_t s = 0; s < devices.size() * streams_per_device; ++s)
      streams_.emplace_back(devices[s % devices.size()],
                            std::string{"s"}.append(std::to_string(s)));
  }

  void run(program_step const& s)
  {
    auto const& d     = devices_[s.stream % devices_.size()];
    auto const stream = stream_ref{streams_[s.stream]};
    for (auto const w : s.waits) d->wait(events_[w], stream);
    enqueue(*d, s, stream);
    d->record(events_.emplace_back(d), stream);
  }

  void synchronize() const
  {
    for (auto const& e : events_) e.synchronize();
  }

  array const& host(std::size_t block) const { return host_[block]; }

 private:
  void enqueue(device& d, program_step const& s, stream_ref stream)
  {
    auto& from = memory_[s.from];
    auto& to   = memory_[s.to];
    switch (s.what) {
      case kind::allocate:
        to = d.allocate(array_bytes, stream);
        break;
      case kind::free:
        d.free(to, stream);
        break;
      case kind::upload:
        d.copy_to_device(to, host_[s.from].data(), array_bytes, stream);
        break;
      case kind::download:
        d.copy_to_host(host_[s.to].data(), from, array_bytes, stream);
        break;
      case kind::copy:
        d.copy_from(source(s), to, from, array_bytes, stream);
        break;
      case kind::mix:
        launch(d, s, stream);
        break;
    }
  }

  device& source(program_step const& s) { return *devices_[blocks_[s.from].device]; }

  void launch(device& d, program_step const& s, stream_ref stream)
  {
    auto const body = [s](body_arguments const& a) {
      mix(static_cast<std::uint32_t const*>(a.data[0].data),
          static_cast<std::uint32_t*>(a.data[1].data), s);
    };
    std::vector<argument> const arguments{{memory_[s.from], array_bytes},
                                          {memory_[s.to], array_bytes}};
    d.launch({.name = "mix", .simulated = body, .arguments = arguments}, stream);
  }

  std::vector<block> const& blocks_;
  std::span<std::shared_ptr<device> const> devices_;
  std::vector<array> host_{};
  std::vector<void*> memory_;
  std::deque<device_stream> streams_{};
  std::deque<device_event> events_{};  // [steps]
};

random_program::random_program(std::uint64_t seed, std::size_t devices)
  : random_{seed},
    devices_{devices},
    known_to_stream_(devices * streams_per_device,
                     std::vector<std::size_t>(devices * streams_per_device))
{
  std::vector<std::size_t> variables;  // the blocks they are in
  for (std::size_t v = 0; v < 4 + devices; ++v) {
    auto const host = add_block(on_host), memory = add_block(v % devices);
    add(kind::allocate, v % devices, memory, memory);
    add(kind::upload, v % devices, host, memory);
    variables.push_back(memory);
  }
  for (int i = 0; i < 20; ++i) {
    auto const x = below(variables.size());
    auto const y = (x + 1 + below(variables.size() - 1)) % variables.size();
    if (auto const choice = below(8); choice < 6)
      mix_across(variables[x], variables[y]);
    else if (choice == 6)
      move(variables[x]);
    else
      move_over_host(variables[x]);
  }
  for (auto const v : variables) {
    results_.push_back(add_block(on_host));
    add(kind::download, blocks_[v].device, v, results_.back());
    add(kind::free, blocks_[v].device, v, v);
  }
}

std::size_t random_program::add_block(std::size_t device)
{
  blocks_.push_back({device});
  for (std::size_t i = 0; device == on_host && i < elements; ++i)
    blocks_.back().initial.push_back(static_cast<std::uint32_t>(random_()));
  return blocks_.size() - 1;
}

void random_program::add(kind what, std::size_t device, std::size_t from, std::size_t to)
{
  auto const stream = device + devices_ * below(streams_per_device);
  steps_.push_back({what, stream, from, to, odd(), odd()});
  tie(steps_.size() - 1);
  blocks_[from].readers.push_back(steps_.size() - 1);
  blocks_[to].writer = {steps_.size() - 1};
  blocks_[to].readers.clear();
}

/// Makes the step wait for those it needs: who wrote what it reads, and who used what it writes.
void random_program::tie(std::size_t step)
{
  auto& s     = steps_[step];
  auto& known = known_to_stream_[s.stream];
  auto needed = blocks_[s.from].writer;
  for (auto const& others : {blocks_[s.to].writer, blocks_[s.to].readers})
    needed.insert(needed.end(), others.begin(), others.end());
  std::sort(needed.rbegin(), needed.rend());
  for (auto const n : needed) {
    if (known[steps_[n].stream] > n) continue;
    s.waits.push_back(n);
    std::transform(known.begin(), known.end(), known_to_step_[n].begin(), known.begin(),
                   [](auto a, auto b) { return std::max(a, b); });
  }
  known[s.stream] = step + 1;
  known_to_step_.push_back(known);
}

/// y = a * x + b * y; a copy of x comes to the device of y, if it is not there.
void random_program::mix_across(std::size_t x, std::size_t y)
{
  auto const there = blocks_[y].device;
  if (blocks_[x].device == there) return add(kind::mix, there, x, y);
  auto const copy = add_block(there);
  add(kind::allocate, there, copy, copy);
  add(kind::copy, there, x, copy);
  add(kind::mix, there, copy, y);
  add(kind::free, there, copy, copy);
}

void random_program::move(std::size_t& variable)
{
  auto const from = std::exchange(variable, add_block(below(devices_)));
  auto const to   = blocks_[variable].device;
  add(kind::allocate, to, variable, variable);
  add(kind::copy, to, from, variable);
  add(kind::free, blocks_[from].device, from, from);
}

void random_program::move_over_host(std::size_t& variable)
{
  auto const host = add_block(on_host);
  auto const from = std::exchange(variable, add_block(below(devices_)));
  add(kind::download, blocks_[from].device, from, host);
  add(kind::free, blocks_[from].device, from, from);
  add(kind::allocate, blocks_[variable].device, variable, variable);
  add(kind::upload, blocks_[variable].device, host, variable);
}

void random_program::leave_out_a_wait()
{
  std::vector<std::pair<std::size_t, std::size_t>> all;  // step, position
  for (std::size_t s = 0; s < steps_.size(); ++s)
    for (std::size_t w = 0; w < steps_[s].waits.size(); ++w) all.emplace_back(s, w);
  auto const [step, position] = all[below(all.size())];
  auto& waits                 = steps_[step].waits;
  waits.erase(waits.begin() + static_cast<std::ptrdiff_t>(position));
}

void random_program::use_freed_memory()
{
  std::vector<std::size_t> frees;
  for (std::size_t s = 0; s < steps_.size(); ++s)
    if (steps_[s].what == kind::free) frees.push_back(s);
  auto const freed  = frees[below(frees.size())];
  auto const memory = steps_[freed].to;
  auto const later  = std::find_if(
     steps_.begin() + static_cast<std::ptrdiff_t>(freed), steps_.end(), [&](program_step const& s) {
      return s.what == kind::mix && blocks_[s.to].device == blocks_[memory].device;
    });
  if (later != steps_.end())
    later->from = memory;
  else
    add(kind::download, blocks_[memory].device, memory, add_block(on_host));
}

std::vector<random_program::array> random_program::run_in_sequence() const
{
  std::vector<array> content;
  for (auto const& b : blocks_) content.push_back(b.initial);
  for (auto const& s : steps_) {
    if (s.what == kind::mix)
      mix(content[s.from].data(), content[s.to].data(), s);
    else if (s.what != kind::free)
      content[s.to] = content[s.from];
  }
  std::vector<array> results;
  for (auto const r : results_) results.push_back(content[r]);
  return results;
}

std::vector<random_program::array> random_program::run_on(
  std::span<std::shared_ptr<device> const> devices) const
{
  execution run{blocks_, devices};
  for (auto const& s : steps_) run.run(s);
  run.synchronize();
  std::vector<array> results;
  for (auto const r : results_) results.push_back(run.host(r));
  return results;
}

}  // namespace heddle::test
