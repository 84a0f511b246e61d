// The layer is below the data that it adapts to.

#include "keratin/check.hpp"
#include "keratin/dataset.hpp"
#include "keratin/layers/normalization.hpp"

namespace keratin::layers {

void Normalization::adapt(const Dataset& data) {
  check(!data.infinite(), "normalization", "adapt() got a Dataset without an end: take() a part");
  constexpr long batch_size = 128;  // as in Keras, where the data are single samples
  Dataset::Iterator batches = (data.batched() ? data : data.batch(batch_size)).iterator();
  Moments all;
  for (Batch batch; batches.next(batch);) all.add(moments_of(batch.x));
  check(all.count > 0, "normalization", "adapt() got no samples");
  set(all);
}

}  // namespace keratin::layers
