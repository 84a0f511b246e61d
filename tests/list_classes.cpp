// Prints "family ClassName" for every class in the tables: what README's table has to list.

#include <cstdio>
#include <keratin/keratin.hpp>

using namespace keratin;

template <class Family>
void list() {
  const ClassTable<Family>& table = Family::table();
  for (const Row<Family>& row : table.rows) std::printf("%s %s\n", table.family, row.class_name);
}

int main() {
  list<Layer>();
  list<Loss>();
  list<Metric>();
  list<Optimizer>();
  list<Initializer>();
  list<Regularizer>();
  list<Constraint>();
  list<LearningRateSchedule>();
}
