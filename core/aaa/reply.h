/* What a server says of a user when it lets him in, whatever its protocol. */
#ifndef CORE_AAA_REPLY_H
#define CORE_AAA_REPLY_H

#include "core/aaa/aaa.h"

enum {
	AAA_MESSAGE_MAX = 253,
	AAA_CLASSES_MAX = 1024, /* bytes of all Class attributes, each behind its length */
	AAA_ROUTES_MAX = 16,
	AAA_INACL_MAX = 8192, /* bytes of all lines */
};

/* An unset member is zero or empty. Made by the protocol with aaa_reply_new, freed by whom it was given to. */
struct aaa_reply {
	struct aaa_attrs a;               /* has_...: it was said; hours and filter are NULL, see below */
	char policy[AAA_NAME_MAX + 1];    /* group policy: Class "ou=NAME;", vendor 3076/25, an LDAP map */
	char hours[AAA_NAME_MAX + 1];     /* time-range */
	char filter[AAA_ACL_MAX + 1];     /* access list by name */
	char group_lock[AAA_NAME_MAX + 1];
	char pool[AAA_NAME_MAX + 1];
	uint32_t framed_ip, framed_mask;
	uint32_t dns[2], wins[2];
	char domain[AAA_ACL_MAX + 1];
	char banner[AAA_BANNER_MAX + 1];
	uint32_t dhcp_scope;
	bool has_split, has_intercept;
	enum aaa_split split;
	bool intercept; /* intercept-dhcp */
	uint32_t intercept_mask;
	char split_list[AAA_ACL_MAX + 1];
	bool policy_known;                /* holds the values of an external group policy */
	uint32_t interim_s;               /* Acct-Interim-Interval */
	uint32_t challenge_s;             /* Session-Timeout of a challenge: how long it may be answered */
	uint16_t mtu;
	int privilege;                    /* of an administrator; -1 = not said */
	int service;                      /* enum aaa_service of an administrator; -1 = not said */
	struct aaa_route { uint32_t ip, mask; } routes[AAA_ROUTES_MAX]; /* networks behind the client */
	size_t nroutes;
	/* Class, every one of them as it came and in order: length (1 byte), bytes. Accounting gives them back. */
	uint8_t classes[AAA_CLASSES_MAX];
	size_t classes_len;
	char *inacl, *outacl;             /* lines of a downloaded access list, "\n" between them; NULL = none */
	char message[AAA_MESSAGE_MAX + 1]; /* Reply-Message, for the user */
	char mschap[AAA_MESSAGE_MAX + 1];  /* MS-CHAP2-Success or MS-CHAP-Error without the identifier */
	uint8_t *eap;                     /* EAP-Message put together; NULL = none */
	size_t eap_len;
	uint8_t state[AAA_MESSAGE_MAX];   /* State of a challenge */
	size_t state_len;
};

/* All unset; NULL when memory is short. */
struct aaa_reply *aaa_reply_new(void);
/* Wipes; NULL is allowed. */
void aaa_reply_free(struct aaa_reply *r);
/* One more Class. false: no room. */
bool aaa_reply_add_class(struct aaa_reply *r, struct bytes value);
/* One more network behind the client, unless it is there already. false: no room. */
bool aaa_reply_add_route(struct aaa_reply *r, struct aaa_route route);
/* The group policy that a Class names: "ou=NAME;" or plain NAME. false: it names none. */
bool aaa_reply_class_policy(struct bytes value, char *policy, size_t cap);
/* One more line of *acl (&r->inacl or &r->outacl). false: too many. */
bool aaa_reply_add_ace(char **acl, struct str line);
/* One more answer: what it says goes before what *r (NULL = nothing yet) says; the words of the conversation stay *r's.
 * over, which may be NULL, goes over to it. */
void aaa_reply_take(struct aaa_reply **r, struct aaa_reply *over);
/* The words of the conversation (message, mschap, eap) become those of another answer; NULL is allowed. */
void aaa_reply_take_words(struct aaa_reply *r, struct aaa_reply *from);

#endif
