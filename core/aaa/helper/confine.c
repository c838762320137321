#include "core/aaa/helper/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/sanitized.h"

extern char **environ;

static void drop_environment(void)
{
	static const char *const keep[] = {"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS="};
	static const char *const set[] = {
	        "PATH=/usr/bin:/bin",    "HOME=/nonexistent",  "LC_ALL=C",             "LDAPNOINIT=1",
	        "KRB5_CONFIG=/dev/null", "KRB5CCNAME=MEMORY:", "KRB5RCACHENAME=none:", "KRB5_KTNAME=/nonexistent",
	};
	enum { SET = sizeof set / sizeof set[0], MOST = 16 };
	static char *ours[MOST + 1];
	size_t n = 0;
	for (; n < SET; n++)
		ours[n] = (char *)set[n];
	for (char **e = environ; e != NULL && *e != NULL; e++)
		for (size_t i = 0; i < sizeof keep / sizeof keep[0] && n < MOST; i++)
			if (strncmp(*e, keep[i], strlen(keep[i])) == 0)
				ours[n++] = *e;
	environ = ours;
}

static int drop_capabilities(void)
{
	if (geteuid() != 0)
		return 0;
	capng_clear(CAPNG_SELECT_BOTH);
	return capng_apply(CAPNG_SELECT_BOTH) == 0 ? 0 : -EPERM;
}

int confine(void)
{
	drop_environment();
	umask(077);
	if (chdir("/") != 0)
		return -errno;
	if (!SANITIZED) { /* the leak checker attaches to its own process */
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	}
	int rc = drop_capabilities();
	if (rc == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		rc = -errno;
	return rc;
}
