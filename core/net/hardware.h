/* hardware.yaml: which Linux device an appliance interface is, and whether the appliance owns the devices.
 *
 *   GigabitEthernet0/0: eth0
 *   GigabitEthernet0/1: eth1
 *   manage: no                   yes = addresses, link state and routes of these devices are ours
 *   nat: GigabitEthernet0/0      pool traffic leaving this device is masqueraded; default no
 *
 * Lines of `NAME: VALUE`, `#` comments, values may be quoted: the part of YAML this file needs. */
#ifndef CORE_NET_HARDWARE_H
#define CORE_NET_HARDWARE_H

#include <net/if.h>

#include "core/base/err.h"
#include "core/base/str.h"

enum { HARDWARE_MAX = 64, HARDWARE_NAME_MAX = 48 };

struct hardware_dev {
	char hw[HARDWARE_NAME_MAX]; /* GigabitEthernet0/0 */
	char dev[IFNAMSIZ];
};

struct hardware {
	struct hardware_dev dev[HARDWARE_MAX];
	unsigned n;
	bool manage;
	char nat[HARDWARE_NAME_MAX]; /* empty = no masquerading */
};

/* text is the file's content, name stands in front of messages. 0 or -EINVAL with "NAME:LINE: ...". */
int hardware_parse(struct hardware *hw, struct str text, const char *name, struct err *err);
/* Reads a file. -ENOENT when there is none: then call hardware_probe. */
int hardware_load(struct hardware *hw, const char *path, struct err *err);
/* The mapping without a file: GigabitEthernet0/0 is the device of the default route, then the other devices
 * that can carry IP (no loopback, none of our own) by index. 0 or -errno. */
int hardware_probe(struct hardware *hw, struct err *err);
/* Device of an appliance interface; NULL when none is mapped. Names compare without case;
 * Ethernet0, Ethernet1 ... (PIX) are the devices in order where no line maps that name. */
const char *hardware_device(const struct hardware *hw, struct str hw_name);
/* The reverse. */
const char *hardware_name(const struct hardware *hw, const char *dev);

#endif
