/* SPDX-License-Identifier: MIT */
#include "text/classify.h"

#include "base/cpu.h"

enum { CLASS_WORD = 1, CLASS_WIDE = 2, CLASS_JOINER = 4, CLASS_TAIL = 8 };

static unsigned class_of(enum classify_mode mode, uint8_t byte)
{
    if (byte >= 0x80)
        return CLASS_WIDE;
    if (byte_is_wordish(byte))
        return CLASS_WORD;
    switch (byte) {
    case '.':
    case '\'':
    case ',':
        return CLASS_JOINER;
    case '-':
    case '&':
        return mode == CLASSIFY_SPLIT ? CLASS_JOINER : 0;
    case ':':
    case ';':
        return mode == CLASSIFY_PLAIN ? CLASS_JOINER : 0;
    case '+':
    case '#':
        return mode == CLASSIFY_SPLIT ? CLASS_TAIL : 0;
    case '_':
        return mode == CLASSIFY_SPLIT ? CLASS_JOINER : CLASS_TAIL;
    default:
        return 0;
    }
}

static void classify_scalar(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower)
{
    *classes = (struct block_classes){ 0, 0, 0, 0 };
    for (unsigned i = 0; i < CLASSIFY_BLOCK; i++) {
        const unsigned class = class_of(mode, bytes[i]);
        classes->word |= (uint64_t)(class & CLASS_WORD) << i;
        classes->wide |= (uint64_t)(class >> 1 & 1) << i;
        classes->joiner |= (uint64_t)(class >> 2 & 1) << i;
        classes->tail |= (uint64_t)(class >> 3 & 1) << i;
        lower[i] = (char)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] | 0x20 : bytes[i]);
    }
}

enum kernel kernel_best(void) { return KERNEL_SCALAR; }

void classify_block(enum kernel kernel, enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes,
                    char *lower)
{
    (void)kernel;
    classify_scalar(mode, bytes, classes, lower);
}
