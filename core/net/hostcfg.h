/* Kernel settings of the host that the appliance needs (forwarding, rp_filter). What stood there before is
 * written to STATE/host-settings first and put back at exit, or at the next start after a crash. */
#ifndef CORE_NET_HOSTCFG_H
#define CORE_NET_HOSTCFG_H

#include "core/base/err.h"

struct hostcfg;

/* state_dir: directory of the file. Settings remembered by a run that crashed are restored now. */
int hostcfg_open(struct hostcfg **h, const char *state_dir, struct err *err);
/* key is a path below /proc/sys ("net/ipv4/ip_forward"). Nothing is done when it already has this value. */
int hostcfg_set(struct hostcfg *h, const char *key, const char *value, struct err *err);
/* What forwarding between clients and the host's networks needs: ip_forward = 1, and a loose rp_filter on tun
 * (the higher of `all` and the device's own counts, so 2 there leaves `all` as it is). Call after tun_open. */
int hostcfg_forwarding(struct hostcfg *h, const char *tun, struct err *err);
/* Restores everything (last changed first), deletes the file, frees h. NULL is allowed. */
void hostcfg_close(struct hostcfg *h);

#endif
