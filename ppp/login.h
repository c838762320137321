/* What a user is granted once he has proved himself: policy, number of logins, address, time. */
#ifndef PPP_LOGIN_H
#define PPP_LOGIN_H

#include "ppp/link.h"

/* ppp_on_accept() of ppp/link.h is the first step. */

/* What the user is told when he is in: the banner of his group policy. */
const char *ppp_login_welcome(const struct ppp_session *s);

enum login_address {
	LOGIN_ADDRESS,    /* the client's address and ours are there */
	LOGIN_NO_ADDRESS, /* none can be had, and the log says so */
	LOGIN_WAIT,       /* a DHCP server was asked: ppp_dhcp_done() goes on */
};
enum login_address ppp_login_address(struct ppp_session *s);
/* The answer: ip 0 = no server gave one, then the local pools are tried. */
enum login_address ppp_login_dhcp(struct ppp_session *s, const struct ppp_dhcp_answer *answer);
/* IPCP is open for the first time: log, start the time limits. */
void ppp_login_up(struct ppp_session *s);
/* A server has other terms for it. false: memory is short. */
bool ppp_login_change(struct ppp_session *s, const struct ppp_change *change);
/* It is about to end: it is none of the user's logins any more. */
void ppp_login_leaves(struct ppp_session *s);
/* Gives the address back and counts the user out. */
void ppp_login_end(struct ppp_session *s);

#endif
