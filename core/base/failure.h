/* A client that does not get in: what the engine that refused it knows of that. Engines tell it through their ops; the
 * appliance keeps the last ones and explains them (show vpn-sessiondb failures). */
#ifndef CORE_BASE_FAILURE_H
#define CORE_BASE_FAILURE_H

#include "core/base/ip4.h"

/* How far it had come: the last message or phase of the client's that was looked at. */
#define FAIL_STAGE_LIST(X)                   \
	X(FIRST, "First message")            \
	X(MM1, "Main Mode 1")                \
	X(MM3, "Main Mode 3")                \
	X(MM5, "Main Mode 5")                \
	X(AM1, "Aggressive Mode 1")          \
	X(AM3, "Aggressive Mode 3")          \
	X(QM1, "Quick Mode 1")               \
	X(QM3, "Quick Mode 3")               \
	X(TUNNEL, "L2TP tunnel")             \
	X(CALL, "L2TP call")                 \
	X(LCP, "PPP LCP")                    \
	X(AUTH, "PPP authentication")        \
	X(ADDRESS, "Address assignment")     \
	X(IPCP, "PPP IPCP")

enum fail_stage {
#define X(name, text) FAIL_AT_##name,
	FAIL_STAGE_LIST(X)
#undef X
	        FAIL_STAGES
};

/* Why, with the word that counts and documents name it by. What each one means, what its user sees and what helps is a
 * table (core/failures_table.c). */
#define FAIL_CAUSE_LIST(X)                         \
	X(IKEV2, "ikev2")                          \
	X(IKE_DISABLED, "ike-disabled")            \
	X(AM_DISABLED, "aggressive-mode-disabled") \
	X(NO_MAP, "no-crypto-map")                 \
	X(LAN_PEER, "lan-to-lan-peer")             \
	X(LOG_DOWN, "log-host-down")               \
	X(NO_ROOM, "too-many-in-negotiation")      \
	X(P1_PROPOSAL, "ike-proposal")             \
	X(XAUTH, "xauth")                          \
	X(NO_IDENTITY, "no-certificate-of-ours")   \
	X(NO_PSK, "no-pre-shared-key")             \
	X(PSK, "pre-shared-key")                   \
	X(NO_GROUP, "unknown-tunnel-group")        \
	X(CERT, "client-certificate")              \
	X(CERT_CA, "certificate-authority")        \
	X(CERT_TIME, "certificate-validity")       \
	X(CERT_ID, "certificate-identity")         \
	X(CERT_STATUS, "certificate-status")       \
	X(P1_SILENT, "no-answer-in-phase-1")       \
	X(P1_BAD, "ike-message")                   \
	X(P1_ERROR, "ike-error")                   \
	X(P2_PROPOSAL, "esp-proposal")             \
	X(P2_MODE, "encapsulation-mode")           \
	X(P2_PFS, "pfs")                           \
	X(NATT_OFF, "nat-traversal-off")           \
	X(NATT_ENTRY, "nat-t-disable")             \
	X(NATT_NONE, "no-nat-traversal")           \
	X(P2_ACL, "match-address")                 \
	X(NO_ENTRY, "no-crypto-map-entry")         \
	X(NO_L2TP, "ipsec-without-l2tp")           \
	X(L2TP_DENIED, "l2tp-not-allowed")         \
	X(P2_SILENT, "no-answer-in-phase-2")       \
	X(P2_BAD, "quick-mode")                    \
	X(L2TP_NEVER, "l2tp-never-began")          \
	X(L2TP_SECRET, "l2tp-tunnel-secret")       \
	X(L2TP_LIMIT, "l2tp-tunnel-limit")         \
	X(L2TP_BAD, "l2tp-message")                \
	X(L2TP_SILENT, "l2tp-no-call")             \
	X(NO_SESSION, "no-ppp-session")            \
	X(METHOD, "authentication-protocol")       \
	X(NO_METHOD, "no-authentication-protocol") \
	X(LCP_SILENT, "no-answer-in-lcp")          \
	X(AUTH_SILENT, "no-answer-in-login")       \
	X(GAVE_UP, "client-gave-up")               \
	X(PASSWORD, "password")                    \
	X(NO_USER, "unknown-user")                 \
	X(NO_NT_HASH, "password-not-mschap")       \
	X(LOCKED, "user-locked-out")               \
	X(EXPIRED, "password-expired")             \
	X(SERVER, "aaa-server")                    \
	X(AUTHORIZATION, "authorization")          \
	X(SWITCH_GROUP, "unknown-group-of-user")   \
	X(LOGIN, "login-refused")                  \
	X(HOURS, "access-hours")                   \
	X(POLICY_L2TP, "vpn-tunnel-protocol")      \
	X(GROUP_LOCK, "group-lock")                \
	X(RELOAD, "reload")                        \
	X(ACL, "access-list-of-user")              \
	X(LOGINS, "simultaneous-logins")           \
	X(LIMIT, "session-limit")                  \
	X(NO_POOL, "no-address-pool")              \
	X(POOL_OFF, "address-pools-off")           \
	X(POOL_FULL, "address-pool-full")          \
	X(DHCP, "dhcp-no-address")                 \
	X(FRAMED_IP, "fixed-address")              \
	X(IPCP, "ipcp")

enum fail_cause {
#define X(name, word) FAIL_##name,
	FAIL_CAUSE_LIST(X)
#undef X
	        FAIL_CAUSES
};

/* Whose client it is: decides what its user is told. */
enum client_family { CLIENT_OTHER, CLIENT_MICROSOFT, CLIENT_OF_APPLE, CLIENT_OF_ANDROID };

/* Which client it looks like, by its vendor IDs (IKE) or its Vendor Name and Host Name (L2TP). */
#define CLIENT_KIND_LIST(X)                              \
	X(UNKNOWN, OTHER, "unknown")                     \
	X(WINDOWS, MICROSOFT, "Windows")                 \
	X(WINDOWS_2000, MICROSOFT, "Windows 2000")       \
	X(WINDOWS_XP, MICROSOFT, "Windows XP")           \
	X(WINDOWS_2003, MICROSOFT, "Windows XP SP2, 2003") \
	X(WINDOWS_VISTA, MICROSOFT, "Windows Vista")     \
	X(WINDOWS_2008, MICROSOFT, "Windows 2008")       \
	X(WINDOWS_7, MICROSOFT, "Windows 7")             \
	X(WINDOWS_10, MICROSOFT, "Windows 8 to 11")      \
	X(APPLE, OF_APPLE, "macOS, iOS")                 \
	X(ANDROID, OF_ANDROID, "Android")                \
	X(STRONGSWAN, OTHER, "strongSwan")               \
	X(LIBRESWAN, OTHER, "libreswan")                 \
	X(XL2TPD, OTHER, "xl2tpd")                       \
	X(CISCO, OTHER, "Cisco")                         \
	X(MIKROTIK, OTHER, "MikroTik")

enum client_kind {
#define X(name, family, text) CLIENT_##name,
	CLIENT_KIND_LIST(X)
#undef X
	        CLIENT_KINDS
};

const char *fail_stage_text(enum fail_stage stage);
const char *fail_cause_word(enum fail_cause cause);
const char *client_kind_text(enum client_kind kind);
enum client_family client_kind_family(enum client_kind kind);

/* Texts live as long as the call; NULL = nothing to say, or not known. No secrets. */
struct failure {
	enum fail_cause cause;
	enum fail_stage stage;
	struct ip4_end remote;
	uint32_t peer; /* core/base/sa.h; 0 = none */
	enum client_kind client;
	bool stranger; /* nothing has shown yet that it is where it says it is */
	const char *group, *user, *ifname;
	const char *policy;           /* group policy */
	const char *object;           /* what the command that helps is about: a map and its number, a transform set, a list */
	const char *offered, *wanted; /* by the client; by the configuration */
	const char *fix;              /* the command, where only the engine knows it: lines, newline between them */
	const char *vendor, *host;    /* Vendor Name and Host Name of L2TP */
};

#endif
