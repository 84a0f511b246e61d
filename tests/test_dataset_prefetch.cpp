// Dataset::prefetch: the same elements and errors as without it, and a thread that ends in time.

#include <atomic>
#include <keratin/dataset.hpp>
#include <thread>

#include "support/catch.hpp"
#include "support/datasets.hpp"

#ifdef __GLIBC__
#include <pthread.h>
#endif

using namespace keratin;
using test::numbers;
using test::read;

namespace {

using Numbers = std::vector<float>;

struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// 0, 1, ... and an exception in place of element `at`.
auto failing(int at) {
  return [at, i = 0](Batch& sample) mutable {
    if (i == at) throw Unreadable("no more to read");
    sample.x = Tensor(static_cast<float>(i++));
    return true;
  };
}

void wait_until(const std::function<bool()>& done) {
  while (!done()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("prefetch changes neither elements nor order", "[dataset]") {
  const Numbers x = test::range(200);
  const auto negate = [](Batch& batch) {
    for (float& value : batch.x.values()) value = -value;
  };
  for (long buffer : {1, 2, 50}) {
    const auto pipeline = [&] {
      return Dataset::from_tensor_slices(x)
          .shuffle({.buffer_size = 60, .seed = 3})
          .batch(7)
          .map(negate);
    };
    const Dataset plain = pipeline(), ahead = pipeline().prefetch(buffer),
                  twice = pipeline().prefetch(buffer).map([](Batch&) {}).prefetch(buffer);
    for (int pass = 0; pass < 3; ++pass) {
      const test::Elements want = read(plain);
      CHECK(read(ahead) == want);
      CHECK(read(twice) == want);
    }
    CHECK(read(Dataset::from_tensor_slices(x).prefetch(buffer).batch(200)) == test::Elements{x});
  }
}

TEST_CASE("map before prefetch runs in a thread of its own, map after it does not", "[dataset]") {
  const Numbers x = test::range(5);
  std::atomic<int> here = 0, elsewhere = 0;
  const std::thread::id caller = std::this_thread::get_id();
  const auto note = [&](Batch&) { ++(std::this_thread::get_id() == caller ? here : elsewhere); };
  CHECK(numbers(Dataset::from_tensor_slices(x).map(note).prefetch(2)).size() == 5);
  CHECK(here == 0);
  CHECK(elsewhere == 5);
  CHECK(numbers(Dataset::from_tensor_slices(x).prefetch(2).map(note)).size() == 5);
  CHECK(here == 5);
  CHECK(elsewhere == 5);
}

TEST_CASE("prefetch runs ahead by its buffer and no further", "[dataset]") {
  std::atomic<int> made = 0;
  const Dataset dataset = Dataset::from_generator([&](Batch& sample) {
                            sample.x = Tensor(static_cast<float>(made++));
                            return true;
                          }).prefetch(3);
  Dataset::Iterator iterator = dataset.iterator();
  CHECK(made == 0);  // nothing happens before the first element is asked for
  Batch sample;
  for (int taken = 1; taken <= 20; ++taken) {
    CHECK(iterator.next(sample));
    CHECK(sample.x.item() == static_cast<float>(taken - 1));
    wait_until([&] { return made == taken + 3; });
    std::this_thread::yield();
    CHECK(made == taken + 3);
  }
}

TEST_CASE("exceptions of user functions arrive with their type, after the elements before them",
          "[dataset]") {
  const auto throw_at_3 = [](const Batch& sample) {
    if (sample.x.item() == 3) throw Unreadable("no more to read");
    return true;
  };
  const Numbers x = test::range(9);
  const Dataset rows = Dataset::from_tensor_slices(x);
  const Dataset plain[] = {Dataset::from_generator(failing(3)),
                           rows.map([&](Batch& sample) { throw_at_3(sample); }),
                           rows.filter(throw_at_3)};
  for (const Dataset& dataset : plain)
    for (const Dataset& throwing : {dataset, dataset.prefetch(1), dataset.prefetch(8),
                                    dataset.prefetch(2).map([](Batch&) {}).prefetch(2)}) {
      Dataset::Iterator iterator = throwing.iterator();
      CHECK(read(iterator, 3) == test::Elements{{0}, {1}, {2}});
      Batch sample;
      for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(iterator.next(sample), Unreadable);
      CHECK(iterator.position().elements == 3);
    }
}

TEST_CASE("an iterator may be destroyed at any time", "[dataset]") {
  std::atomic<int> alive = 0;
  struct Counted {
    std::atomic<int>* count;
    explicit Counted(std::atomic<int>& alive) : count(&alive) { ++*count; }
    Counted(const Counted& other) : count(other.count) { ++*count; }
    ~Counted() { --*count; }
  };
  {
    const Dataset dataset = Dataset::from_generator([counted = Counted(alive)](Batch& sample) {
                              sample.x = Tensor::ones({100});
                              return true;
                            })
                                .batch(4)
                                .prefetch(2);
    const int before = alive;
    for (int taken = 0; taken < 40; ++taken) {
      Dataset::Iterator iterator = dataset.iterator();
      read(iterator, static_cast<std::size_t>(taken % 4));
      if (taken % 2) std::this_thread::yield();
    }
    CHECK(alive == before);  // no thread still holds a copy of the generator
    Dataset::Iterator iterator = dataset.iterator();
    for (int i = 0; i < 10; ++i) {
      read(iterator, 2);
      iterator = dataset.iterator();
    }
    Dataset::Iterator moved = std::move(iterator);
    CHECK(read(moved, 2).size() == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("several iterators of one Dataset run at once", "[dataset]") {
  const Numbers x = test::range(500);
  const Dataset dataset = Dataset::from_tensor_slices(x)
                              .map([](Batch& sample) { sample.x = Tensor(sample.x.item() + 1); })
                              .cache()
                              .shuffle({.buffer_size = 20})
                              .batch(3)
                              .prefetch(2);
  std::vector<std::thread> threads;
  std::atomic<int> complete = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int pass = 0; pass < 3; ++pass) {
        Numbers all = numbers(dataset);
        std::sort(all.begin(), all.end());
        if (all.size() == 500 && all.front() == 1 && all.back() == 500) ++complete;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(complete == 12);
}

#ifdef __GLIBC__

namespace {

/// New threads ask for a stack that does not fit any address space, so none can be created.
struct NoThreads {
  pthread_attr_t before;
  NoThreads() {
    pthread_attr_t huge;
    pthread_getattr_default_np(&before);
    pthread_getattr_default_np(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{1} << 62);
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  ~NoThreads() {
    pthread_setattr_default_np(&before);
    pthread_attr_destroy(&before);
  }
};

}  // namespace

TEST_CASE("without a thread, elements are made when they are asked for", "[dataset]") {
  const NoThreads no_threads;
  CHECK_THROWS_AS(std::thread([] {}), std::system_error);
  int made = 0;
  const Dataset dataset = Dataset::from_generator([&](Batch& sample) {
                            sample.x = Tensor(static_cast<float>(made++));
                            return made <= 4;
                          }).prefetch(2);
  Dataset::Iterator iterator = dataset.iterator();
  CHECK(read(iterator, 2) == test::Elements{{0}, {1}});
  CHECK(made == 2);
  CHECK(read(iterator) == test::Elements{{2}, {3}});
  Dataset::Iterator failed = Dataset::from_generator(failing(0)).prefetch(2).iterator();
  CHECK_THROWS_AS(read(failed), Unreadable);
}

#endif
