#include "cli/socket/peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/socket/control.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

enum { PEER_GROUPS_MAX = 65536 }; /* as many as the kernel allows */

static bool peer_in_group(int fd, gid_t primary)
{
	const struct group *g = getgrnam(CONTROL_GROUP);
	if (g == NULL)
		return false;
	gid_t gid = g->gr_gid;
	if (primary == gid)
		return true;
	socklen_t len = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == 0 || errno != ERANGE ||
	    len > PEER_GROUPS_MAX * sizeof(gid_t))
		return false;
	gid_t *groups = malloc(len);
	bool in = false;
	if (groups != NULL && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0)
		for (size_t i = 0; i < len / sizeof *groups && !in; i++)
			in = groups[i] == gid;
	free(groups);
	return in;
}

bool peer_may_enter(int fd, char user[65])
{
	struct ucred cred;
	socklen_t len = sizeof cred;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return false;
	const struct passwd *pw = getpwuid(cred.uid);
	str_copy(user, 65, str_of(pw != NULL ? pw->pw_name : ""));
	return cred.uid == 0 || cred.uid == geteuid() || peer_in_group(fd, cred.gid);
}
