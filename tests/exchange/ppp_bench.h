/* The bench of the PPP tests: a small configuration, up to eight links over a wire that loses, the gateway's
 * side as a recorder, the log as text, and a clock that runs on command. */
#ifndef TESTS_EXCHANGE_PPP_BENCH_H
#define TESTS_EXCHANGE_PPP_BENCH_H

#include "ppp/ppp.h"
#include "tests/client/ppp_peer.h"

enum { PB_LINKS = 8, PB_USERS = 7 };
enum { PB_LOCAL_ALL = AAA_BIT(AAA_PAP) | AAA_BIT(AAA_MSCHAP1) | AAA_BIT(AAA_MSCHAP2) };

struct pb_link {
	bool used, closed;
	enum link_end why;
	void *session;
	struct ppp_peer peer;
	unsigned opens, closes, ups, ends;
	bool data;
	uint32_t data_ip;
	uint16_t mtu;
	bool acfc, pfc;
	uint64_t last_ms;
	struct link_info info;
	char user[64];
};

/* Sorted by name once prepared; every user's password is j!doe1. */
extern struct aaa_user pb_users[PB_USERS];
extern struct aaa_policy pb_policies[2];
extern struct aaa_group pb_groups[1];
extern struct aaa_conf pb_aaa;
extern struct ppp_pool_conf pb_pools[3];
extern struct ppp_conf pb_conf;
extern struct pb_link pb_links[PB_LINKS];
extern struct clock pb_clk;
extern struct ppp *pb_ppp;
extern unsigned pb_loss; /* percent */
extern uint32_t pb_dice; /* seed of what gets lost */
extern char pb_logs[20000];
/* The DHCP side: what was asked; answers are the test's. */
extern const char *pb_hours; /* the time-range in force, NULL = none is */
extern struct pb_dhcp {
	bool unable; /* nobody can be asked */
	unsigned asks, ends, declined;
	uint32_t unit, server, scope; /* of the last question */
} pb_dhcp;

/* What was told of clients that do not get in: how often, and the last of it. */
extern struct pb_refused {
	unsigned n;
	enum fail_cause cause;
	enum fail_stage stage;
	char user[64], offered[80], wanted[300], fix[300];
} pb_refused;

/* Once, before the tests. */
int pb_prepare(void);
/* cmocka's setup and teardown of each test; teardown checks that no frame and no timer is left. */
int pb_setup(void **state);
/* From now on that is in force. */
void pb_set_conf(const struct ppp_conf *conf);
int pb_teardown(void **state);
void pb_run_for(uint64_t ms);
/* L2TP ends the call. */
void pb_link_close(void *link, enum link_end why);
struct pb_link *pb_dial(unsigned i, enum peer_profile profile, const char *user,
                        const char *password, unsigned methods);
/* Dials with the right password and expects to get in. */
struct pb_link *pb_connect(unsigned i, enum peer_profile profile, const char *user,
                           unsigned methods);
void pb_has_log(const char *text);

/* The name in the certificates of all clients; NULL = they have none. */
extern const char *pb_cert_user;

#endif
