/* What a client says, as data: messages as lists of items, their bytes as forms. A form is text: hex digits, 'text', and
 * {names} that stand for what is known only when it is written. */
#ifndef TESTS_CLIENT_SCRIPT_H
#define TESTS_CLIENT_SCRIPT_H

#include "core/base/buf.h"

/* The names in forms; what there is a value for depends on who writes. */
enum script_name {
	NAME_IP,      /* the client's own address, 4 bytes */
	NAME_SERVER,  /* whom it dialled */
	NAME_SPI,     /* its own */
	NAME_ENCAP,   /* the encapsulation mode that goes with what was found of NATs, 2 bytes */
	NAME_TUNNEL,  /* its numbers, 2 bytes */
	NAME_CALL,
	NAME_RESULT,  /* a Result Code; _LE: the wrong way round */
	NAME_RESULT_LE,
	NAME_ADDRESS, /* IPCP: what it has been told so far, 4 bytes */
	NAME_DNS1,
	NAME_NBNS1,
	NAME_DNS2,
	NAME_NBNS2,
	NAME_AUTH,  /* of phase 1: how it proves itself, 2 bytes */
	NAME_GROUP, /* the Diffie-Hellman group of Aggressive Mode, 2 bytes */
	NAME_N
};

struct script_values {
	uint32_t v[NAME_N];
};

enum { SCRIPT_COUNTED = 256 }; /* as id: the next one */

struct script_item {
	const char *form;
	unsigned line;                                         /* in its file */
	uint32_t proposal, protocol, transform;                /* of an SA payload */
	uint32_t type, vendor, m, length;                      /* AVP (length 0 = what it is), option */
	uint32_t code, id;                                     /* PPP packet of protocol */
};

struct script_list {
	const struct script_item *items;
	size_t n;
};

enum script_msg { SAY_SCCRQ, SAY_SCCCN, SAY_ICRQ, SAY_ICCN, SAY_CDN, SAY_STOPCCN, SAY_N };

struct lac_script {
	struct script_list avps[SAY_N]; /* behind the Message Type */
	struct script_list retry;       /* milliseconds, in type; the last one repeats */
	uint32_t tries;                 /* repetitions */
};

struct ppp_script {
	uint32_t first_id;
	struct script_list lcp, ipcp;             /* options */
	struct script_list after_lcp, after_auth; /* packets it has to say by itself, in this order */
	struct script_list inform;                /* DHCPINFORM: one item, its parameter request list */
	uint32_t inform_tries, inform_ms;
	uint32_t echo_s, echo_tries; /* its own LCP Echo; 0 = none */
	uint32_t compressed; /* frames above LCP come without address and control */
};

enum script_ids { IDS_RANDOM, IDS_COUNTING, IDS_SWAPPED };
enum script_fragment { FRAGMENT_NEVER, FRAGMENT_FIRST, FRAGMENT_AGAIN }; /* the first time, or when repeated */
enum script_contact { CONTACT_NONE, CONTACT_MM5, CONTACT_INFO };

struct ike_script {
	uint32_t aggressive;
	uint32_t auth;     /* authentication method: what {auth} in its proposals stands for */
	uint32_t certreqs; /* authorities of its own that it asks for beside the server's */
	struct script_list vendors, phase1, phase2;
	struct script_list id; /* phase 1, one item: body of the payload */
	uint32_t nonce;        /* bytes; 0 = the engine's */
	uint32_t message_ids;  /* enum script_ids: of Quick Mode, in every IKE SA */
	uint32_t contact;      /* enum script_contact */
	uint32_t group;        /* Diffie-Hellman group of Aggressive Mode's one value */
	struct script_list retry; /* milliseconds, in type; the last one repeats */
	uint32_t tries;
	uint32_t fragment, fragment_bytes; /* enum script_fragment; longer messages */
};

/* How long to wait before the n-th repetition. */
static inline uint32_t script_retry_ms(const struct script_list *retry, unsigned n)
{
	return retry->items[n < retry->n ? n : retry->n - 1].type;
}
/* NULL, or what is wrong with a form, from where in it. */
const char *script_form_wrong(const char *form, size_t *at);
void script_write(struct wr *w, const char *form, const struct script_values *values);

#endif
