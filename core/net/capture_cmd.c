/* capture, no capture, show capture, clear capture. Layouts of the appliance. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/capture_int.h"

static const char *const type_words[] = {"raw-data", "isakmp", "asp-drop"};

/* ------------------------------------------------------------------ capture */

static uint32_t room_of_all(const struct captures *c)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < CAPTURES_MAX; i++)
		sum += c->all[i] != NULL ? capture_room(c->all[i]) : 0;
	return sum;
}

static struct capture *capture_make(struct captures *c, struct str name)
{
	for (unsigned i = 0; i < CAPTURES_MAX; i++) {
		if (c->all[i] != NULL)
			continue;
		struct capture *cap = captures_prepare(c) ? calloc(1, sizeof *cap) : NULL;
		if (cap == NULL)
			return NULL;
		str_copy(cap->name, sizeof cap->name, name);
		cap->last = &cap->first;
		return c->all[i] = cap;
	}
	return NULL;
}

static void capture_end(struct captures *c, struct capture *cap)
{
	for (unsigned i = 0; i < CAPTURES_MAX; i++)
		if (c->all[i] == cap)
			c->all[i] = NULL;
	capture_empty(cap);
	free(cap);
}

static int no_capture(struct cmd *cmd, struct captures *c)
{
	struct capture *cap = capture_find(c, cmd_text(cmd, "capture-name"));
	if (cap == NULL)
		return cmd_fail(cmd, "Capture %.*s does not exist",
		                STR_ARG(cmd_text(cmd, "capture-name")));
	capture_end(c, cap);
	captures_publish(c);
	captures_drain(c);
	return CMD_OK;
}

static bool bad_trailing(struct err *err, const char *why, struct str word)
{
	err_set(err, -EINVAL, "%.*s: %s", STR_ARG(word), why);
	return false;
}

/* Options that are typed behind the rule: the rule becomes what stands before them. */
static bool read_trailing(struct capture *cap, struct str *rule, struct err *err)
{
	enum { BUFFER_MIN = 1534, BUFFER_MAX = 33554432, SNAP_MIN = 64, SNAP_MAX = 9216 };
	struct str rest = *rule;
	bool behind = false;
	for (struct str w; (w = str_word(&rest)).len > 0;) {
		bool buffer = str_eq_cstr(w, "buffer"), snap = str_eq_cstr(w, "packet-length");
		bool circular = str_eq_cstr(w, "circular-buffer"),
		     headers = str_eq_cstr(w, "headers-only");
		if (!buffer && !snap && !circular && !headers && !behind)
			continue;
		if (!behind)
			rule->len = (size_t)(w.p - rule->p);
		behind = true;
		cap->circular |= circular;
		cap->headers_only |= headers;
		uint32_t n = 0, least = buffer ? BUFFER_MIN : SNAP_MIN;
		if (buffer || snap) {
			if (!str_to_u32(str_word(&rest), buffer ? BUFFER_MAX : SNAP_MAX, &n) ||
			    n < least)
				return bad_trailing(err, "the number is out of range", w);
			*(buffer ? &cap->buffer : &cap->snap) = n;
		} else if (!circular && !headers) {
			return bad_trailing(err, "not known behind a match", w);
		}
	}
	*rule = str_trim(*rule);
	return true;
}

/* `match PROTO SRC [eq P] DST [eq P]` reads like the rule of an access list. */
static bool read_match(struct cmd *cmd, struct capture *cap, struct err *err)
{
	struct str text = cmd_text(cmd, "rule");
	struct out rule;
	struct acl_rule r;
	bool ok;
	if (text.len == 0)
		return true;
	if (!read_trailing(cap, &text, err))
		return false;
	if (cap->nmatches == CAPTURE_MATCHES) {
		err_set(err, -1, "at most %d matches in a capture", CAPTURE_MATCHES);
		return false;
	}
	out_init(&rule);
	out_printf(&rule, "permit %.*s", STR_ARG(text));
	ok = acl_rule_parse(out_text(&rule), false, NULL, &r, err);
	out_free(&rule);
	/* Names would be those of a text that is gone, and of a configuration that changes. */
	if (ok && (r.proto_kind != ACL_PROTO_NUMBER || r.src.kind > ACL_NET ||
	           r.dst.kind > ACL_NET || r.sport.op == ACL_OP_GROUP ||
	           r.dport.op == ACL_OP_GROUP || r.icmp_group.len > 0 || r.time_range.len > 0)) {
		err_set(err, -1, "a capture matches addresses, not objects");
		ok = false;
	}
	if (ok)
		cap->match[cap->nmatches] = r;
	cap->nmatches += ok;
	return ok;
}

/* What is typed goes over what the capture has. */
static int read_options(struct cmd *cmd, struct captures *c, struct capture *cap)
{
	struct err err = {0};
	struct str type = cmd_text(cmd, "type-word"), ifname = cmd_text(cmd, "ifname");
	for (unsigned t = 0; t < 3; t++)
		if (str_eq_cstr(type, type_words[t]))
			cap->type = (enum capture_type)t;
	if (ifname.len > 0) {
		if (ifaces_by_nameif(c->ifaces, ifname) == NULL)
			return cmd_fail(cmd, "%.*s is not the name of an interface",
			                STR_ARG(ifname));
		str_copy(cap->ifname, sizeof cap->ifname, ifname);
	}
	if (cmd_text(cmd, "acl").len > 0)
		str_copy(cap->acl, sizeof cap->acl, cmd_text(cmd, "acl"));
	cmd_u32(cmd, "buffer-bytes", &cap->buffer);
	cmd_u32(cmd, "snap", &cap->snap);
	cap->circular |= cmd_has(cmd, "circular-buffer");
	cap->headers_only |= cmd_has(cmd, "headers-only");
	cap->decrypted |= cmd_has(cmd, "decrypted");
	if (!read_match(cmd, cap, &err))
		return cmd_fail(cmd, "%s", err.text);
	if (room_of_all(c) > CAPTURE_BYTES_ALL)
		return cmd_fail(cmd, "all captures together may have %d bytes", CAPTURE_BYTES_ALL);
	if (cap->decrypted && cap->type != CAPTURE_ISAKMP)
		return cmd_fail(cmd, "decrypted goes with type isakmp");
	return CMD_OK;
}

static int capture(struct cmd *cmd)
{
	struct captures *c = cmd->ctx;
	struct str name = cmd_text(cmd, "capture-name");
	if (cmd->no)
		return no_capture(cmd, c);
	struct capture *old = capture_find(c, name), was;
	struct capture *cap = old != NULL ? old : capture_make(c, name);
	if (cap == NULL)
		return cmd_fail(cmd, "there may be %d captures", CAPTURES_MAX);
	was = *cap;
	int status = read_options(cmd, c, cap);
	if (status != CMD_OK && old != NULL)
		*cap = was;
	else if (status != CMD_OK)
		capture_end(c, cap);
	captures_publish(c);
	return status;
}

/* ------------------------------------------------------------------ show capture */

static void show_head(struct out *o, const struct capture *cap)
{
	out_printf(o, "capture %s type %s", cap->name, type_words[cap->type]);
	if (cap->decrypted)
		out_str(o, " decrypted");
	if (cap->acl[0] != '\0')
		out_printf(o, " access-list %s", cap->acl);
	if (cap->buffer != 0)
		out_printf(o, " buffer %u", cap->buffer);
	if (cap->snap != 0)
		out_printf(o, " packet-length %u", cap->snap);
	if (cap->circular)
		out_str(o, " circular-buffer");
	if (cap->headers_only)
		out_str(o, " headers-only");
	if (cap->ifname[0] != '\0')
		out_printf(o, " interface %s", cap->ifname);
	out_printf(o, " [%s - %u bytes] \n", cap->full ? "Buffer Full" : "Capturing", cap->bytes);
	for (unsigned i = 0; i < cap->nmatches; i++) {
		struct out rule;
		out_init(&rule);
		acl_rule_print(&cap->match[i], false, &rule);
		out_printf(o, "  match %s\n", rule.text + strlen("permit "));
		out_free(&rule);
	}
}

static void show_packets(struct cmd *cmd, const struct capture *cap)
{
	uint32_t from = 1, count = UINT32_MAX, n = 0, shown = 0;
	cmd_u32(cmd, "from", &from);
	cmd_u32(cmd, "count-packets", &count);
	out_printf(cmd->out, "\n%llu packets captured\n\n", (unsigned long long)cap->packets);
	for (const struct cap_stored *p = cap->first; p != NULL; p = p->next) {
		if (++n < from || shown == count)
			continue;
		shown++;
		out_printf(cmd->out, "%4u: ", n);
		capture_line(cmd->out, p);
		if (cmd_has(cmd, "detail"))
			out_printf(cmd->out, "(length %u, captured %u) ", p->len, p->caplen);
		out_str(cmd->out, "\n");
		if (cmd_has(cmd, "dump"))
			capture_dump(cmd->out, p);
	}
	out_printf(cmd->out, "%u packets shown\n", shown);
	if (cap->lost > 0)
		out_printf(cmd->out, "%llu packets not kept, the buffer is full\n",
		           (unsigned long long)cap->lost);
}

int capture_write_text(const struct captures *c, const char *name, struct out *out)
{
	const struct capture *cap = capture_find(c, str_of(name));
	struct cmd cmd = {.out = out};
	if (cap == NULL)
		return -ENOENT;
	show_packets(&cmd, cap);
	return 0;
}

static int show_capture(struct cmd *cmd)
{
	struct captures *c = cmd->ctx;
	struct str name = cmd_text(cmd, "capture-name");
	captures_drain(c);
	if (name.len > 0) {
		const struct capture *cap = capture_find(c, name);
		if (cap == NULL)
			return cmd_fail(cmd, "Capture %.*s does not exist", STR_ARG(name));
		show_packets(cmd, cap);
		return CMD_OK;
	}
	for (unsigned i = 0; i < CAPTURES_MAX; i++)
		if (c->all[i] != NULL)
			show_head(cmd->out, c->all[i]);
	uint64_t dropped = captures_dropped(c);
	if (dropped > 0)
		out_printf(cmd->out, "%llu packets came faster than they could be stored\n",
		           (unsigned long long)dropped);
	return CMD_OK;
}

static int clear_capture(struct cmd *cmd)
{
	struct captures *c = cmd->ctx;
	struct str name = cmd_text(cmd, "capture-name");
	captures_drain(c);
	if (!cmd_has(cmd, "/all") && capture_find(c, name) == NULL)
		return cmd_fail(cmd, "Capture %.*s does not exist", STR_ARG(name));
	for (unsigned i = 0; i < CAPTURES_MAX; i++)
		if (c->all[i] != NULL &&
		    (cmd_has(cmd, "/all") || str_eq_cstr(name, c->all[i]->name)))
			capture_empty(c->all[i]);
	return CMD_OK;
}

void captures_register(struct captures *c)
{
	static const struct cmd_entry table[] = {{"capture", capture},
	                                         {"show_capture", show_capture},
	                                         {"clear_capture", clear_capture}};
	cmd_register(table, sizeof table / sizeof table[0], c);
}
