#include "keratin/layers/category_encoding.hpp"

#include "layers/encoding.hpp"

namespace keratin::layers {

namespace {

CategoryEncodingOptions with_tokens(CategoryEncodingOptions options, int num_tokens) {
  options.num_tokens = num_tokens;
  return options;
}

}  // namespace

CategoryEncoding::CategoryEncoding(CategoryEncodingOptions options)
    : Configured(std::move(options)) {
  check(this->options().num_tokens > 0, "category_encoding", "num_tokens is ",
        this->options().num_tokens, ", wanted 1 or more");
  check(this->options().output_mode != "int", "category_encoding",
        "output_mode is 'int', wanted 'one_hot', 'multi_hot' or 'count'");
  check_output_mode(this->options().output_mode, "category_encoding");
}

CategoryEncoding::CategoryEncoding(int num_tokens, CategoryEncodingOptions options)
    : CategoryEncoding(with_tokens(std::move(options), num_tokens)) {}

Shape CategoryEncoding::compute_output_shape(const Shape& input) const {
  return encoded_shape(input, options().output_mode, options().num_tokens, "category_encoding");
}

Node CategoryEncoding::call(Node ids, bool) {
  for (const float id : ids.value().values())
    check(id >= 0 && id < static_cast<float>(options().num_tokens), "category_encoding", "got ", id,
          ", wanted ids from 0 to ", options().num_tokens - 1);
  return encoded(ids, options().output_mode, options().num_tokens);
}

}  // namespace keratin::layers
