/* The text of an MS-CHAP Failure: "E=691 R=1 C=<hex> V=3 M=..." (RFC 2433 §7, RFC 2759 §6). */
#ifndef PPP_MSCHAP_H
#define PPP_MSCHAP_H

#include "ppp/link.h"

struct mschap_failure {
	unsigned error;
	bool retry; /* R=1: the client may answer the challenge */
	bool has_challenge;
	uint8_t challenge[16]; /* as many of it as the version has */
	char hex[33];          /* the same as text: the maker's */
	unsigned version;
	const char *message; /* in the text; NULL = none */
};
/* Takes a server's text apart, into f as far as it is understood; what is missing stays as it is there. */
void ppp_mschap_failure(const char *text, size_t challenge_len, struct mschap_failure *f);

#endif
