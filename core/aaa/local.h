/* The local user database as an authentication server. */
#ifndef CORE_AAA_LOCAL_H
#define CORE_AAA_LOCAL_H

#include "core/aaa/aaa.h"

/* What LOCAL can verify: it holds hashes, and CHAP needs the password itself. */
enum { AAA_LOCAL_METHODS = AAA_BIT(AAA_PAP) | AAA_BIT(AAA_MSCHAP1) | AAA_BIT(AAA_MSCHAP2) };

/* Fills rq->result. */
void aaa_local_verify(struct aaa_request *rq, const struct aaa_conf *c, const struct aaa_group *g);
/* The password of a user on the console or by PAP. */
bool aaa_local_password(const struct aaa_user *u, struct str password);

/* show aaa-server: one question was answered at this time. */
void aaa_count(enum aaa_status status, time_t when);
void aaa_count_authorization(void);
/* Ever, not touched by clear. */
uint64_t aaa_requests(void);
uint64_t aaa_authorizations(void);

#endif
