// Shapes of two well-known scientific workflows, as recorded runs of them show (wfcommons.org).

#include "src/workflow/shapes.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace heddle {
namespace {

using task_list = std::vector<task_id>;

struct montage_sizes {
  std::size_t images;
  std::size_t overlaps;
};

/// `2 * images + overlaps + 5` tasks, of which at least `images - 1` and at most all pairs overlap.
montage_sizes sizes_of_montage(std::size_t tasks)
{
  auto const inner  = std::max<std::size_t>(tasks, 10) - 5;
  auto const most   = (inner + 1) / 3;
  auto const images = std::min(most, std::max<std::size_t>(7, inner / 5));
  return {images, std::min(inner - 2 * images, images * (images - 1) / 2)};
}

}  // namespace

/// A mosaic of images of the sky. Neighbours overlap first, then images further apart.
void add_montage(shape_builder& shape, generate_options const& options)
{
  auto const [images, overlaps] = sizes_of_montage(options.tasks);
  task_list projected;
  for (std::size_t i = 0; i < images; ++i) projected.push_back(shape.add("mProject", 12, {}));
  task_list differences;
  for (std::size_t gap = 1; differences.size() < overlaps; ++gap) {
    for (std::size_t i = 0; i + gap < images && differences.size() < overlaps; ++i) {
      differences.push_back(shape.add("mDiffFit", 1, std::array{projected[i], projected[i + gap]}));
    }
  }
  std::array const concatenated{shape.add("mConcatFit", 1, differences)};
  auto const model = shape.add("mBgModel", 4, concatenated);
  task_list corrected;
  for (auto const p : projected)
    corrected.push_back(shape.add("mBackground", 1, std::array{p, model}));
  auto const table = shape.add("mImgtbl", 1, corrected);
  corrected.push_back(table);
  std::array const added{shape.add("mAdd", 10, corrected)};
  shape.add("mViewer", 6, added);
}

/// Lanes of a sequencer: each is split, its pieces pass through four steps, and all are merged.
void add_epigenomics(shape_builder& shape, generate_options const& options)
{
  auto const tasks  = std::max<std::size_t>(options.tasks, 9);
  auto const lanes  = 1 + tasks / 400;
  auto const pieces = (tasks - 3 - 2 * lanes) / 4;
  task_list merged;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    std::array const split{shape.add("fastqSplit", 4, {})};
    task_list mapped;
    for (auto piece = lane; piece < pieces; piece += lanes) {
      std::array const filtered{shape.add("filterContams", 1, split)};
      std::array const converted{shape.add("sol2sanger", 1, filtered)};
      std::array const packed{shape.add("fast2bfq", 1, converted)};
      mapped.push_back(shape.add("map", 20, packed));
    }
    merged.push_back(shape.add("mapMerge", 4, mapped));
  }
  std::array const all{shape.add("mapMerge", 8, merged)};
  std::array const indexed{shape.add("maqIndex", 4, all)};
  shape.add("pileup", 8, indexed);
}

}  // namespace heddle
