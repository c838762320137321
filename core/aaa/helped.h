/* What the protocols share that are spoken by helper programs (core/aaa/helper/): a question becomes a job, its answer
 * a verdict. PAP and authorization only. */
#ifndef CORE_AAA_HELPED_H
#define CORE_AAA_HELPED_H

#include "core/aaa/helper/job.h"
#include "core/aaa/server.h"
#include "core/base/debug.h"

struct helped {
	enum aaa_helper kind;
	enum debug_cat cat;
	/* The fields of this protocol; NULL, or why the server cannot be asked as it is configured. */
	const char *(*fill)(struct wr *w, const struct aaa_ask *ask);
	/* What the server said of the user, when he is let in; may be NULL. */
	void (*reply)(const struct aaa_ask *ask, const struct job *answer, struct aaa_reply *r);
};

extern const struct aaa_proto aaa_ldap, aaa_kerberos, aaa_nt;

void helped_ask(struct aaa_ask *ask, const struct helped *by);
void helped_cancel(struct aaa_ask *ask);

#endif
