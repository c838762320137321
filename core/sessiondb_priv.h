/* Inside of the session database; for sessiondb*.c alone. */
#ifndef CORE_SESSIONDB_PRIV_H
#define CORE_SESSIONDB_PRIV_H

#include "core/gateway.h"
#include "core/sessiondb.h"
#include "core/sessiondb_text.h"

/* What the database itself remembers of a session; everything else is read from the live objects. */
struct entry {
	uint32_t index; /* as shown, never used again; 0 = no session */
	bool udp_encap;
};

struct sessiondb {
	struct gateway *gw;
	struct entry *entries; /* by unit */
	size_t n, cap;         /* sessions; places for entries */
	uint32_t last_index;
	uint64_t total;
	size_t peak;
	/* by kind of tunnel: without and with NAT-T */
	uint64_t kind_total[2];
	size_t kind_now[2], kind_peak[2];
};

/* NULL when the unit has no session. */
struct entry *sessiondb_entry(struct sessiondb *db, uint32_t unit);

/* A session as a command has picked it. */
struct session_row {
	uint32_t index;
	struct ppp_session_info ppp;
	/* remote: where the client is now, which its NAT or its way may have changed since the login. Of a peer that IKE
	 * does not have any more: where it was then, and zeros. */
	struct ike_peer_info ike;
	/* only for an order that needs them */
	const char *cipher;
	uint64_t idle_ms;
};
/* Those that the command's arguments name (user group protocol encryption ip a-ip p-ip index), in its order
 * (sort). The caller frees; NULL with *n 0 when there is none or memory is short. */
struct session_row *sessiondb_pick(struct sessiondb *db, struct cmd *c, size_t *n);

cmd_fn sessiondb_show, sessiondb_show_ratio, sessiondb_show_licenses;

#endif
