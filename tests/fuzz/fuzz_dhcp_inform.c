/* What a client may send through its tunnel as DHCPINFORM: an IP packet. Whatever is answered is a whole IP packet that
 * fits, from us to the client. */
#include <stdlib.h>
#include <string.h>

#include "core/base/ip4.h"
#include "core/net/dhcp_inform.h"

enum { CLIENT = 0x0a4e000a, SERVER = 0x0a4e0001, MTU = 1400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dhcp_route routes[DHCP_ROUTES_MAX];
	static uint8_t to[MTU];
	struct dhcp_inform q;
	struct dhcp_held held;
	if (!dhcp_inform_read(&q, data, size))
		return 0;
	for (size_t i = 0; i < DHCP_ROUTES_MAX; i++)
		routes[i] = (struct dhcp_route){q.xid + (uint32_t)i, ip4_mask((unsigned)(q.xid + i) % 33)};
	const struct dhcp_told t = {.server = SERVER,
	                            .client = CLIENT,
	                            .mask = 0xffffffff,
	                            .dns = {1, 2},
	                            .wins = {3, 4},
	                            .domain = "corp.example.com",
	                            .proxy = "http://proxy.example.com/proxy.pac",
	                            .routes = routes,
	                            .nroutes = q.xid % (DHCP_ROUTES_MAX + 1),
	                            .mtu = MTU};
	size_t len = dhcp_inform_answer(&q, &t, to, sizeof(to), &held);
	if (len < DHCP_MSG_MIN || len > (q.most > DHCP_DATAGRAM_MIN ? MTU : DHCP_DATAGRAM_MIN) || held.routes > t.nroutes || ip4_checksum(to, 20, 0) != 0)
		abort();
	return 0;
}
