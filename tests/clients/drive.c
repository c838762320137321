#include "tests/clients/drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/proposal.h"
#include "tests/clients/certified.h"
#include "tests/clients/say.h"

/* Strongest first, and what clients need that know nothing better. */
static const char server[] = "crypto ikev1 policy 1\n authentication pre-share\n encryption aes-256\n hash sha\n group 14\n"
                             "crypto ikev1 policy 2\n authentication pre-share\n encryption aes-256\n hash sha\n group 2\n";

void drive_open(struct world *w, const struct profile *const *profiles, size_t n)
{
	char lines[4096];
	size_t used = (size_t)snprintf(lines, sizeof lines, "%s", server);
	for (size_t i = 0; i < n; i++)
		if (strstr(lines, profiles[i]->server) == NULL) /* two may need the same */
			used += (size_t)snprintf(lines + used, sizeof lines - used, "%s", profiles[i]->server);
	assert_true(used < sizeof lines);
	world_open(w, lines);
}

/* With a server behind a NAT the identity it shows is its own address, not the one that was dialled. */
static struct bytes server_id(void)
{
	static uint8_t id[8];
	struct wr w = wr_of(id, sizeof id);
	wr_u32(&w, (uint32_t)ID_IPV4_ADDR << 24);
	wr_u32(&w, GW_IP);
	return (struct bytes){id, sizeof id};
}

struct client *drive_new(struct world *w, const struct profile *p, const struct place *place, unsigned user)
{
	static const struct {
		const char *name, *password;
	} users[] = {{"alice", "wonder-1"}, {"bob", "builder-2"}};
	struct client_habits habits = {.cipher = "aes-256",
	                               .hash = "sha",
	                               .group = p->ike.aggressive ? (uint16_t)p->ike.group : 14,
	                               .esp = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1},
	                               .private_ip = place->private_ip,
	                               .server_ip = place->server,
	                               .lac = &p->lac,
	                               .user = users[user].name,
	                               .password = users[user].password,
	                               .group_name = p->ike.aggressive ? p->group_name : NULL,
	                               .server_id = server_id(),
	                               .script = &p->vpn};
	for (size_t i = 0; i < p->methods.n; i++)
		habits.methods |= AAA_BIT(p->methods.items[i].type);
	if (p->ike.auth == AUTH_RSA_SIG)
		certified_habits(&habits);
	struct client *c = client_new(w, &habits, place->public_ip);
	say_use(c->vpn.ike, &p->ike, c->vpn.ip);
	return c;
}

void drive_leave(struct client *c, const struct profile *p)
{
	if (p->leave & LEAVE_LCP)
		ppp_peer_hangup(&c->vpn.ppp);
	world_run(c->w, 200);
	if ((p->leave & LEAVE_L2TP) && c->vpn.lac.state == LAC_UP)
		lac_hang_up(&c->vpn.lac);
	world_run(c->w, 200);
	if (p->leave & LEAVE_IKE)
		vpn_end_ike(&c->vpn);
	world_run(c->w, 200);
}

void drive_free(struct client *c)
{
	say_forget(c->vpn.ike);
	client_free(c);
}
