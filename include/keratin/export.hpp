#pragma once
// KERATIN_API stands before the name of namespace keratin in every public header: what is declared
// there is exported by a shared keratin, which is compiled with -fvisibility=hidden. It also makes
// the type information of these classes one and the same in all libraries of a program, however
// those are compiled. The attribute stands on the namespace and not on each class and function, so
// that none can be forgotten; the standard has no place for it on `namespace keratin::layers`,
// which is why headers open that in two steps.
//
// A static keratin exports nothing from the library or plugin that it is linked into:
// keratin::keratin and pkg-config define KERATIN_STATIC for it.

#ifdef KERATIN_STATIC
#define KERATIN_API
#else
#define KERATIN_API [[gnu::visibility("default")]]
#endif
