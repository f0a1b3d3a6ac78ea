/// @file
/// What tests of discovery need: variables of the environment, and folders that go away.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace heddle::test {

/// Sets a variable of the environment, or removes it (null), until the end of the scope.
class scoped_variable {
 public:
  scoped_variable(char const* name, char const* value) : name_{name}
  {
    if (auto const before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~scoped_variable() { set(before_ ? before_->c_str() : nullptr); }
  scoped_variable(scoped_variable const&)            = delete;
  scoped_variable& operator=(scoped_variable const&) = delete;

 private:
  void set(char const* value) { value ? setenv(name_, value, 1) : unsetenv(name_); }

  char const* name_;
  std::optional<std::string> before_{};
};

/// A new folder for temporary files, removed with all that is in it.
class scoped_folder {
 public:
  scoped_folder()
  {
    auto name = (std::filesystem::temp_directory_path() / "heddle-test-XXXXXX").string();
    path_     = mkdtemp(name.data());
  }
  ~scoped_folder() { std::filesystem::remove_all(path_); }
  scoped_folder(scoped_folder const&)            = delete;
  scoped_folder& operator=(scoped_folder const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  void write(std::filesystem::path const& name, std::string const& text) const
  {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name} << text;
  }

 private:
  std::filesystem::path path_{};
};

}  // namespace heddle::test
