/* Accounting: what servers are told of sessions. */
#ifndef CORE_AAA_ACCT_H
#define CORE_AAA_ACCT_H

#include "core/aaa/aaa.h"

enum aaa_acct { AAA_ACCT_START, AAA_ACCT_INTERIM, AAA_ACCT_STOP, AAA_ACCT_ON, AAA_ACCT_OFF };

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

enum { AAA_ACCT_ID_CAP = 40 };

/* One record. Self-contained: it can be written to disk and read back. ON and OFF have type, id and at only. */
struct aaa_record {
	enum aaa_acct type;
	char id[AAA_ACCT_ID_CAP]; /* Acct-Session-Id: unique over reboots and gateways */
	char user[AAA_USER_MAX + 1], tunnel_group[AAA_NAME_MAX + 1], policy[AAA_NAME_MAX + 1];
	uint32_t unit;                 /* NAS-Port */
	uint32_t peer_ip, our_ip;      /* outer addresses */
	uint32_t framed_ip;
	bool local;                    /* authenticated by the local database */
	time_t at;                     /* when it happened (Event-Timestamp); how long ago that is: Acct-Delay-Time */
	/* INTERIM, STOP: as seen by the gateway: in = from the client */
	uint32_t session_s;
	uint64_t bytes_in, bytes_out, pkts_in, pkts_out;
	enum aaa_cause cause;          /* STOP */
	uint32_t classes_len;
	uint8_t classes[1024];         /* as in struct aaa_reply */
};

#endif
