/* What the two files of accounting share: acct_queue.c has the records on their way, acct.c the sessions they are of. */
#ifndef CORE_AAA_ACCT_INT_H
#define CORE_AAA_ACCT_INT_H

#include "core/aaa/acct.h"
#include "core/aaa/server_int.h"
#include "core/base/hash.h"
#include "core/base/pool.h"

/* What goes to one server group, or (accounting-mode simultaneous) to one server of it. */
struct acct_queue {
	struct aaa_acct_engine *engine;
	char group[AAA_ACL_MAX + 16]; /* server groups have long names */
	char host[129];               /* "" = whoever of the group answers */
	struct acct_entry *first, *last;
	unsigned waiting, busy;
	struct hash *busy_ids; /* sessions with a record under way */
	bool down;             /* nobody took the last one */
	uint64_t again_ms;
	struct timer again;
	uint64_t sent, dropped;
	bool told_on; /* Accounting-On */
	struct acct_queue *next;
};

struct aaa_acct_engine {
	struct aaa_servers *servers;
	const struct aaa_acct_ops *ops;
	void *ctx;
	char *path;          /* of the journal, NULL = none */
	struct spool *spool; /* opened when it is needed */
	struct acct_queue *queues;
	unsigned waiting;
	struct pool *sessions;
	struct hash *by_unit;
	uint32_t boot, node, last; /* parts of Acct-Session-Id */
	bool full;                 /* said in the log */
};

/* NULL when memory is short. */
struct acct_queue *acct_queue_get(struct aaa_acct_engine *e, const char *group, const char *host);
/* Sends what may be sent now. */
void acct_queue_go(struct acct_queue *q);
/* What waits is written down; its memory goes. */
void acct_queue_free(struct acct_queue *q);
/* A record for a server group: to one of its servers, or to all of them. */
void acct_tell(struct aaa_acct_engine *e, const char *group, const struct aaa_record *r);
/* Reads the journal of the run before, if there is one. */
void acct_journal_read(struct aaa_acct_engine *e);
void acct_journal_close(struct aaa_acct_engine *e);

#endif
