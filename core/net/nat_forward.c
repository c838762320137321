/* Does a firewall of the host drop what we need to pass? The ruleset is read as `nft list ruleset` prints it;
 * iptables-nft rules are in there. Old iptables keeps rules of its own, which are asked for by getsockopt. */
#include "core/net/nat.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"

struct chain {
	struct str name, last_rule;
	bool hooked, policy_drop;
};

/* "WARNING: the host's firewall drops what WHAT: table T, chain C (policy drop). Allow ALLOW TRUST there." */
struct scan {
	const char *hook;  /* " hook forward " */
	const char *trust; /* a table that mentions this was told about us */
	const char *what, *allow;
	struct out *notes;
	unsigned found;
	struct str table; /* "inet filter" */
	bool table_trusted;
	struct chain chain;
};

static bool contains(struct str s, const char *what)
{
	size_t n = strlen(what);
	for (size_t i = 0; n && i + n <= s.len; i++)
		if (!memcmp(s.p + i, what, n))
			return true;
	return false;
}

static void finding(struct scan *s, struct str table, struct str chain, const char *why)
{
	s->found++;
	out_printf(s->notes,
	           "WARNING: the host's firewall drops what %s: table %.*s, chain %.*s (%s). ",
	           s->what, STR_ARG(table), STR_ARG(chain), why);
	out_printf(s->notes, "Allow %s%s there.\n", s->allow, s->trust);
}

/* A rule without a condition that ends the chain: "drop", "counter packets 3 bytes 252 reject with ...". */
static bool rule_drops_all(struct str rule)
{
	struct str word = str_word(&rule);
	if (str_eq(word, STR("counter"))) {
		word = str_word(&rule);
		while (str_eq(word, STR("packets")) || str_eq(word, STR("bytes"))) {
			str_word(&rule);
			word = str_word(&rule);
		}
	}
	return str_eq(word, STR("drop")) || str_eq(word, STR("reject"));
}

static void chain_end(struct scan *s)
{
	struct chain *c = &s->chain;
	if (c->hooked && !s->table_trusted) {
		if (c->policy_drop)
			finding(s, s->table, c->name, "policy drop");
		else if (rule_drops_all(c->last_rule))
			finding(s, s->table, c->name, "last rule");
	}
	*c = (struct chain){0};
}

/* Everything up to the closing brace of the table at the start of a line. */
static bool table_mentions(struct str rest, const char *what)
{
	for (size_t i = 0; i + 1 < rest.len; i++)
		if (rest.p[i] == '\n' && rest.p[i + 1] == '}')
			rest.len = i;
	return contains(rest, what);
}

static struct str without_brace(struct str s)
{
	if (s.len && s.p[s.len - 1] == '{')
		s.len--;
	return str_trim(s);
}

static void scan_line(struct scan *s, struct str line, struct str rest)
{
	struct str words = str_trim(line), all = words;
	struct str first = str_word(&words);
	if (str_eq(first, STR("table"))) {
		s->table = without_brace(words);
		/* ip6, arp, bridge and netdev tables do not see what we forward; our own is no obstacle. */
		struct str family = words;
		family = str_word(&family);
		s->table_trusted = (!str_eq(family, STR("ip")) && !str_eq(family, STR("inet"))) ||
		                   str_eq(s->table, STR("ip postern")) ||
		                   table_mentions(rest, s->trust);
	} else if (str_eq(first, STR("chain"))) {
		s->chain = (struct chain){.name = without_brace(words)};
	} else if (str_eq(all, STR("}"))) {
		chain_end(s);
	} else if (str_eq(first, STR("type")) && contains(all, s->hook)) {
		s->chain.hooked = contains(all, "type filter");
		s->chain.policy_drop = contains(all, "policy drop");
	} else if (all.len) {
		s->chain.last_rule = all;
	}
}

static void scan_ruleset(struct scan *s, struct str text)
{
	while (text.len) {
		size_t n = 0;
		while (n < text.len && text.p[n] != '\n')
			n++;
		struct str line = {text.p, n};
		n += n < text.len;
		text = (struct str){text.p + n, text.len - n};
		scan_line(s, line, text);
	}
}

static void scan_nftables(struct scan *s)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft)
		return;
	if (!nft_ctx_buffer_output(nft) && !nft_ctx_buffer_error(nft) &&
	    !nft_run_cmd_from_buffer(nft, "list ruleset\n"))
		scan_ruleset(s, str_of(nft_ctx_get_output_buffer(nft)));
	nft_ctx_free(nft);
}

/* --------------------------------------------------------------------------------- old iptables */

static bool legacy_has_filter(void)
{
	char line[64];
	bool has = false;
	FILE *f = fopen("/proc/net/ip_tables_names", "re");
	while (f && fgets(line, sizeof(line), f))
		has = has || !strcmp(line, "filter\n");
	if (f)
		fclose(f);
	return has;
}

/* The policy stands in the last rule of the chain, which the table's header points to. */
static bool legacy_policy_drops(int fd, const char *tun)
{
	struct ipt_getinfo info = {.name = "filter"};
	socklen_t len = sizeof(info);
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &len) || info.size > 1 << 24)
		return false;
	len = (socklen_t)(sizeof(struct ipt_get_entries) + info.size);
	struct ipt_get_entries *e = calloc(1, len);
	if (!e)
		return false;
	memcpy(e->name, info.name, sizeof(e->name));
	e->size = info.size;
	bool drops = false;
	uint32_t at = info.underflow[NF_INET_FORWARD];
	if (!getsockopt(fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, e, &len) &&
	    !contains((struct str){(const char *)e->entrytable, info.size}, tun) &&
	    at + sizeof(struct ipt_entry) <= info.size) {
		struct ipt_entry rule;
		struct xt_standard_target target;
		memcpy(&rule, (const char *)e->entrytable + at, sizeof(rule));
		if (at + rule.target_offset + sizeof(target) <= info.size) {
			memcpy(&target, (const char *)e->entrytable + at + rule.target_offset,
			       sizeof(target));
			drops = target.verdict == -NF_DROP - 1;
		}
	}
	free(e);
	return drops;
}

static void scan_legacy(struct scan *s)
{
	int fd = legacy_has_filter() ? socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW) : -1;
	if (fd < 0)
		return;
	if (legacy_policy_drops(fd, s->trust))
		finding(s, STR("filter of iptables-legacy"), STR("FORWARD"), "policy DROP");
	close(fd);
}

unsigned nat_forward_check(const char *tun, struct out *notes)
{
	struct scan s = {.hook = " hook forward ",
	                 .trust = tun,
	                 .what = "it forwards: clients reach nothing behind this host",
	                 .allow = "traffic from and to device ",
	                 .notes = notes};
	scan_nftables(&s);
	scan_legacy(&s);
	return s.found;
}

unsigned nat_input_check(struct out *notes)
{
	struct scan s = {.hook = " hook input ",
	                 .trust = "4500",
	                 .what = "clients send",
	                 .allow = "IP protocol 50 and UDP ports 500 and ",
	                 .notes = notes};
	scan_nftables(&s);
	return s.found;
}
