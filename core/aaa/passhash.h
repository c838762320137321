/* How passwords are stored in the configuration, and the edit hooks that turn a typed password into its hash. */
#ifndef CORE_AAA_PASSHASH_H
#define CORE_AAA_PASSHASH_H

#include "core/base/str.h"

enum { PASSHASH_CAP = 32 };

/* `encrypted` since 7.0: MD5 over the password with the first four characters of the user name behind it (none
 * from 28 characters up, none for the empty user: the enable password), padded with zeros to 16 bytes, to 32 when
 * longer; every fourth byte left out; 16 characters of ./0-9A-Za-z. Passwords longer than 32 bytes count up to
 * there. prim_init() must have been called. */
void passhash_asa(struct str password, struct str user, char out[PASSHASH_CAP]);
/* The PIX's: the same, always padded and cut to 16 bytes. */
void passhash_pix(struct str password, struct str user, char out[PASSHASH_CAP]);
/* `nt-encrypted`: base64 of MD4 over the password in UTF-16LE. false: not UTF-8, or too long. */
bool passhash_nt(struct str password, char out[PASSHASH_CAP]);

/* Registers the edit hooks `enable_password` and `username_password` of the grammar. Before grammar_load. */
void passhash_register(void);

#endif
