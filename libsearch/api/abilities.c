/* SPDX-License-Identifier: MIT */
#include "api/handles.h"

uint64_t libsearch_abilities(libsearch_index *index)
{
    if (index == NULL)
        return 0;
    const uint64_t can = index->engine->can(index->handle);
    return index->read_only ? can & ~(uint64_t)LIBSEARCH_CAN_WRITE : can;
}
