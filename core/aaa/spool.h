/* A journal of pieces that must not be lost: each is written when it begins to wait, and struck out when it is done. A
 * file that was cut off in the middle of a write is read up to there. */
#ifndef CORE_AAA_SPOOL_H
#define CORE_AAA_SPOOL_H

#include "core/base/buf.h"
#include "core/base/err.h"

enum { SPOOL_PIECE_MAX = 4096 };

struct spool;

/* Opens or makes the file (0600), rewrites it with the pieces that are not struck out, and gives each of them to `each` in
 * the order of writing; one for which that returns false is struck out. max: bytes that the file may have. NULL with err:
 * what was there is there still. */
struct spool *spool_open(const char *path, size_t max, bool (*each)(void *arg, uint32_t id, struct bytes piece),
                         void *arg, struct err *err);
void spool_close(struct spool *s); /* NULL is allowed */
/* A number for a new piece. */
uint32_t spool_id(struct spool *s);
/* Writes a piece under that number. false: the file is full, or the disk is. */
bool spool_add(struct spool *s, uint32_t id, struct bytes piece);
/* It is done. When none is left the file is empty again. */
void spool_done(struct spool *s, uint32_t id);

#endif
