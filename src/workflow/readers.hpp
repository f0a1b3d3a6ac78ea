/// @file
/// One reader and one writer per file format. Readers leave the check of the whole graph (cycles,
/// sums that overflow) to their caller.
#pragma once

#include "src/workflow/source_text.hpp"

#include <heddle/workflow/file_formats.hpp>
#include <heddle/workflow/workflow.hpp>

#include <iosfwd>

namespace heddle {

class json_document;

workflow read_wfformat(source_text const& source, json_document& document);
workflow read_heddle_json(source_text const& source, json_document& document);
workflow read_stg(source_text const& source);
workflow read_dot(source_text const& source);

void write_wfformat(workflow const& w, std::ostream& out);
void write_heddle_json(workflow const& w, std::ostream& out);
void write_stg(workflow const& w, std::ostream& out);
void write_dot(workflow const& w, std::ostream& out);

/// The name of a workflow whose file gives it none: that of the file, without folder and extension.
std::string name_of_file(source_text const& source);

}  // namespace heddle
