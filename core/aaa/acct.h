/* Accounting: what servers are told of sessions. Records wait in a queue for each server group, in memory and, while no
 * server answers, in a journal on disk (spool.h), so that none is lost and none is told twice. */
#ifndef CORE_AAA_ACCT_H
#define CORE_AAA_ACCT_H

#include "core/aaa/aaa.h"

struct aaa_acct_engine;
struct cmd_entry;

enum aaa_acct { AAA_ACCT_START, AAA_ACCT_INTERIM, AAA_ACCT_STOP, AAA_ACCT_ON, AAA_ACCT_OFF, AAA_ACCT_N };

/* Acct-Terminate-Cause (RFC 2866 §5.10). */
enum aaa_cause {
	AAA_CAUSE_USER_REQUEST = 1,
	AAA_CAUSE_LOST_CARRIER = 2,
	AAA_CAUSE_LOST_SERVICE = 3,
	AAA_CAUSE_IDLE_TIMEOUT = 4,
	AAA_CAUSE_SESSION_TIMEOUT = 5,
	AAA_CAUSE_ADMIN_RESET = 6,
	AAA_CAUSE_ADMIN_REBOOT = 7,
	AAA_CAUSE_NAS_ERROR = 9,
	AAA_CAUSE_NAS_REQUEST = 10,
	AAA_CAUSE_NAS_REBOOT = 11,
};

enum {
	AAA_ACCT_ID_CAP = 40,
	AAA_RECORD_BYTES = 2048, /* most that aaa_record_put writes */
};

/* One record. Self-contained: it can be written to disk and read back. ON and OFF have type, id and at only. */
struct aaa_record {
	enum aaa_acct type;
	char id[AAA_ACCT_ID_CAP]; /* Acct-Session-Id: unique over reboots and gateways */
	char user[AAA_USER_MAX + 1], tunnel_group[AAA_NAME_MAX + 1], policy[AAA_NAME_MAX + 1];
	uint32_t unit;           /* NAS-Port */
	uint32_t peer_ip, our_ip; /* outer addresses */
	uint32_t framed_ip;
	bool local; /* authenticated by the local database */
	time_t at;  /* when it happened (Event-Timestamp); how long ago that is: Acct-Delay-Time */
	/* INTERIM, STOP: as seen by the gateway: in = from the client */
	uint32_t session_s;
	uint64_t bytes_in, bytes_out, pkts_in, pkts_out;
	enum aaa_cause cause; /* STOP */
	uint32_t classes_len;
	uint8_t classes[1024]; /* as in struct aaa_reply */
};

void aaa_record_put(const struct aaa_record *r, struct wr *w);
/* false: not what aaa_record_put writes. */
bool aaa_record_get(struct rd *in, struct aaa_record *r);

/* ------------------------------------------------------------------ the engine */

struct aaa_acct_ops {
	/* An interim record is due: fills in what is known of the session with this unit. false: it is gone. */
	bool (*fill)(void *ctx, uint32_t unit, struct aaa_record *r);
};

/* journal: path of the file for records that wait, NULL = memory alone (tests); what is in there is sent again. NULL when
 * memory is short. s and ops must outlive it. */
struct aaa_acct_engine *aaa_acct_new(struct aaa_servers *s, const char *journal,
                                     const struct aaa_acct_ops *ops, void *ctx);
/* What is still waiting goes to the journal. NULL is allowed. */
void aaa_acct_free(struct aaa_acct_engine *e);
/* The configuration in force in s changed: Accounting-On to every group that has become one of accounting. */
void aaa_acct_set(struct aaa_acct_engine *e);
/* A session is up. r: everything but type, id and at; interim_s: the server's wish, 0 = none. Tunnel groups without
 * accounting-server-group: nothing happens. */
void aaa_acct_start(struct aaa_acct_engine *e, const struct aaa_record *r, uint32_t interim_s);
/* It is gone: with the last counters and the cause. */
void aaa_acct_stop(struct aaa_acct_engine *e, const struct aaa_record *r);
/* The gateway ends: Accounting-Off to all of them. */
void aaa_acct_off(struct aaa_acct_engine *e);
/* Something is on its way to a server that answers. */
bool aaa_acct_busy(const struct aaa_acct_engine *e);
/* The Acct-Session-Id of the session with this unit; NULL = none. */
const char *aaa_acct_id(const struct aaa_acct_engine *e, uint32_t unit);
/* show_aaa_accounting; ctx = the engine. */
const struct cmd_entry *aaa_acct_commands(size_t *n);

#endif
