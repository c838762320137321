/* show vpdn, show vpdn tunnel, show vpdn session. */
#ifndef L2TP_SHOW_H
#define L2TP_SHOW_H

#include "core/base/show.h"
#include "l2tp/l2tp.h"

/* Handlers show_vpdn, show_vpdn_tunnel, show_vpdn_session, clear_vpdn_tunnel; registered with ctx = the struct
 * l2tp. Arguments: the keywords l2tp, pptp, pppoe, packets, state, summary, transport, window, all and the number
 * "id". */
extern const struct cmd_entry l2tp_commands[];
extern const size_t l2tp_commands_n;

#endif
