/* A client as data: one file of this folder, with the source of every fact. */
#ifndef TESTS_CLIENTS_PROFILE_H
#define TESTS_CLIENTS_PROFILE_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "tests/client/vpn.h"

enum profile_leave { LEAVE_LCP = 1, LEAVE_L2TP = 2, LEAVE_IKE = 4 };

struct profile {
	struct arena *arena;
	const char *client; /* its name */
	struct ike_script ike;
	struct vpn_script vpn;
	struct lac_script l2tp;
	struct ppp_script ppp;
	struct lac_conf lac;
	struct script_list methods; /* of authentication, enum aaa_method in type, best first */
	struct script_list auths;   /* how it can be set up for phase 1, method in type; the first one is ike.auth */
	const char *group_name;     /* of a client with one; NULL = none */
	uint32_t group_again;       /* Diffie-Hellman group of its second try, when the first was refused; 0 = there is none */
	/* when it begins Quick Modes while nothing of L2TP is answered, milliseconds since the first, in type; when it gives up */
	struct script_list quick_again;
	uint32_t gives_up_ms;
	uint32_t clear_first; /* SCCRQs in clear before it begins with IKE */
	uint32_t mm1_bytes, sa_bytes; /* of its first message, of the SA payload in it; 0 = not known */
	uint32_t tunnel, call, strict;
	uint32_t tunnel_zero, two_calls; /* it never writes the server's number; opens a second call */
	uint32_t dpd; /* it answers */
	uint32_t leave; /* profile_leave */
	const char *server; /* lines of configuration it needs of the server */
	unsigned facts, constructed; /* how many there are, how many of them have no source */
};

/* Reads a file. NULL and err ("windows-7.yaml:12: ...") when it cannot be used. */
struct profile *profile_load(const char *path, struct err *err);
struct profile *profile_read(struct str text, const char *file, struct err *err);
void profile_free(struct profile *p);

#endif
