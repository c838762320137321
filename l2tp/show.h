/* show vpdn, show vpdn tunnel, show vpdn session. */
#ifndef L2TP_SHOW_H
#define L2TP_SHOW_H

#include "core/base/show.h"
#include "l2tp/l2tp.h"

/* Handlers show_vpdn, show_vpdn_tunnel, show_vpdn_session; registered with ctx = the struct l2tp. Arguments, all
 * optional: the keyword l2tp, pptp or pppoe; packets, state, summary, transport or window as a keyword or as the
 * value of the enum "view"; the number "id" (of the tunnel, of the call). */
extern const struct cmd_entry l2tp_commands[];
extern const size_t l2tp_commands_n;

#endif
