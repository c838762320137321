/* The appliance's interfaces: what the configuration says (interface, nameif, ip address, mtu, route) joined
 * with the Linux devices behind it.
 *
 * Adopting (default): the device's address must agree with the configuration, a WARNING says where it does not;
 * only routes are added. With `manage: yes` addresses, MTU and link state are set as configured. */
#ifndef CORE_NET_IFACES_H
#define CORE_NET_IFACES_H

#include "core/config/read.h"
#include "core/net/hardware.h"
#include "core/net/netlink.h"

enum { IFACE_NAMEIF_MAX = 49, IFACES_MAX = HARDWARE_MAX };

/* As configured; part of a snapshot. */
struct iface_conf {
	char hw[HARDWARE_NAME_MAX];    /* GigabitEthernet0/0 */
	char nameif[IFACE_NAMEIF_MAX]; /* empty = not in use */
	char description[201];
	uint8_t security;
	bool shutdown;
	bool dhcp;         /* takes the address the device already has */
	uint32_t ip, mask; /* ip 0 = no ip address */
	uint16_t mtu;
};

struct iface_route {
	char nameif[IFACE_NAMEIF_MAX];
	uint32_t dst, mask, gw;
	uint32_t metric;
};

struct ifaces_conf {
	struct iface_conf *iface;
	size_t n;
	struct iface_route *route;
	size_t nroutes;
};

/* One interface as it is now. */
struct iface {
	struct iface_conf conf;
	char dev[IFNAMSIZ]; /* empty = no device mapped */
	int ifindex;        /* 0 = the device does not exist */
	bool up;            /* configured up, device there and up */
	bool carrier;
	uint32_t ip, mask; /* of the device as it is now; 0 = none */
	bool ip_agrees;    /* the configured address is on the device */
};

struct ifaces;

/* Memory from arena a. notes gets whole WARNING lines. */
int ifaces_compile(const struct conf *c, struct arena *a, struct ifaces_conf **conf,
                   struct out *notes, struct err *err);

/* hw and nl stay the caller's and must outlive the table. */
struct ifaces *ifaces_new(const struct hardware *hw, struct netlink *nl);
/* Withdraws our routes (and, with manage, our addresses), frees. NULL is allowed. */
void ifaces_free(struct ifaces *t);
/* Takes a configuration into effect (conf is copied). notes (may be NULL) gets WARNING lines: device missing,
 * address differs, route refused. */
void ifaces_apply(struct ifaces *t, const struct ifaces_conf *conf, struct out *notes);
/* Reads the devices again (call when netlink_monitor_read says so): state changes are logged and told to
 * `changed`. Routes of a device that came back are added again. */
void ifaces_refresh(struct ifaces *t);
void ifaces_on_change(struct ifaces *t, void (*changed)(void *arg, const struct iface *i),
                      void *arg);

size_t ifaces_count(const struct ifaces *t);
const struct iface *ifaces_at(const struct ifaces *t, size_t i); /* in configured order */
/* NULL when there is none (only interfaces with a nameif are found, except by hw). */
const struct iface *ifaces_by_index(const struct ifaces *t, int ifindex);
const struct iface *ifaces_by_nameif(const struct ifaces *t, struct str nameif);
const struct iface *ifaces_by_hw(const struct ifaces *t, struct str hw);
/* By an address that one of the devices has. */
const struct iface *ifaces_by_ip(const struct ifaces *t, uint32_t ip);
const struct hardware *ifaces_hardware(const struct ifaces *t);
struct netlink *ifaces_netlink(const struct ifaces *t);

/* The checks of the grammar that belong here (interface_check, route_check). */
void ifaces_register_checks(void);

#endif
