/* The arithmetic of MS-CHAP version 1 (RFC 2433) and 2 (RFC 2759). prim_init() must have been called. */
#ifndef CORE_AAA_MSCHAP_H
#define CORE_AAA_MSCHAP_H

#include "core/base/str.h"

enum { MSCHAP_HASH_LEN = 16, MSCHAP_RESPONSE_LEN = 24, MSCHAP_AUTHENTICATOR_CAP = 43 };

/* NtPasswordHash: MD4 of the password (UTF-8 here) as UTF-16LE. false: not UTF-8, or over 256 characters. */
bool mschap_nt_hash(struct str password, uint8_t hash[16]);
/* ChallengeResponse (RFC 2433 §A.4, the same as RFC 2759 §8.5). */
void mschap_response(const uint8_t challenge[8], const uint8_t hash[16], uint8_t response[24]);
/* ChallengeHash (RFC 2759 §8.2): user without its domain. */
void mschap2_challenge(const uint8_t peer[16], const uint8_t ours[16], struct str user,
                       uint8_t out[8]);
/* GenerateAuthenticatorResponse (RFC 2759 §8.7): "S=" and 40 upper-case hex digits. */
void mschap2_authenticator(const uint8_t hash[16], const uint8_t response[24],
                           const uint8_t peer[16], const uint8_t ours[16], struct str user,
                           char out[43]);

#endif
