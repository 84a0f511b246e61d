// A test asks for more memory than there is and wants std::bad_alloc; a sanitizer would end the
// program instead.

extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
