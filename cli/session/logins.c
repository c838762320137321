#include "cli/session/logins.h"

#include <stdlib.h>

#include "core/base/zone.h"

enum { LOGINS_USERS = 256, LOGINS_TIMES = 64 };

struct login_user {
	char name[65], from[64], failed_from[64];
	time_t times[LOGINS_TIMES]; /* a ring; the newest is at (n - 1) */
	unsigned n;
	unsigned failed; /* since the last success */
	time_t failed_at;
};

struct logins {
	struct login_user *users;
	size_t n;
};

struct logins *logins_new(void)
{
	struct logins *l = calloc(1, sizeof *l);
	if (l != NULL)
		l->users = calloc(LOGINS_USERS, sizeof *l->users);
	if (l == NULL || l->users == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

void logins_free(struct logins *l)
{
	if (l != NULL)
		free(l->users);
	free(l);
}

/* When all places are taken, the user who was not seen for the longest time makes room. */
static struct login_user *user_of(struct logins *l, struct str name)
{
	struct login_user *oldest = &l->users[0];
	for (size_t i = 0; i < l->n; i++) {
		struct login_user *u = &l->users[i];
		if (str_eq_cstr(name, u->name))
			return u;
		time_t at = u->n > 0 ? u->times[(u->n - 1) % LOGINS_TIMES] : u->failed_at;
		time_t least = oldest->n > 0 ? oldest->times[(oldest->n - 1) % LOGINS_TIMES]
		                             : oldest->failed_at;
		if (at < least)
			oldest = u;
	}
	if (l->n < LOGINS_USERS)
		oldest = &l->users[l->n++];
	*oldest = (struct login_user){0};
	str_copy(oldest->name, sizeof oldest->name, name);
	return oldest;
}

void logins_failed(struct logins *l, struct str user, struct str from, time_t now)
{
	if (l == NULL || user.len == 0)
		return;
	struct login_user *u = user_of(l, user);
	u->failed++;
	u->failed_at = now;
	str_copy(u->failed_from, sizeof u->failed_from, from);
}

static const char *time_text(time_t t, char text[48])
{
	zone_format(text, 48, "%H:%M:%S %Z %b %-d %Y", t);
	return text;
}

static unsigned logins_within(const struct login_user *u, time_t now, unsigned days)
{
	unsigned count = 0;
	for (unsigned i = 0; i < u->n && i < LOGINS_TIMES; i++)
		count += now - u->times[(u->n - 1 - i) % LOGINS_TIMES] <= (time_t)days * 86400;
	return count;
}

void logins_succeeded(struct logins *l, struct str user, struct str from, time_t now, unsigned days,
                      struct out *out)
{
	char when[48];
	if (l == NULL)
		return;
	struct login_user *u = user_of(l, user);
	bool before = u->n > 0;
	time_t last = before ? u->times[(u->n - 1) % LOGINS_TIMES] : 0;
	u->times[u->n++ % LOGINS_TIMES] = now;
	out_printf(out, "Logins over the last %u days: %u.  ", days, logins_within(u, now, days));
	if (before)
		out_printf(out, "Last login: %s from %s", time_text(last, when), u->from);
	out_printf(out, "\nFailed logins since the last login: %u.  ", u->failed);
	if (u->failed > 0)
		out_printf(out, "Last failed login: %s from %s", time_text(u->failed_at, when),
		           u->failed_from);
	out_str(out, "\n");
	u->failed = 0;
	str_copy(u->from, sizeof u->from, from);
}
