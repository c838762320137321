/* postern-aaa-nt: logs in at the NETLOGON share of a domain controller, with a library that has its own licence. Signed
 * messages are required: a guest, whom a server may let in with any password, cannot have them, nor can who only answers
 * in the server's place and does not know the password. */
#include <errno.h>
#include <libsmbclient.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/aaa/helper/worker.h"
#include "core/base/random.h"

struct account {
	const char *domain, *user, *password;
};

static struct account account; /* that the library asks for */

static void give(SMBCCTX *c, const char *server, const char *share, char *domain, int domain_cap, char *user, int user_cap,
                 char *password, int password_cap)
{
	(void)c, (void)server, (void)share;
	str_copy(domain, (size_t)domain_cap, str_of(account.domain));
	str_copy(user, (size_t)user_cap, str_of(account.user));
	str_copy(password, (size_t)password_cap, str_of(account.password));
}

/* Its configuration, in memory, over what the host's own smb.conf says; there is no place to leave files at. */
static int configuration(char *path, size_t cap, bool signing)
{
	char text[512];
	int fd = memfd_create("smb.conf", MFD_CLOEXEC);
	int n = snprintf(text, sizeof text,
	                 "[global]\nclient min protocol = NT1\nclient signing = %s\nclient ipc signing = %s\n"
	                 "client use kerberos = off\nlock directory = /nonexistent\nstate directory = /nonexistent\n"
	                 "cache directory = /nonexistent\npid directory = /nonexistent\nprivate dir = /nonexistent\n"
	                 "name resolve order = host\nlog level = 0\n",
	                 signing ? "required" : "if_required", signing ? "required" : "if_required");
	if (fd >= 0 && write(fd, text, (size_t)n) != n) {
		close(fd);
		return -1;
	}
	snprintf(path, cap, "/proc/self/fd/%d", fd);
	return fd;
}

static SMBCCTX *context(const struct job *ask, bool signing)
{
	char path[32];
	SMBCCTX *c = smbc_new_context();
	if (c == NULL)
		return NULL;
	smbc_setDebug(c, 0);
	smbc_setFunctionAuthDataWithContext(c, give);
	smbc_setOptionUseKerberos(c, 0);
	smbc_setOptionFallbackAfterKerberos(c, 0);
	smbc_setOptionNoAutoAnonymousLogin(c, 1);
	smbc_setPort(c, (uint16_t)ask->number[JOB_PORT]);
	smbc_setTimeout(c, (int)ask->number[JOB_TIMEOUT_MS]);
	int fd = configuration(path, sizeof path, signing);
	bool ok = fd >= 0 && smbc_init_context(c) != NULL && smbc_setConfiguration(c, path) == 0;
	if (fd >= 0)
		close(fd);
	if (!ok) {
		smbc_free_context(c, 1);
		return NULL;
	}
	return c;
}

/* Errno of the library; 0 = in. */
static int log_in(struct helper *h, bool signing)
{
	char url[64];
	SMBCCTX *c = context(h->ask, signing);
	if (c == NULL)
		return ENOMEM;
	snprintf(url, sizeof url, "smb://%s/NETLOGON", h->ask->text[JOB_SERVER]);
	errno = 0;
	SMBCFILE *share = smbc_getFunctionOpendir(c)(c, url);
	int e = share != NULL ? 0 : errno != 0 ? errno : EIO;
	if (share != NULL)
		smbc_getFunctionClosedir(c)(c, share);
	smbc_free_context(c, 1);
	return e;
}

/* Lets it somebody in as guest whom nobody knows? */
static bool takes_guests(struct helper *h)
{
	char name[20], password[20];
	uint64_t random[2];
	random_bytes(random, sizeof random);
	snprintf(name, sizeof name, "g%016llx", (unsigned long long)random[0]);
	snprintf(password, sizeof password, "%016llx", (unsigned long long)random[1]);
	account = (struct account){"", name, password};
	bool in = log_in(h, false) == 0;
	account = (struct account){NULL, NULL, NULL};
	return in;
}

static enum job_result judge(struct helper *h, int e, char *reason, size_t cap)
{
	const char *controller = h->ask->text[JOB_CONTROLLER];
	worker_debug(h, 1, "Login at \\\\%s\\NETLOGON: %s (%d)", controller, strerror(e), e);
	switch (e) {
	case 0:
		return JOB_IS_ACCEPT;
	case EACCES:
	case EPERM:
		if (takes_guests(h))
			return worker_says(reason, cap, JOB_IS_GUEST, "%s lets everybody in as guest", controller);
		return worker_says(reason, cap, JOB_IS_PASSWORD, "logon failure");
	case ENOENT:
	case ENODEV:
		return worker_says(reason, cap, JOB_IS_ERROR, "%s has no share NETLOGON: is it a domain controller?",
		                   controller);
	case ENOMEM:
		return worker_says(reason, cap, JOB_IS_ERROR, "the library cannot be set up");
	default:
		return worker_says(reason, cap, JOB_IS_NOTHING, "%s", strerror(e));
	}
}

static enum job_result work(struct helper *h, char *reason, size_t cap)
{
	char domain[256];
	const char *name = h->ask->text[JOB_USER], *slash = strchr(name, '\\');
	str_copy(domain, sizeof domain, slash != NULL ? (struct str){name, (size_t)(slash - name)} : STR(""));
	if (slash != NULL)
		name = slash + 1;
	if (name[0] == '\0' || h->ask->number[JOB_AUTHORIZE] != 0)
		return worker_says(reason, cap, JOB_IS_NO_USER, "no name");
	if (h->ask->text[JOB_PASSWORD][0] == '\0') /* nobody, whom many servers let in */
		return worker_says(reason, cap, JOB_IS_PASSWORD, "no password");
	account = (struct account){domain, name, h->ask->text[JOB_PASSWORD]};
	return judge(h, log_in(h, true), reason, cap);
}

int main(int argc, char **argv)
{
	return worker_main(argc, argv, work);
}
