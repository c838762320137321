/* What a user is granted once he has proved himself: policy, number of logins, address, time. */
#ifndef PPP_LOGIN_H
#define PPP_LOGIN_H

#include "ppp/link.h"

/* ppp_on_accept() of ppp/link.h is the first step. */

/* The client's address and ours; false when none can be had, and the log says so. */
bool ppp_login_address(struct ppp_session *s);
/* IPCP is open for the first time: log, start the time limits. */
void ppp_login_up(struct ppp_session *s);
/* Gives the address back and counts the user out. */
void ppp_login_end(struct ppp_session *s);

#endif
