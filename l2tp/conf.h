/* From the config tree to struct l2tp_conf. */
#ifndef L2TP_CONF_H
#define L2TP_CONF_H

#include "core/config/read.h"
#include "l2tp/l2tp.h"

/* `l2tp tunnel hello` and the tunnel limit. Cannot fail: what is not set has its default. */
void l2tp_conf_compile(const struct conf *c, struct l2tp_conf *out);

#endif
