#include "src/base/atomic_file.hpp"

#include <heddle/base/error.hpp>

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <ostream>
#include <sstream>

namespace heddle {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AtomicFile : public testing::Test {
 protected:
  AtomicFile() { fs::create_directories(folder); }
  ~AtomicFile() override { fs::remove_all(folder); }

  static std::string content(fs::path const& path)
  {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
  }
  std::size_t files() const
  {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, {}));
  }

  fs::path folder = fs::path{testing::TempDir()} / ("atomic_file_" + std::to_string(::getpid()));
};

auto text(std::string const& words)
{
  return [words](std::ostream& out) { out << words; };
}

template <class Action>
std::string message_of(Action action)
{
  try {
    action();
  } catch (system_error const& e) {
    return e.what();
  }
  return "no system_error";
}

TEST_F(AtomicFile, AppearsWithItsContentAlone)
{
  write_atomically(folder / "out.txt", text("hello"));
  EXPECT_EQ(content(folder / "out.txt"), "hello");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFile, ReplacesOnlyAtTheEnd)
{
  auto const path = folder / "out.txt";
  write_atomically(path, text("old"));
  write_atomically(path, [&](std::ostream& out) {
    out << "new" << std::flush;
    EXPECT_EQ(content(path), "old");
  });
  EXPECT_EQ(content(path), "new");
}

TEST_F(AtomicFile, KeepsTheOldContentIfTheWriterThrows)
{
  auto const path = folder / "out.txt";
  write_atomically(path, text("old"));
  EXPECT_THROW(write_atomically(path,
                                [](std::ostream& out) {
                                  out << "half";
                                  throw 1;
                                }),
               int);
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFile, WritesThroughASymbolicLink)
{
  write_atomically(folder / "real", text("old"));
  fs::create_symlink("real", folder / "link");
  write_atomically(folder / "link", text("new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(content(folder / "real"), "new");
}

TEST_F(AtomicFile, NamesPathAndReasonWhenAFolderIsMissing)
{
  auto const path = folder / "missing" / "out.txt";
  EXPECT_THAT(message_of([&] { write_atomically(path, text("x")); }),
              AllOf(HasSubstr(path.string()), HasSubstr("No such file or directory")));
}

TEST_F(AtomicFile, RefusesToReplaceAFolder)
{
  EXPECT_THAT(message_of([&] { write_atomically(folder, text("x")); }),
              HasSubstr("Is a directory"));
}

TEST_F(AtomicFile, ReportsAFullDisk)
{
  EXPECT_THAT(message_of([] { write_atomically("/dev/full", text(std::string(100'000, 'x'))); }),
              AllOf(HasSubstr("/dev/full"), HasSubstr("No space left on device")));
  EXPECT_TRUE(fs::exists("/dev/full"));
}

TEST_F(AtomicFile, WritesARelativePath)
{
  auto const before = fs::current_path();
  fs::current_path(folder);
  write_atomically("out.txt", text("here"));
  fs::current_path(before);
  EXPECT_EQ(content(folder / "out.txt"), "here");
}

}  // namespace
}  // namespace heddle
