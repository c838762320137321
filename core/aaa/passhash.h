/* How passwords are stored in the configuration, and the edit hooks that turn a typed password into its hash. */
#ifndef CORE_AAA_PASSHASH_H
#define CORE_AAA_PASSHASH_H

#include "core/base/str.h"

enum { PASSHASH_CAP = 32, PASSHASH_PBKDF2_CAP = 96, PASSHASH_ROUNDS = 5000 };

/* `encrypted` since 7.0: MD5 over the password with the first four characters of the user name behind it (none
 * from 28 characters up, none for the empty user: the enable password), padded with zeros to 16 bytes, to 32 when
 * longer; every fourth byte left out; 16 characters of ./0-9A-Za-z. Passwords longer than 32 bytes count up to
 * there. prim_init() must have been called. */
void passhash_asa(struct str password, struct str user, char out[PASSHASH_CAP]);
/* The PIX's: the same, always padded and cut to 16 bytes. */
void passhash_pix(struct str password, struct str user, char out[PASSHASH_CAP]);
/* `nt-encrypted`: base64 of MD4 over the password in UTF-16LE. false: not UTF-8, or too long. */
bool passhash_nt(struct str password, char out[PASSHASH_CAP]);

/* `pbkdf2`: $sha512$ROUNDS$SALT$HASH, both in base64: PBKDF2 with HMAC-SHA-512, 16 bytes of a random salt, 16 of the
 * result, PASSHASH_ROUNDS rounds. */
bool passhash_pbkdf2(struct str password, char out[PASSHASH_PBKDF2_CAP]);
/* Is it well-formed, with a number of rounds that does not stop everything else? */
bool passhash_is_pbkdf2(struct str stored);
/* Its number of rounds; 0 = it is of another form. */
uint32_t passhash_rounds(struct str stored);
/* Does the password belong to what is stored, in any of the forms above but nt-encrypted? Takes as long for a wrong
 * one. */
bool passhash_check(struct str password, struct str user, struct str stored);
/* Takes as long as a pbkdf2 of so many rounds, and comes to nothing. */
void passhash_spend(struct str password, uint32_t rounds);

/* Registers the edit hooks `enable_password`, `enable_level`, `passwd` and `username_password` of the grammar. Before grammar_load. */
void passhash_register(void);

#endif
