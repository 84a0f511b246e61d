// A second source beside the page's program: the headers are included twice in one program, and in
// a unity build twice in one translation unit.

#include <keratin/keratin.hpp>

keratin::Sequential digits() {
  return keratin::Sequential({keratin::layers::Input({784}), keratin::layers::Dense(10)});
}
