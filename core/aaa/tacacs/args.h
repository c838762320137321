/* Arguments of TACACS+: attribute=value, or attribute*value when it may be ignored (RFC 8907 §6.1). */
#ifndef CORE_AAA_TACACS_ARGS_H
#define CORE_AAA_TACACS_ARGS_H

#include "core/aaa/reply.h"
#include "core/aaa/tacacs/wire.h"

enum { TAC_ARGS_CAP = 8192 };

/* The arguments of a request, with what they are made of. */
struct tac_args {
	uint8_t text[TAC_ARGS_CAP];
	size_t used;
	bool full; /* one is too long, or they are too many */
	struct tac_body *body;
};

/* One more, as printf writes it. */
void tac_arg(struct tac_args *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What is asked for: access of a PPP client, a shell, one command. */
enum tac_service { TAC_PPP, TAC_SHELL, TAC_COMMAND };

/* What an authorization reply grants goes to r. asked: the request, for a command must come back as it was, if at
 * all. false: an attribute that must be honoured is unknown, not of this service, or no good; bad says which. */
bool tac_grant(const struct tac_body *reply, const struct tac_body *asked, enum tac_service service,
               struct aaa_reply *r, struct str *bad);

#endif
