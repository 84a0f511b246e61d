#pragma once
// PRIVATE: keras.config.epsilon().

namespace keratin::losses {

inline constexpr float epsilon = 1e-7f;

}  // namespace keratin::losses
