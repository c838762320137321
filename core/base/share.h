/* What many objects have alike (names of interfaces, groups, maps, users, the terms of a login) is kept once, as long as
 * somebody holds it. Equal data has one address. Control thread only. */
#ifndef CORE_BASE_SHARE_H
#define CORE_BASE_SHARE_H

#include <stddef.h>

/* Holds a copy of the data, which must not be changed; NULL when memory is short. */
const void *share_hold(const void *data, size_t len);
/* Lets go; NULL is allowed. */
void share_drop(const void *shared);

/* Texts. The empty one (also of NULL, or when memory is short) costs nothing. */
const char *share_text(const char *text);
void share_drop_text(const char *shared);
/* *at, a shared text or NULL, becomes another one. */
void share_set_text(const char **at, const char *text);

#endif
