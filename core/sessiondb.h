/* The sessions of the appliance, put together from IKE, IPsec, L2TP and PPP: show vpn-sessiondb,
 * vpn-sessiondb logoff, message 113019. */
#ifndef CORE_SESSIONDB_H
#define CORE_SESSIONDB_H

#include "core/base/link.h"
#include "ppp/ppp.h"

struct gateway;
struct sessiondb;

struct sessiondb *sessiondb_new(struct gateway *gw);
void sessiondb_free(struct sessiondb *db);
/* A user is in, a user is gone (logs 713259 and 113019). */
void sessiondb_up(struct sessiondb *db, const struct ppp_session_info *info);
void sessiondb_end(struct sessiondb *db, const struct ppp_session_info *info, enum link_end why);
/* Commands show_vpn_sessiondb, vpn_sessiondb_logoff. */
void sessiondb_register(struct sessiondb *db);

#endif
