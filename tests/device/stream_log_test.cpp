#include "src/device/stream_log.hpp"

#include <gtest/gtest.h>

#include <string>

namespace heddle {
namespace {

/// A handle that only the log sees.
stream_ref stream_of(std::uintptr_t number)
{
  return reinterpret_cast<CUstream_st*>(number);
}
event_ref event_of(std::uintptr_t number)
{
  return event_ref{reinterpret_cast<CUevent_st*>(number)};
}

TEST(StreamLog, NamesTheLastWorkOfAStream)
{
  stream_log log;
  log.add(stream_of(1), "copies");
  EXPECT_EQ(log.describe(stream_of(1)), "stream 'copies'");
  log.launched("axpy", stream_of(1));
  EXPECT_EQ(log.describe(stream_of(1)), "work 'axpy' on stream 'copies'");
  EXPECT_EQ(log.describe(stream_of(2)), "an unnamed stream");
}

TEST(StreamLog, AnEventKeepsWhatItWasRecordedAfter)
{
  stream_log log;
  log.add(stream_of(1), "copies");
  EXPECT_EQ(log.describe(event_of(7)), "an event never recorded");
  log.launched("first", stream_of(1));
  log.recorded(event_of(7), stream_of(1));
  log.launched("second", stream_of(1));
  log.remove(stream_of(1));
  EXPECT_EQ(log.describe(event_of(7)), "work 'first' on stream 'copies'");
}

TEST(StreamLog, ListsWhatHasNotEnded)
{
  stream_log log;
  for (std::uintptr_t s : {1, 2, 3}) {
    log.add(stream_of(s), std::string{"s"}.append(std::to_string(s)));
    log.recorded(event_of(s), stream_of(s));
  }
  log.ended(event_of(1));
  log.remove(event_of(3));
  EXPECT_EQ(log.under_way(), "stream 's2'");
  log.recorded(event_of(1), stream_of(1));
  EXPECT_EQ(log.under_way(), "stream 's1', stream 's2'");
}

TEST(StreamLog, ListsNoMoreThanAFew)
{
  stream_log log;
  for (std::uintptr_t s = 1; s < 100; ++s) {
    log.add(stream_of(s), std::to_string(s));
    log.recorded(event_of(s), stream_of(s));
  }
  EXPECT_LT(log.under_way().size(), 200u);
  EXPECT_TRUE(log.under_way().ends_with(", and more"));
}

}  // namespace
}  // namespace heddle
