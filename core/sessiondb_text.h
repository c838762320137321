/* How a session is written down: the blocks of show vpn-sessiondb. Only reads what it is given. */
#ifndef CORE_SESSIONDB_TEXT_H
#define CORE_SESSIONDB_TEXT_H

#include "core/base/rec.h"
#include "crypto/ike/ike.h"
#include "ppp/ppp.h"

struct session_facts {
	uint32_t index;
	uint64_t now_ms;
	const struct ppp_session_info *ppp;
	const struct ike_peer_info *ike; /* remote is the client's present address; the rest may be zeros */
	bool has_child, has_stats;
	struct ike_child_info child;
	struct sa_stats esp; /* all SAs of the flow */
	struct sa_stats sa;  /* the current one */
	const char *filter;  /* vpn-filter of its group policy, "" = none */
};

struct tunnel_row {
	const char *name;
	uint64_t now, total, peak;
};

/* "0h:02m:31s", "9d 7h:55m:39s". */
void sessiondb_duration(char *text, size_t cap, uint64_t ms);
const char *sessiondb_l2tp_word(bool udp_encap); /* "L2TPOverIPsec", "L2TPOverIPsecOverNatT" */
void sessiondb_session(struct out *o, const struct session_facts *f, bool detail);
/* One line a session, a bar between the fields, two behind the last: for scripts. detail: with the fields of its tunnels. */
void sessiondb_session_full(struct out *o, const struct session_facts *f, bool detail);
uint64_t sessiondb_idle_ms(const struct session_facts *f); /* as far as the data path knows it */
const char *sessiondb_cipher(const struct session_facts *f); /* of ESP: "3DES", "AES256" */
void sessiondb_summary(struct out *o, uint64_t now, uint64_t total, uint64_t peak,
                       unsigned capacity, const struct tunnel_row *rows, size_t n);

/* Share of each row in all sessions of a group ("All"). */
void sessiondb_ratio(struct out *o, const char *title, const char *group, uint64_t active,
                     uint64_t total, const struct tunnel_row *rows, size_t n);
/* limit: vpn-sessiondb max-other-vpn-limit, 0 = none. */
void sessiondb_licenses(struct out *o, uint64_t now, uint64_t peak, unsigned installed,
                        unsigned limit);

#endif
