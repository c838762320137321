#include "tests/clients/empty.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/sanitized.h"
#if SANITIZED
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc comes without the header */
#endif

enum { FAILURES_MOST = 256 };

/* ------------------------------------------------------------------ numbers on the screen */

/* Behind the text; one that begins with \n begins a line, perhaps the first. NULL = it is not there. */
static const char *behind(const char *screen, const char *text)
{
	size_t len = strlen(text);
	if (text[0] == '\n' && strncmp(screen, text + 1, len - 1) == 0)
		return screen + len - 1;
	const char *at = strstr(screen, text);
	return at != NULL ? at + len : NULL;
}

uint64_t number_behind(const char *screen, const char *text)
{
	const char *at = behind(screen, text);
	if (at == NULL)
		fail_msg("no \"%s\" in\n%s", text, screen);
	return strtoull(at, NULL, 10);
}

uint64_t counter(struct world *w, const char *protocol, const char *name)
{
	char row[80];
	snprintf(row, sizeof row, "\n%-12s %-28s", protocol, name);
	const char *at = behind(world_show(w, "show counters"), row);
	return at != NULL ? strtoull(at, NULL, 10) : 0;
}

/* ------------------------------------------------------------------ what commands say of n clients */

enum { NEVER = 0, COUNTED = -1 };

/* The number behind text is each times the clients'; COUNTED: text stands there as often as there are clients. With none of
 * them the command may say so in words. */
static const struct row {
	const char *command, *text;
	int each;
	const char *none;
	bool more; /* while keys change there are more of them */
} rows[] = {
        {"show vpn-sessiondb summary", "\nIKEv1 IPsec/L2TP IPsec       :", 1, NULL, false},
        {"show vpn-sessiondb summary", "\nTotal Active and Inactive    :", 1, NULL, false},
        {"show vpn-sessiondb summary", "\nIKEv1                        :", 1, NULL, false},
        {"show vpn-sessiondb summary", "\nTotals                       :", 3, NULL, false},
        {"show vpn-sessiondb license-summary", "\nOther VPN              :", 1, NULL, false},
        {"show vpn-sessiondb ratio protocol", "\nTotal Active Sessions:", 1, NULL, false},
        {"show vpn-sessiondb ra-ikev1-ipsec", "\nUsername     :", COUNTED, "no active sessions", false},
        {"show vpn-sessiondb full ra-ikev1-ipsec", "\nSession Type:", COUNTED, "no active sessions", false},
        {"show crypto isakmp sa", "\n   Active SA:", 1, "There are no IKEv1 SAs", true},
        {"show crypto isakmp sa", "    Rekey SA:", NEVER, "There are no IKEv1 SAs", true},
        {"show crypto ikev1 sa detail", "\nTotal IKE SA:", 1, "There are no IKEv1 SAs", true},
        {"show crypto isakmp stats", "\n  Active Tunnels:", 1, NULL, true},
        {"show crypto isakmp stats", "\n  In-Negotiation SAs:", NEVER, NULL, false},
        {"show crypto ipsec sa", "\n      current_peer:", COUNTED, "There are no ipsec sas", false},
        {"show crypto ipsec sa", "\n    inbound esp sas:", COUNTED, "There are no ipsec sas", true},
        {"show crypto ipsec sa entry", "peer address:", COUNTED, "There are no ipsec sas", false},
        {"show crypto ipsec sa summary", "\nTotal            :", 2, NULL, true},
        {"show crypto ipsec stats", "\nActive tunnels:", 1, NULL, false},
        {"show vpdn tunnel", "\nL2TP Tunnel Information (Total tunnels=", 1, "% No active L2TP tunnels", false},
        {"show vpdn tunnel", " is up, remote id is ", COUNTED, "% No active L2TP tunnels", false},
        {"show vpdn session", "\nCall id ", COUNTED, "% No active L2TP tunnels", false},
        {"show vpdn pppinterface", "\nPPP virtual interface id", COUNTED, NULL, false},
        {"show uauth", "\nAuthenticated Users", 1, NULL, false},
        {"show uauth", "\nAuthen In Progress", NEVER, NULL, false},
        {"show uauth", "\nremote access VPN user", COUNTED, NULL, false},
        {"show conn count", "\n", 2, NULL, false},
        {"show xlate count", "\n", NEVER, NULL, false},
        {"show local-host", "\nInterface outside:", NEVER, NULL, false},
        {"show local-host", "\nInterface inside:", NEVER, NULL, false},
        {"show aaa-server", "\nNumber of pending requests", NEVER, NULL, false},
        {"show resource usage", "\nOther VPN Sessions", 1, NULL, false},
        {"show resource usage", "\nL2TP Tunnels", 1, NULL, false},
        {"show resource usage", "\nIKE Peers", 1, NULL, false},
        {"show resource usage", "\nIPsec SA Pairs", 1, NULL, true},
        {"show logging queue", "\n        Current", NEVER, NULL, false},
};

static unsigned times(const char *screen, const char *text)
{
	unsigned n = 0;
	for (; (screen = behind(screen, text)) != NULL; screen -= text[0] == '\n' && screen[-1] == '\n')
		n++;
	return n;
}

void expect_sessions(struct world *w, unsigned n)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		const char *screen = world_show(w, r->command);
		if (n == 0 && r->none != NULL) {
			if (strstr(screen, r->none) == NULL || strstr(screen, r->text) != NULL)
				fail_msg("%s: not \"%s\" but\n%s", r->command, r->none, screen);
			continue;
		}
		uint64_t found = r->each == COUNTED ? times(screen, r->text) : number_behind(screen, r->text);
		uint64_t wanted = r->each == COUNTED ? n : n * (unsigned)r->each;
		if (r->more && n > 0 ? found < wanted : found != wanted)
			fail_msg("%s: %llu behind \"%s\", %llu wanted\n%s", r->command, (unsigned long long)found, r->text,
			         (unsigned long long)wanted, screen);
	}
	const char *failures = world_show(w, "show vpn-sessiondb failures");
	if (strstr(failures, "No client was refused") == NULL)
		assert_in_range(number_behind(failures, "of which the last"), 0, FAILURES_MOST);
}

/* ------------------------------------------------------------------ what is held */

void held_now(struct held *h)
{
	h->n = mem_list(h->kinds);
#if SANITIZED
	h->heap = __sanitizer_get_current_allocated_bytes();
#else
	struct mallinfo2 m = mallinfo2();
	h->heap = m.uordblks + m.hblkhd;
#endif
}

const struct mem_info *held_of(const struct held *h, const char *name)
{
	static const struct mem_info none;
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->kinds[i].name, name) == 0)
			return &h->kinds[i];
	return &none;
}

void expect_empty(struct world *w, const struct held *before)
{
	struct held now;
	expect_sessions(w, 0);
	world_assert_empty(w);
	held_now(&now);
	for (size_t i = 0; i < now.n; i++)
		if (now.kinds[i].n != held_of(before, now.kinds[i].name)->n)
			fail_msg("%s: %zu, %zu before\n%s", now.kinds[i].name, now.kinds[i].n,
			         held_of(before, now.kinds[i].name)->n, world_show(w, "show memory detail"));
}

uint64_t drops_of(struct world *w, enum drop_reason from, enum drop_reason to)
{
	uint64_t n = 0;
	for (unsigned i = from; i <= to; i++)
		n += gateway_drops(&w->gw, i);
	return n;
}

void expect_esp_counted(struct world *w)
{
	assert_int_equal(w->esp_in, counter(w, "IPSEC", "PKTS_IN") + drops_of(w, DROP_ESP_NO_SA, DROP_INNER_FRAGMENT));
	assert_int_equal(w->esp_out, counter(w, "IPSEC", "PKTS_OUT"));
}
