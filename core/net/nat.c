#include "core/net/nat.h"

#include <errno.h>
#include <stdio.h>
#include <nftables/libnftables.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ip4.h"

#define TABLE "ip postern"

struct nat {
	struct nft_ctx *nft;
	bool applied;
};

int nat_open(struct nat **out, struct err *err)
{
	struct nat *n = calloc(1, sizeof(*n));
	*out = NULL;
	if (n)
		n->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!n || !n->nft || nft_ctx_buffer_output(n->nft) || nft_ctx_buffer_error(n->nft)) {
		nat_close(n);
		return err_set(err, -ENOMEM, "cannot open nftables");
	}
	*out = n;
	return 0;
}

/* Runs one batch: all of it or nothing. */
static int run(struct nat *n, const char *text, struct err *err)
{
	if (!nft_run_cmd_from_buffer(n->nft, text))
		return 0;
	int code = errno ? errno : EIO;
	const char *why = nft_ctx_get_error_buffer(n->nft);
	return err_set(err, -code, "nftables: %.*s", why ? (int)strcspn(why, "\n") : 0,
	               why ? why : "");
}

static bool said(const char *text)
{
	return text && text[0];
}

static void rules_write(const struct nat_rules *rules, struct out *o)
{
	/* `add` first, so that the delete finds a table also on a fresh host. */
	out_str(o, "add table " TABLE "\ndelete table " TABLE "\ntable " TABLE " {\n");
	/* Before every other input chain: a reject rule of the host would be an answer, too. */
	out_str(o, "chain input { type filter hook input priority -300; policy accept;\n"
	           "udp dport 1701 counter drop\n");
	out_str(o, said(rules->mapped) ? rules->mapped : "");
	out_str(o, "}\n");
	out_str(o, said(rules->lists) ? rules->lists : "");
	if (said(rules->forward))
		out_printf(o,
		           "chain forward { type filter hook forward priority -5; policy accept;\n"
		           "ct state established,related accept\n%s}\n",
		           rules->forward);
	if (said(rules->input))
		out_printf(o,
		           "chain control { type filter hook input priority -5; policy accept;\n"
		           "ct state established,related accept\n%s}\n",
		           rules->input);
	if (said(rules->prerouting))
		out_printf(o,
		           "chain prerouting { type nat hook prerouting priority -100; policy "
		           "accept;\n%s}\n",
		           rules->prerouting);
	if (said(rules->postrouting) || (rules->masquerade && rules->npools)) {
		out_printf(o,
		           "chain postrouting { type nat hook postrouting priority 100; policy "
		           "accept;\n%s",
		           said(rules->postrouting) ? rules->postrouting : "");
		for (unsigned i = 0; rules->masquerade && i < rules->npools; i++)
			out_printf(o, "oifname \"%s\" ip saddr %s-%s counter masquerade\n",
			           rules->out_dev, ip4_text(rules->pool[i].first).s,
			           ip4_text(rules->pool[i].last).s);
		out_str(o, "}\n");
	}
	out_str(o, "}\n");
}

int nat_apply(struct nat *n, const struct nat_rules *rules, struct err *err)
{
	struct out o;
	if (strpbrk(rules->out_dev, "\"\\"))
		return err_set(err, -EINVAL, "device name %s cannot be used in a rule",
		               rules->out_dev);
	out_init(&o);
	rules_write(rules, &o);
	int r = o.failed ? err_set(err, -ENOMEM, "out of memory") : run(n, o.text, err);
	if (!r)
		n->applied = true;
	out_free(&o);
	return r;
}

/* "... counter packets 3 bytes 252 accept comment "nat 1.1"" */
static void counter_line(struct str line,
                         void (*fn)(void *arg, struct str comment, uint64_t packets), void *arg)
{
	struct str word, rest = line, comment = {0};
	unsigned long long packets = 0;
	bool counted = false;
	while ((word = str_word(&rest)).len > 0) {
		if (str_eq(word, STR("packets"))) {
			struct str n = rest;
			n = str_word(&n);
			counted = n.len > 0 && sscanf(n.p, "%llu", &packets) == 1;
		} else if (str_eq(word, STR("comment")) && rest.len > 0) {
			const char *from = memchr(rest.p, '"', rest.len);
			size_t left = from ? (size_t)(rest.p + rest.len - from - 1) : 0;
			const char *to = left ? memchr(from + 1, '"', left) : NULL;
			if (to)
				comment = (struct str){from + 1, (size_t)(to - from - 1)};
		}
	}
	if (counted && comment.len > 0)
		fn(arg, comment, packets);
}

void nat_counters(struct nat *n, void (*fn)(void *arg, struct str comment, uint64_t packets),
                  void *arg)
{
	if (!n || !n->applied || run(n, "list table " TABLE "\n", NULL))
		return;
	const char *text = nft_ctx_get_output_buffer(n->nft);
	while (text && *text) {
		size_t len = strcspn(text, "\n");
		counter_line((struct str){text, len}, fn, arg);
		text += len + (text[len] != '\0');
	}
}

void nat_close(struct nat *n)
{
	if (!n)
		return;
	if (n->applied)
		run(n, "delete table " TABLE "\n", NULL);
	if (n->nft)
		nft_ctx_free(n->nft);
	free(n);
}
