/* show version in the form of PIX 6. */
#include <sys/utsname.h>

#include "core/gateway.h"

static void feature(struct out *o, const char *label, const char *value)
{
	out_printf(o, "%-29s%s\n", label, value);
}

static void hardware_lines(struct gateway *gw, struct out *o)
{
	for (unsigned i = 0; i < gw->hw.n; i++) {
		struct netlink_link l;
		if (netlink_link_get(gw->nl, gw->hw.dev[i].dev, 0, &l) != 0)
			continue;
		out_printf(o, "%u: ethernet%u: address is %02x%02x.%02x%02x.%02x%02x, device %s\n",
		           i, i, l.mac[0], l.mac[1], l.mac[2], l.mac[3], l.mac[4], l.mac[5],
		           gw->hw.dev[i].dev);
	}
}

void system_show_version_pix(struct gateway *gw, const char *up, struct out *o)
{
	struct utsname uts;
	char number[16];
	uname(&uts);
	out_printf(o, "\nPostern PIX Firewall Version %s\n", POSTERN_VERSION);
	out_printf(o, "\n%s up %s\n\n", gw->snap != NULL ? gw->snap->hostname : "pixfirewall", up);
	out_printf(o, "Hardware:   %s, %s %s\n\n", uts.machine, uts.sysname, uts.release);
	hardware_lines(gw, o);
	snprintf(number, sizeof number, "%u", gw->hw.n);
	out_str(o, "Licensed Features:\n");
	feature(o, "Failover:", "Disabled");
	feature(o, "VPN-DES:", "Enabled");
	feature(o, "VPN-3DES-AES:", "Enabled");
	feature(o, "Maximum Interfaces:", number);
	feature(o, "Cut-through Proxy:", "Disabled");
	feature(o, "Guards:", "Disabled");
	feature(o, "URL-filtering:", "Disabled");
	feature(o, "Inside Hosts:", "Unlimited");
	feature(o, "Throughput:", "Unlimited");
	feature(o, "IKE peers:", "Unlimited");
	out_str(o, "\n");
}
