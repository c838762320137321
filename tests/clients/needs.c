#include "tests/clients/needs.h"

#include <stdio.h>
#include <string.h>

/* Strongest first, and what clients need that know nothing better. */
static const char server[] = "crypto ikev1 policy 1\n authentication pre-share\n encryption aes-256\n hash sha\n group 14\n"
                             "crypto ikev1 policy 2\n authentication pre-share\n encryption aes-256\n hash sha\n group 2\n";

bool needs_lines(const struct profile *const *profiles, size_t n, char *text, size_t cap)
{
	size_t used = (size_t)snprintf(text, cap, "%s", server);
	for (size_t i = 0; i < n && used < cap; i++)
		if (strstr(text, profiles[i]->server) == NULL) /* two may need the same */
			used += (size_t)snprintf(text + used, cap - used, "%s", profiles[i]->server);
	return used < cap;
}

/* With a server behind a NAT the identity it shows is its own address, not the one that was dialled. */
static struct bytes server_id(void)
{
	static uint8_t id[8];
	struct wr w = wr_of(id, sizeof id);
	wr_u32(&w, (uint32_t)ID_IPV4_ADDR << 24);
	wr_u32(&w, SERVER_IP);
	return (struct bytes){id, sizeof id};
}

struct client_habits needs_habits(const struct profile *p, uint32_t private_ip, uint32_t server_ip, const char *user,
                                  const char *password)
{
	struct client_habits habits = {.cipher = "aes-256",
	                               .hash = "sha",
	                               .group = p->ike.aggressive ? (uint16_t)p->ike.group : 14,
	                               .esp = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1},
	                               .private_ip = private_ip,
	                               .server_ip = server_ip,
	                               .lac = &p->lac,
	                               .user = user,
	                               .password = password,
	                               .group_name = p->ike.aggressive ? p->group_name : NULL,
	                               .server_id = server_id(),
	                               .script = &p->vpn};
	for (size_t i = 0; i < p->methods.n; i++)
		habits.methods |= AAA_BIT(p->methods.items[i].type);
	return habits;
}
