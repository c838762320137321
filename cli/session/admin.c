/* Who is on the consoles: who, kill, show curpriv, show privilege, show ssh sessions. */
#include "cli/session/priv.h"
#include "core/base/ip4.h"
#include "core/base/show.h"

static struct session *sessions;

static bool is_person(const struct session *s)
{
	return !s->opt.batch;
}

/* The lowest number nobody has. */
void session_list_add(struct session *s)
{
	s->id = 0;
	for (bool taken = true; taken;) {
		taken = false;
		for (const struct session *o = sessions; o != NULL && !taken; o = o->next)
			taken = is_person(s) && is_person(o) && o->env == s->env && o->id == s->id;
		s->id += taken;
	}
	s->next = sessions;
	s->link = &sessions;
	if (s->next != NULL)
		s->next->link = &s->next;
	sessions = s;
}

void session_list_remove(struct session *s)
{
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	if (s->env->clock != NULL)
		timer_stop(s->env->clock, &s->idle);
}

/* The person's session with the lowest number from `least` on; NULL at the end. */
static struct session *session_by_id(const struct session *me, unsigned least)
{
	struct session *best = NULL;
	for (struct session *s = sessions; s != NULL; s = s->next)
		if (is_person(s) && s->env == me->env && s->phase != PHASE_OVER && s->id >= least &&
		    (best == NULL || s->id < best->id))
			best = s;
	return best;
}

static int cmd_who(struct cmd *c)
{
	struct session *me = c->session;
	struct str from = cmd_text(c, "from");
	for (struct session *s = session_by_id(me, 0); s != NULL; s = session_by_id(me, s->id + 1))
		if (from.len == 0 || str_eq_cstr(from, s->from))
			out_printf(c->out, "%u: %s\n", s->id, s->from);
	return CMD_OK;
}

/* kill N, ssh disconnect N */
static int cmd_kill(struct cmd *c)
{
	struct session *me = c->session;
	uint32_t id = 0;
	cmd_u32(c, "id", &id);
	struct session *s = session_by_id(me, id);
	if (s == NULL || s->id != id)
		return cmd_fail(c, "%% Session %u does not exist", id);
	if (s == me)
		return cmd_fail(c, "%% This is your own session, use logout");
	session_kill(s);
	return CMD_OK;
}

static int cmd_show_ssh_sessions(struct cmd *c)
{
	struct session *me = c->session;
	out_str(c->out, "\nSID Client IP       Version Mode Encryption Hmac     State            "
	                "Username\n");
	rec_list(c->out, "sessions");
	for (struct session *s = session_by_id(me, 0); s != NULL;
	     s = session_by_id(me, s->id + 1)) {
		if (strcmp(s->from, "console") == 0)
			continue;
		/* The host's sshd speaks the protocol: what it agreed on is not known here. */
		rec_open(c->out, NULL);
		rec(c->out, "sid client_ip username",
		    "%-3u %-15s 2.0     IN   -          -        SessionStarted   %s\n", s->id,
		    s->from, *s->user != '\0' ? s->user : s->os_user);
		rec_close(c->out);
		out_printf(c->out,
		           "%-3s %-15s         OUT  -          -        SessionStarted   %s\n", "",
		           "", *s->user != '\0' ? s->user : s->os_user);
	}
	rec_close(c->out);
	return CMD_OK;
}

/* Who may come over SSH. */
static int cmd_show_ssh(struct cmd *c)
{
	const struct session *s = c->session;
	const struct conf *conf = confsys_running(s->env->sys);
	const struct node *n = schema_find(&s->env->grammar->schema, "management/ssh");
	rec(c->out, "timeout_minutes version", "Idle Timeout: %u minutes\nVersion allowed: %s\n",
	    session_conf_u32(s, "management", "ssh-timeout", 5), "2");
	out_str(c->out, "\nHosts allowed to ssh into the system:\n");
	rec_list(c->out, "hosts");
	const struct centry *m = n != NULL ? conf_container(conf, "management") : NULL;
	for (const struct centry *e = m != NULL ? conf_first_child(conf, m, "ssh") : NULL;
	     e != NULL; e = conf_next(conf, e)) {
		rec_open(c->out, NULL);
		rec(c->out, "address mask interface", "%s %s %.*s\n",
		    ip4_text(conf_ip(e, "address")).s, ip4_text(conf_ip(e, "mask")).s,
		    STR_ARG(conf_text(e, "ifname")));
		rec_close(c->out);
	}
	rec_close(c->out);
	return CMD_OK;
}

static int cmd_show_curpriv(struct cmd *c)
{
	const struct session *s = c->session;
	rec(c->out, "username privilege_level mode -",
	    "Username : %s\nCurrent privilege level : %u\nCurrent Mode/s : %s%s\n", session_user(s),
	    s->privilege, s->privilege > 1 ? "P_PRIV" : "P_UNPR",
	    session_in_config(s) ? " P_CONF" : "");
	return CMD_OK;
}

static int cmd_show_privilege(struct cmd *c)
{
	rec(c->out, "privilege_level", "Current privilege level is %u\n",
	    ((const struct session *)c->session)->privilege);
	return CMD_OK;
}

void session_admin_register(void)
{
	static const struct cmd_entry table[] = {
	        {"who", cmd_who},
	        {"kill", cmd_kill},
	        {"show_ssh_sessions", cmd_show_ssh_sessions},
	        {"show_ssh", cmd_show_ssh},
	        {"show_curpriv", cmd_show_curpriv},
	        {"show_privilege", cmd_show_privilege},
	};
	cmd_register(table, sizeof table / sizeof *table, NULL);
}
