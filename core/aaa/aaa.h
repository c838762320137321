/* Who may come in, and on what terms: users, group policies, tunnel groups as compiled from the
 * configuration, and the question "is this really him?", which is asynchronous because most servers are
 * far away. */
#ifndef CORE_AAA_AAA_H
#define CORE_AAA_AAA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/ip4.h"
#include "core/base/out.h"
#include "core/base/buf.h"

struct aaa_reply;
struct aaa_run;
struct aaa_servers;
struct arena;
struct conf;
struct err;

enum {
	AAA_NAME_MAX = 64,  /* names in the configuration */
	AAA_USER_MAX = 127, /* user names from the wire */
	AAA_PASSWORD_MAX = 128,
	AAA_POOLS_MAX = 6,
	AAA_BANNER_MAX = 500,
	AAA_ACL_MAX = 241,
	AAA_TEXT_MAX = 255, /* domain, URL */
};

/* How a user proves himself: method, word of `authentication` in ppp-attributes, word of `show`.
 * In the order in which they are offered: the strongest first. */
#define AAA_METHOD_LIST(X)                   \
	X(MSCHAP2, "ms-chap-v2", "msCHAPV2") \
	X(MSCHAP1, "ms-chap-v1", "msCHAPV1") \
	X(CHAP, "chap", "CHAP")              \
	X(PAP, "pap", "PAP")                 \
	X(EAP, "eap-proxy", "EAP")

enum aaa_method {
#define X(name, word, shown) AAA_##name,
	AAA_METHOD_LIST(X)
#undef X
	        AAA_METHOD_N
};
#define AAA_BIT(method) (1u << (method))

const char *aaa_method_word(enum aaa_method m);  /* "ms-chap-v2" */
const char *aaa_method_shown(enum aaa_method m); /* "msCHAPV2" */
/* The words of a set of methods, "pap ms-chap-v1"; "none" for the empty set. */
const char *aaa_methods_text(unsigned set, char *text, size_t cap);

/* ------------------------------------------------------------------ compiled configuration */

/* Protocols of server groups: word of `protocol`, as messages name them, port without `server-port`. */
#define AAA_PROTOCOL_LIST(X)                 \
	X(RADIUS, "radius", "RADIUS", 1645)  \
	X(TACACS, "tacacs+", "TACACS+", 49)  \
	X(LDAP, "ldap", "LDAP", 389)         \
	X(NT, "nt", "NT", 139)               \
	X(SDI, "sdi", "SDI", 1645)           \
	X(KERBEROS, "kerberos", "KERBEROS", 88) \
	X(HTTP, "http-form", "HTTP", 0)

enum aaa_protocol {
#define X(name, word, shown, port) AAA_P_##name,
	AAA_PROTOCOL_LIST(X)
#undef X
	        AAA_PROTOCOL_N
};
const char *aaa_protocol_word(enum aaa_protocol p);
const char *aaa_protocol_shown(enum aaa_protocol p);
uint16_t aaa_protocol_port(enum aaa_protocol p, bool ssl); /* when the configuration names none */

/* ldap attribute-map: the server's attribute and what it is here; values likewise. */
struct aaa_map_name {
	const char *theirs, *ours;
};
struct aaa_map_value {
	const char *theirs, *value, *ours;
};
struct aaa_map {
	const char *name;
	const struct aaa_map_name *names;
	size_t nnames;
	const struct aaa_map_value *values;
	size_t nvalues;
};

enum aaa_ldap_type { AAA_LDAP_AUTO, AAA_LDAP_MICROSOFT, AAA_LDAP_NOVELL, AAA_LDAP_OPENLDAP, AAA_LDAP_SUN };

/* How netmasks of downloaded access lists are written: 255.255.255.0, 0.0.0.255, or as each one looks. */
enum aaa_masks { AAA_MASKS_STANDARD, AAA_MASKS_WILDCARD, AAA_MASKS_DETECT };

/* One server. Texts that are not set are "". */
struct aaa_host_conf {
	const char *host, *ifname;
	uint32_t ip; /* 0: host is a name */
	const char *key;
	uint32_t timeout_s, retry_s;
	uint16_t port;      /* RADIUS, SDI: of authentication; others: server-port, the protocol's own when not set */
	uint16_t acct_port; /* RADIUS */
	bool port_set;
	const char *common_pw; /* radius-common-pw */
	bool mschap2;          /* mschapv2-capable */
	enum aaa_masks masks;  /* acl-netmask-convert */
	bool authenticated_replies; /* message-authenticator-required: replies without one are dropped */
	const char *base_dn, *group_base_dn, *naming, *login_dn, *login_password;
	bool subtree, ssl, digest_md5;
	enum aaa_ldap_type server_type;
	const struct aaa_map *map; /* NULL = none */
	const char *realm, *nt_dc;
};

/* aaa-server NAME protocol P */
struct aaa_sgroup_conf {
	const char *name;
	enum aaa_protocol protocol;
	uint32_t max_failed; /* max-failed-attempts */
	bool timed;          /* reactivation-mode timed */
	uint32_t deadtime_s;
	bool simultaneous;   /* accounting-mode */
	bool interim;        /* interim-accounting-update */
	uint32_t interim_s;  /* periodic, 0 = when the server says */
	bool authorize_only;
	uint16_t dynamic_port; /* dynamic-authorization, 0 = none */
	const struct aaa_host_conf *hosts;
	size_t nhosts;
};

enum aaa_password {
	AAA_PW_NONE,  /* nopassword: no remote access */
	AAA_PW_PIX,   /* `encrypted`, `pbkdf2`: good for PAP only */
	AAA_PW_NT,    /* `nt-encrypted`: MD4 of the Unicode password, PAP and MS-CHAP */
	AAA_PW_OTHER, /* a form this version cannot check */
};

enum aaa_service { AAA_SERVICE_ADMIN, AAA_SERVICE_NAS_PROMPT, AAA_SERVICE_REMOTE_ACCESS };

/* Attributes that a group policy and a user share. A user's unset ones are those of his policy. */
struct aaa_attrs {
	bool has_logins, has_idle, has_session, has_l2tp, has_hours;
	uint32_t logins;    /* vpn-simultaneous-logins */
	uint32_t idle_s;    /* 0 = none */
	uint32_t session_s; /* 0 = none */
	bool l2tp;          /* vpn-tunnel-protocol holds l2tp-ipsec */
	const char *hours;  /* vpn-access-hours: name of the time-range, NULL = any time */
	bool has_filter;
	const char *filter; /* vpn-filter, NULL = none */
};

/* split-tunnel-policy; the numbers are those of RADIUS (3076/55). */
enum aaa_split { AAA_SPLIT_ALL, AAA_SPLIT_SPECIFIED, AAA_SPLIT_EXCLUDED };

/* One group policy, inheritance done: every value is the one in force. */
struct aaa_policy {
	const char *name;
	struct aaa_attrs a;
	uint32_t dns[2], wins[2]; /* 0 = none */
	const char *domain;       /* default-domain, "" = none */
	const char *group_lock;   /* the only tunnel group that may use it, NULL = any */
	const char *const *pools;
	size_t npools;
	const char *banner;   /* what the user is told when he is in, NULL = nothing */
	const char *external; /* the server group that knows its values, NULL = internal */
	const char *external_password; /* by which it is asked for */
	uint32_t dhcp_scope;  /* dhcp-network-scope, 0 = none */
	/* what DHCPINFORM is answered with: */
	bool intercept;          /* intercept-dhcp */
	uint32_t intercept_mask; /* its netmask */
	enum aaa_split split;
	const char *split_list; /* split-tunnel-network-list, "" = none */
	bool use_pac;           /* msie-proxy method use-pac-url */
	const char *pac;        /* msie-proxy pac-url, "" = none */
};

struct aaa_user {
	const char *name;
	enum aaa_password kind;
	char hash[96];       /* AAA_PW_PIX: as in the configuration */
	bool any_password;   /* AAA_PW_NONE: `nopassword` is said, the console asks and takes any */
	uint8_t nt_hash[16]; /* AAA_PW_NT */
	uint8_t privilege;
	enum aaa_service service;
	const char *policy; /* vpn-group-policy, NULL = the tunnel group's */
	struct aaa_attrs a;
	bool has_group_lock;
	const char *group_lock;          /* NULL with has_group_lock = any */
	uint32_t framed_ip, framed_mask; /* 0 = from a pool */
};

/* What a tunnel group says for clients of one interface (nameif). */
struct aaa_iface_pools {
	const char *ifname;
	const char *const *pools;
	size_t npools;
};
struct aaa_server_choice {
	const char *ifname;  /* NULL = of every other interface */
	const char *server;  /* authentication-server-group: "LOCAL" or the name of a server group */
	bool fallback_local; /* "LOCAL" behind it */
};

/* One tunnel group: general and PPP attributes. */
struct aaa_group {
	const char *name;
	struct aaa_server_choice servers; /* authentication-server-group */
	const struct aaa_server_choice *iface_servers;
	size_t niface_servers;
	const struct aaa_iface_pools *iface_pools;
	size_t niface_pools;
	const char *policy; /* default-group-policy */
	const char *const *pools;
	size_t npools;
	unsigned methods; /* set of AAA_BIT, as allowed by ppp-attributes */
	bool strip_realm; /* user@realm is looked up as user */
	bool strip_group; /* user@GROUP goes on as user in tunnel group GROUP, see aaa_group_chosen() */
	bool l2l;         /* type ipsec-l2l: nobody logs in there */
	const char *accounting;      /* accounting-server-group, "" = none */
	const char *authorization;   /* authorization-server-group, "" = none */
	bool authorization_required; /* who it does not know stays out */
	/* username-from-certificate: the attributes whose text is asked about there, the first one that the certificate
	 * has ("" = none); or its whole subject. Nothing set: the user's name. */
	const char *cert_attr[2];
	bool cert_entire;
	bool password_management; /* whose password has expired may change it at the login */
	const uint32_t *dhcp_servers;
	size_t ndhcp;
};

/* Sorted by name, for binary search. */
struct aaa_conf {
	const struct aaa_user *users;
	size_t nusers;
	const struct aaa_policy *policies;
	size_t npolicies;
	const struct aaa_group *groups;
	size_t ngroups;
	const struct aaa_sgroup_conf *sgroups;
	size_t nsgroups;
	bool show_bad_names; /* `no logging hide username` */
	char delimiter;      /* group-delimiter, 0 = none */
	uint32_t rounds;     /* most of any user's pbkdf2; 0 = none has one */
	uint32_t max_fail;   /* failed attempts in a row that lock a local user out, 0 = none do */
};

/* Compiles users, group policies and tunnel groups into the arena, which should wipe (it holds hashes).
 * NULL with err when memory is short. */
const struct aaa_conf *aaa_conf_compile(const struct conf *c, struct arena *arena,
                                        struct out *notes, struct err *err);
/* Rows for struct aaa_conf built by hand (tests) must be sorted: this does it. */
void aaa_conf_sort(struct aaa_user *users, size_t nusers, struct aaa_policy *policies,
                   size_t npolicies, struct aaa_group *groups, size_t ngroups);

const struct aaa_user *aaa_user_find(const struct aaa_conf *c, const char *name);
const struct aaa_policy *aaa_policy_find(const struct aaa_conf *c, const char *name);
const struct aaa_group *aaa_group_find(const struct aaa_conf *c, const char *name);
const struct aaa_sgroup_conf *aaa_sgroup_conf_find(const struct aaa_conf *c, const char *name);
/* Does this group of servers take records of accounting? Some protocols have none: nothing is queued for them. */
bool aaa_group_accounts(const struct aaa_conf *c, const char *name);

/* The user of the local database a name from the wire speaks of: as it is (without its @realm where the
 * tunnel group strips that), else what follows the last backslash (`DOMAIN\user`, as Windows sends it).
 * NULL when there is none. */
const struct aaa_user *aaa_user_of(const struct aaa_conf *c, const struct aaa_group *g,
                                   const char *wire_name);

/* Tunnel group switching: with strip-group and a group-delimiter the part of the name behind the last delimiter is the
 * tunnel group that serves the user. account gets the name without it (AAA_USER_MAX + 1). g itself when the name chooses
 * none; NULL when it names one that does not exist or serves no clients. */
const struct aaa_group *aaa_group_chosen(const struct aaa_conf *c, const struct aaa_group *g,
                                         const char *wire_name, char *account);

/* The servers of this tunnel group for a client of the interface. */
const struct aaa_server_choice *aaa_servers(const struct aaa_group *g, const char *ifname);
const char *aaa_server_name(const struct aaa_server_choice *s); /* "LOCAL" when nothing is said */
/* What they can verify (set of AAA_BIT); 0 when none of them is usable. */
unsigned aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s);

/* The terms of one login: user over his group policy over the tunnel group. Copied, so that a session keeps
 * what it started with. */
struct aaa_terms {
	char policy[AAA_NAME_MAX + 1];
	bool user_specific; /* the policy is the user's own, not the tunnel group's */
	struct aaa_attrs a;
	uint32_t dns[2], wins[2];
	uint32_t framed_ip;
	char group_lock[AAA_NAME_MAX + 1]; /* "" = any tunnel group */
	char filter[AAA_ACL_MAX + 1];      /* vpn-filter, "" = none */
	char pools[AAA_POOLS_MAX]
	          [AAA_NAME_MAX + 1]; /* the group policy's, else the tunnel group's for the interface, else all its */
	size_t npools;
	char banner[AAA_BANNER_MAX + 1];
	char hours[AAA_NAME_MAX + 1]; /* a.hours; "" = any time */
	bool external; /* the policy's values are on a server: nobody comes in with it */
	uint32_t dhcp_scope;
	bool intercept; /* as in struct aaa_policy, these and the following */
	uint32_t intercept_mask;
	enum aaa_split split;
	char split_list[AAA_ACL_MAX + 1]; /* "" = none */
	char domain[AAA_TEXT_MAX + 1];    /* "" = none */
	char pac[AAA_TEXT_MAX + 1];       /* the URL that is to be used, "" = none */
};
/* What is set in over takes the place of what a has. */
void aaa_attrs_over(struct aaa_attrs *a, const struct aaa_attrs *over);
/* The group policy of the login: the server's word goes before the user's, and that before the tunnel group's. */
const char *aaa_terms_policy(const struct aaa_conf *c, const struct aaa_group *g,
                             const struct aaa_user *user, const struct aaa_reply *reply);
/* user may be NULL (known to a server only). reply: what a server says of him, NULL = nothing; goes before user.
 * ifname: the client's interface. */
void aaa_terms(const struct aaa_conf *c, const struct aaa_group *g, const struct aaa_user *user,
               const struct aaa_reply *reply, const char *ifname, struct aaa_terms *t);

/* ------------------------------------------------------------------ authentication */

enum aaa_status {
	AAA_ACCEPT,
	AAA_REJECT,
	AAA_ERROR,
	AAA_CHALLENGE, /* EAP only: the server goes on talking, see aaa_continue() */
};

/* Why not, in the words of 113015. */
#define AAA_WHY_LIST(X)                                                                        \
	X(NONE, "")                                                                            \
	X(PASSWORD, "Invalid password")                                                        \
	X(NO_USER, "User was not found")                                                       \
	X(MALFORMED, "Password malformed")                                                     \
	X(NO_NT_HASH, "Password is not stored for MS-CHAP (username ... password ... mschap)") \
	X(NO_PASSWORD, "User has no password")                                                 \
	X(LM_ONLY, "LAN Manager response is not accepted")                                     \
	X(LOCKED, "Account has been locked out")                                               \
	X(NO_GROUP, "Tunnel group was not found")                                              \
	X(METHOD, "Authentication protocol not supported by the server")                       \
	X(FAILURE, "AAA failure")                                                              \
	X(CHALLENGED, "Challenge received, its answer is the next password")                   \
	X(EXPIRED, "Password has expired")                                                     \
	X(ACCOUNT_EXPIRED, "Users account has expired")                                        \
	X(AUTHORIZATION, "Authorization failed")                                               \
	X(CLOCK_SKEW, "Clock skew with the server is too great")                               \
	X(KEYTAB, "No keytab, so that the server cannot be verified")                          \
	X(HELPER, "Helper program failed")                                                     \
	X(REMOVED, "AAA Server has been removed")                                              \
	X(SERVER, "AAA server group is not usable")

enum aaa_why {
#define X(name, text) AAA_WHY_##name,
	AAA_WHY_LIST(X)
#undef X
	        AAA_WHY_N
};
const char *aaa_why_text(enum aaa_why why);

struct aaa_result {
	enum aaa_status status;
	enum aaa_why why;
	char user[AAA_USER_MAX +
	          1]; /* the name the account goes by: the local user's, else as given */
	char authenticator
	        [43]; /* MS-CHAPv2: "S=" and 40 digits, proves that we know the password too */
	/* What the server said, valid while done runs; NULL: nothing, or the local database answered. PAP and CHAP: message
	 * is for the user. MS-CHAP: mschap is what follows the identifier in Success and Failure, "" = none said.
	 * EAP: eap is for the client. */
	const struct aaa_reply *reply;
	bool local; /* the local database knows him */
	bool local_login; /* and it has verified him */
	char local_user[AAA_USER_MAX + 1]; /* whose attributes there apply in place of his, "" = his own */
};
/* The user of the local database whose attributes apply, when it knows him (result->local). */
const char *aaa_result_local_name(const struct aaa_result *result);

/* MS-CHAPv2: a new password, encrypted with the old one, and the hash of the old one with the new (RFC 2759 §7). */
struct aaa_change {
	uint8_t password[516], hash[16];
	uint16_t flags;
};

/* One question. The caller owns it, fills the first part and keeps it until done or aaa_cancel. */
struct aaa_request {
	enum aaa_method method;
	uint32_t our_ip; /* that the client came to; 0 = unknown */
	uint32_t unit;   /* NAS-Port */
	uint16_t mtu;    /* EAP: largest packet that the client takes (Framed-MTU) */
	struct bytes eap; /* EAP: the client's packet, the caller's until done */
	uint8_t lm_response[24]; /* MS-CHAPv1; zero when the client sends none */
	const struct aaa_change *change; /* MS-CHAPv2: response is of this new password; NULL = none; the caller's until done */
	char user[AAA_USER_MAX + 1];         /* as it came */
	char account[AAA_USER_MAX + 1];      /* who is asked about; "" = user */
	/* The client has shown a certificate, and its tunnel group authorizes by that: the name in it, "" = it has none. */
	bool by_certificate;
	char cert_user[AAA_USER_MAX + 1];
	uint32_t peer_ip;                    /* for messages */
	const char *ifname;                  /* the client's interface; NULL = none in particular */
	char password[AAA_PASSWORD_MAX + 1]; /* PAP; wiped by aaa_start */
	uint8_t id;                          /* CHAP identifier */
	uint8_t challenge[16];               /* 8 used by MS-CHAPv1 */
	uint8_t peer_challenge[16];          /* MS-CHAPv2 */
	uint8_t response[24];
	enum aaa_why refuse; /* not NONE: refused without a question */
	bool malformed;      /* longer than any name or password here: refused without a question */
	bool lm_only;        /* MS-CHAPv1: the client filled in the LAN Manager response alone */
	void (*done)(void *arg, const struct aaa_result *result);
	void *arg;
	/* private */
	uint32_t handle; /* the request in debug lines */
	const char *group; /* tunnel group, while it is asked */
	struct clock *clock;
	struct timer timer;
	struct aaa_result result;
	struct aaa_run *run; /* at a server */
};

/* Asks the servers of the tunnel group (g, of the configuration in force in s), then those who know what the user may.
 * done is called later, never from within; not after aaa_cancel. Logs 113004, 113005, 113012 to 113015. */
void aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g);
/* After AAA_CHALLENGE: rq->eap holds the client's answer. done is called again. */
void aaa_continue(struct aaa_request *rq);
/* Forgets it; also when it is not running. Wipes what is secret. */
void aaa_cancel(struct aaa_request *rq);

#endif
